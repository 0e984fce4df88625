"""After an edit only what depends on it is computed, and what is shown at once becomes the whole network's own maps."""

from __future__ import annotations

import os
import random

import numpy as np
import pytest
import torch

from engine.filtering.bands import Cancelled
from engine.forward import LiveNetwork
from engine.forward.running import Running
from engine.nn import build, feature_maps, layout_for
from engine.spec.filter import KernelSpec
from engine.spec.layers import (
    AnyLayer,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Tanh,
)
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import replace_field
from engine.spec.project import Planted

FRAME = np.random.default_rng(0).integers(0, 256, (40, 52, 3), np.uint8)
FRAME.flags.writeable = False
STACKS = 120 if os.environ.get("CONVSCOPE_LONG") == "1" else 12


def kernel(*cells: float) -> KernelSpec:
    rows = tuple(tuple(cells[3 * row : 3 * row + 3]) for row in range(3))
    return KernelSpec(name="custom", weights=(rows,))


def one(value: float, layer: str = "conv1", number: int = 0) -> Planted:
    return Planted(layer=layer, kernel=kernel(0, 0, 0.5, 0, value, 0, 0.25, 0, 0), out_channel=number)


def ran(live: LiveNetwork, path: str, *planted: Planted, at_once: bool = False) -> list[str]:
    """The layers that were computed for the maps of one."""
    live.update(live_spec(live), planted)
    seen: list[str] = []
    handles = [
        layer.register_forward_hook(lambda *_, name=name: seen.append(name))
        for name, layer in live.module.named_children()
    ]
    live.see(FRAME, path, at_once=at_once)
    for handle in handles:
        handle.remove()
    return seen


def live_spec(live: LiveNetwork) -> NetworkSpec:
    assert live._spec is not None
    return live._spec


def whole(live: LiveNetwork, path: str) -> np.ndarray:
    """The maps of a layer as a fresh pass through the whole network makes them."""
    fresh = LiveNetwork()
    fresh.update(live_spec(live), live._planted)
    return fresh.see(FRAME.copy(), path).maps


def stack(chance: random.Random) -> NetworkSpec:
    layers: list[AnyLayer] = []
    for _ in range(chance.randint(1, 4)):
        padding, stride, dilation = chance.randint(0, 1), chance.choice([1, 1, 2]), chance.choice([1, 1, 2])
        size = {"kernel_size": (3, 3), "padding": padding, "stride": stride, "dilation": dilation}
        layers.append(Conv2d(out_channels=chance.choice([1, 3, 5, 17]), **size, bias=chance.random() < 0.7))
        layers += chance.sample([ReLU(), Tanh(), BatchNorm2d(), MaxPool2d(kernel_size=2), AvgPool2d(kernel_size=2)], 2)
    while True:
        network = NetworkSpec(input_shape=(chance.choice([1, 3]), 36, 48), layers=tuple(layers))
        try:
            build(network)
        except Exception:
            layers.pop()
        else:
            return network


@pytest.mark.parametrize("seed", range(STACKS))
def test_what_is_shown_at_once_is_within_rounding_and_settles_to_the_last_bit(seed: int) -> None:
    chance = random.Random(seed)
    network = stack(chance)
    live = LiveNetwork()
    live.update(network)
    convolutions = [layer for layer in network.layers if isinstance(layer, Conv2d)]
    path = chance.choice(network.layers).id
    live.see(FRAME, path)
    planted: tuple[Planted, ...] = ()
    for _ in range(6):
        layer = chance.choice(convolutions)
        cells = [chance.choice([0.0, 0.0, chance.uniform(-2, 2)]) for _ in range(9)]
        number = chance.randrange(layer.out_channels)
        kept = tuple(each for each in planted if (each.layer, each.out_channel) != (layer.id, number))
        planted = (*kept, Planted(layer=layer.id, kernel=kernel(*cells), out_channel=number))
        planted = planted if chance.random() < 0.8 else kept
        live.update(network, planted)
        expected = whole(live, path)
        shown = live.see(FRAME, path, at_once=True)
        scale = 1e-5 * max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(shown.maps, expected, rtol=1e-5, atol=scale)
        if chance.random() < 0.5:
            before = shown.stamps
            settled = live.see(FRAME, path)
            assert settled.settled
            assert np.array_equal(settled.maps, expected)
            same = [np.array_equal(a, b) for a, b in zip(settled.maps, shown.maps, strict=True)]
            assert all(same[row] for row in np.flatnonzero(before == settled.stamps))


