"""The live network shows what the module of its spec computes, and keeps what an edit leaves untouched."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.forward import LiveNetwork, Origin, frame_input
from engine.kernels import kernel
from engine.nn import build, fresh_module, put_planted
from engine.spec.layers import Conv2d, Flatten, Linear, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import replace_field
from engine.spec.project import Planted, Project
from tests.engine.train.conftest import same

FRAME = np.random.default_rng(0).integers(0, 256, (48, 60, 3), np.uint8)


@given(st.integers(1, 70), st.integers(1, 70), st.sampled_from([1, 3]), st.integers(1, 40), st.integers(1, 40))
def test_any_frame_enters_any_picture_network(rows: int, columns: int, channels: int, height: int, width: int) -> None:
    frame = np.random.default_rng(1).integers(0, 256, (rows, columns, 3), np.uint8)
    made, note = frame_input(frame, (channels, height, width))
    assert made.shape == (1, channels, height, width)
    assert float(made.min()) >= 0
    assert float(made.max()) <= 1
    assert f"{rows}×{columns}" in note
    assert ("grey" in note) == (channels == 1)


def test_a_frame_of_the_networks_size_enters_unchanged() -> None:
    made, note = frame_input(FRAME, (3, 48, 60))
    assert np.allclose(made[0].permute(1, 2, 0).numpy() * 255, FRAME, atol=1e-4)
    assert note == "48×60"


@pytest.mark.parametrize("shape", [(10,), (2, 4, 4), (1, 2, 3, 4)])
def test_a_network_of_something_else_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(SpecError, match="picture"):
        frame_input(FRAME, shape)


def test_every_layer_shows_what_the_module_computes() -> None:
    live, network = LiveNetwork(), Project().network
    live.update(network)
    inputs, _ = frame_input(FRAME, network.input_shape)
    for index, layer in enumerate(network.layers):
        with torch.no_grad():
            expected = torch.nn.Sequential(*list(live.module.children())[: index + 1])(inputs)[0]
        seen = live.see(FRAME, layer.id)
        assert seen.shape == tuple(expected.shape)
        assert np.array_equal(seen.maps.ravel(), expected.numpy().ravel())
    assert seen.probabilities is not None
    assert seen.probabilities.sum() == pytest.approx(1.0)
    assert np.array_equal(live.see(FRAME, "").maps, inputs[0].numpy())


def test_the_same_spec_has_the_same_weights_each_time() -> None:
    first, second = LiveNetwork(), LiveNetwork()
    for live in (first, second):
        live.update(Project().network)
    assert all(torch.equal(tensor, second.state()[name]) for name, tensor in first.state().items())


def test_learned_weights_survive_edits_that_do_not_touch_them_and_come_back() -> None:
    live, network = LiveNetwork(), Project().network
    live.update(network)
    learned = {name: torch.randn_like(tensor) for name, tensor in build(network).state_dict().items()}
    live.learn(learned)
    wider = replace_field(network, "conv2", "out_channels", 20)
    live.update(wider)
    assert torch.equal(live.state()["conv1.weight"], learned["conv1.weight"])
    assert live.state()["conv2.weight"].shape[0] == 20
    live.update(network)
    assert torch.equal(live.state()["conv2.weight"], learned["conv2.weight"])


def test_a_planted_kernel_makes_the_map_that_it_makes_alone() -> None:
    spec = NetworkSpec(input_shape=(1, 48, 60), layers=(Conv2d(out_channels=3, kernel_size=5, padding="same"), ReLU()))
    sobel = kernel("sobel-vertical")
    live = LiveNetwork()
    live.update(spec, (Planted(layer="conv1", kernel=sobel.spec(), out_channel=2),))
    from engine.filtering import filter_image

    inputs, _ = frame_input(FRAME, spec.input_shape)
    expected = filter_image(inputs[0, 0].numpy(), sobel, padding="same")
    assert np.allclose(live.see(FRAME, "conv1").maps[2], expected, atol=1e-5)
    live.update(spec, ())
    assert not np.allclose(live.see(FRAME, "conv1").maps[2], expected, atol=1e-2)


SOBEL = Planted(layer="conv1", kernel=kernel("sobel-vertical").spec(), out_channel=2)
LAPLACE = Planted(layer="conv1", kernel=kernel("laplacian-8").spec(), out_channel=4)


def test_before_it_has_learned_it_has_the_weights_that_a_training_begins_with() -> None:
    live, network = LiveNetwork(), Project().network
    for seed, planted in ((0, ()), (3, ()), (3, (SOBEL,))):
        live.update(network, planted, seed)
        expected = fresh_module(network, seed)
        assert put_planted(expected, planted) == ()
        assert same(live.state(), expected.state_dict())
        assert live.origin is None
        assert live.laid_over == len(planted)


def test_a_kernel_that_was_learned_on_is_not_put_in_again_and_a_new_one_is() -> None:
    live, network = LiveNetwork(), Project().network
    live.update(network, (SOBEL,))
    learned = {name: torch.randn_like(tensor) for name, tensor in build(network).state_dict().items()}
    live.learn(learned, Origin(run="a", planted=(SOBEL,)))
    assert same(live.state(), learned)
    live.update(replace_field(network, "linear2", "out_features", 50), (SOBEL,))
    assert torch.equal(live.state()["conv1.weight"], learned["conv1.weight"]), "an edit elsewhere brings nothing back"
    live.update(network, (SOBEL, LAPLACE))
    assert torch.equal(live.state()["conv1.weight"][2], learned["conv1.weight"][2])
    assert not torch.equal(live.state()["conv1.weight"][4], learned["conv1.weight"][4])
    assert live.laid_over == 1
    live.update(network, (SOBEL,))
    assert same(live.state(), learned)
    # A layer that lost what it had learned has the kernel again, as a new training would.
    live.update(replace_field(network, "conv1", "kernel_size", (7, 7)), (SOBEL,))
    fresh = fresh_module(replace_field(network, "conv1", "kernel_size", (7, 7)), 0)
    put_planted(fresh, (SOBEL,))
    assert torch.equal(live.state()["conv1.weight"], fresh.state_dict()["conv1.weight"])


def test_it_knows_where_its_weights_come_from() -> None:
    live, network = LiveNetwork(), Project().network
    live.update(network)
    learned = build(network).state_dict()
    live.learn(learned, Origin(run="a", step=7, going_on=True))
    assert live.origin == Origin(run="a", step=7, going_on=True)
    assert live.fresh == ()
    assert live.settle()
    assert not live.settle()
    live.update(replace_field(network, "conv2", "out_channels", 20))
    assert live.fresh == ("conv2", "linear1")
    live.update(NetworkSpec(input_shape=(1, 9, 9), layers=(Flatten(), Linear(out_features=3))))
    assert live.origin is None
    live.update(network)
    assert live.origin == Origin(run="a", step=7)
    live.learn({name: tensor for name, tensor in learned.items() if name.startswith("conv")}, Origin(run="b"))
    assert live.fresh == ("linear1", "linear2", "linear3"), "what another run has learned is not mixed in"
    live.forget()
    live.update(network)
    assert live.origin is None


def test_a_problem_leaves_the_module_before_it_in_place() -> None:
    live = LiveNetwork()
    live.update(Project().network)
    before = live.module
    with pytest.raises(SpecError):
        live.update(NetworkSpec(input_shape=(1, 4, 4), layers=(Conv2d(out_channels=1, kernel_size=9),)))
    assert live.module is before
    with pytest.raises(SpecError, match="no layer"):
        live.see(FRAME, "conv9")


def test_a_network_without_class_scores_guesses_nothing() -> None:
    live = LiveNetwork()
    live.update(NetworkSpec(input_shape=(3, 8, 8), layers=(Conv2d(out_channels=2, kernel_size=3),)))
    assert live.see(FRAME, "conv1").probabilities is None
    live.update(NetworkSpec(input_shape=(3, 8, 8), layers=(Flatten(), Linear(out_features=1))))
    assert live.see(FRAME, "linear1").probabilities is None