SMALL = NetworkSpec(
    input_shape=(3, 36, 48),
    layers=(
        Conv2d(out_channels=4, kernel_size=3),
        ReLU(),
        MaxPool2d(kernel_size=2),
        Conv2d(out_channels=6, kernel_size=3),
        ReLU(),
    ),
)


def test_only_what_depends_on_the_edit_is_computed() -> None:
    live = LiveNetwork()
    live.update(SMALL)
    names = [layer.id for layer in SMALL.layers]
    assert ran(live, "relu2") == names
    assert ran(live, "relu2") == []
    assert ran(live, "relu2", one(1.0, "conv2")) == names[3:]
    assert ran(live, "conv1", one(1.0, "conv2"), one(1.0)) == names[:1]
    assert ran(live, "relu2", one(1.0, "conv2"), one(1.0)) == names[1:]
    edited = replace_field(SMALL, "conv2", "out_channels", 9)
    planted = (one(1.0, "conv2"), one(1.0))
    live.update(edited, planted)
    assert ran(live, "relu2", *planted) == names[3:], "layers before the one that has changed are what they were"


def test_an_edited_map_comes_without_any_layer_and_all_of_them_when_there_is_time() -> None:
    live = LiveNetwork()
    live.update(SMALL)
    first = live.see(FRAME, "conv1").stamps
    assert ran(live, "conv1", one(1.0, number=2), at_once=True) == []
    shown = live.see(FRAME, "conv1", at_once=True)
    assert not shown.settled
    assert (shown.stamps != first).tolist() == [False, False, True, False]
    assert ran(live, "conv1", one(1.0, number=2)) == ["conv1"]
    assert np.array_equal(live.see(FRAME, "conv1").maps, whole(live, "conv1"))


def test_a_number_that_is_explained_is_never_the_quick_one() -> None:
    live = LiveNetwork()
    live.update(SMALL)
    live.see(FRAME, "conv1")
    live.update(SMALL, (one(0.3),))
    assert not live.see(FRAME, "conv1", at_once=True).settled
    assert live.explainer().unit("conv1", (0, 4, 5)).value == float(whole(live, "conv1")[0, 4, 5])


def test_other_weights_and_another_frame_leave_nothing_behind() -> None:
    network = NetworkSpec(input_shape=(3, 36, 48), layers=(*SMALL.layers, Flatten(), Linear(out_features=3)))
    live = LiveNetwork()
    live.update(network)
    live.see(FRAME, "conv2")
    live.learn({name: torch.randn_like(tensor) for name, tensor in live.state().items()})
    other = np.random.default_rng(5).integers(0, 256, FRAME.shape, np.uint8)
    for frame in (FRAME, other, FRAME):
        seen = live.see(frame, "conv2", at_once=True)
        copy = LiveNetwork()
        copy.update(network)
        copy.learn(live.state())
        assert np.array_equal(seen.maps, copy.see(frame.copy(), "conv2").maps)


def test_work_that_is_given_up_goes_on_where_it_was() -> None:
    network = NetworkSpec(
        input_shape=(3, 20, 20),
        layers=(Conv2d(out_channels=2, kernel_size=3), Residual(body=(ReLU(),)), ReLU(), Tanh()),
    )
    module = build(network).eval()
    module = module.to(memory_format=layout_for(module))  # type: ignore[call-overload]
    running, inputs = Running(), torch.rand(1, 3, 20, 20)
    running.follow(module)
    running.begin(inputs)
    asked: list[int] = []

    def stale() -> bool:
        asked.append(len(running.there))
        return len(asked) % 2 == 0

    paths, made = ("res1.body.relu1", "tanh1"), None
    while made is None:
        try:
            made = running.of(paths, stale)
        except Cancelled:
            assert len(asked) < 20
    expected = feature_maps(module, inputs, paths)
    assert all(torch.equal(made[path], expected[path]) for path in paths)
    assert len(asked) <= 8
