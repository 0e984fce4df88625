"""Modules and their maps, held to what the spec says and to torch run layer by layer."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from torch import nn

from engine.errors import SpecError
from engine.nn import as_input, build, feature_maps, input_shape_of, layer_paths
from engine.spec.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, ReLU, Residual
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from tests.support.stacks import networks

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")

BLOCK = Residual(body=(Conv2d(out_channels=3, kernel_size=3, padding=1), BatchNorm2d(), ReLU()))
PLAIN = NetworkSpec(
    input_shape=(3, 8, 9),
    layers=(Conv2d(out_channels=3, kernel_size=1), BLOCK, Dropout(), Flatten(), Linear(out_features=4)),
)


def test_children_are_named_by_id_and_a_disabled_one_does_nothing() -> None:
    network = NetworkSpec(layers=(Conv2d(out_channels=2, kernel_size=3, id="first"), ReLU(disabled=True)))
    module = build(network)
    assert dict(module.named_children()).keys() == {"first", "relu1"}
    assert isinstance(module.relu1, nn.Identity)
    assert isinstance(module.first, nn.Conv2d)
    assert input_shape_of(module) == (1, 28, 28)
    assert input_shape_of(nn.ReLU()) is None
    assert [type(part) for part in module[:1]] == [nn.Conv2d]


@given(networks())
def test_maps_are_those_of_the_rows_in_their_order(network: NetworkSpec) -> None:
    found = summary(network)
    assume(not found.problems)
    module = build(network)
    assert layer_paths(module) == tuple(row.id for row in found.rows)
    inputs = torch.rand(2, *network.input_shape)
    try:
        maps = feature_maps(module, inputs)
    except SpecError:  # sums of different numbers of dimensions work for one input only
        assert found.warnings
        return
    assert list(maps) == [row.id for row in found.rows]
    for row in found.rows:
        if not found.warnings:
            assert tuple(maps[row.id].shape) == (2, *row.output_shape)
    with torch.no_grad():
        whole = module.eval()(inputs)
    if found.rows:
        torch.testing.assert_close(maps[found.rows[-1].id], whole, equal_nan=True, rtol=0, atol=0)


def test_every_map_is_what_its_layer_made_before_the_next_one() -> None:
    module = build(PLAIN).eval()
    inputs = torch.randn(1, 3, 8, 9)
    maps = feature_maps(module, inputs)
    body = module.res1.body
    made = module.conv1(inputs)
    torch.testing.assert_close(maps["conv1"], made)
    torch.testing.assert_close(maps["res1.body.norm1"], body.norm1(body.conv1(made)))
    assert (maps["res1.body.norm1"] < 0).any(), "a ReLU in place would have changed the map before it"
    torch.testing.assert_close(maps["res1"], made + body(made))


def test_maps_are_detached_and_every_mode_is_as_it_was() -> None:
    module = build(PLAIN).train()
    module.res1.body.norm1.eval()
    before = {name: part.training for name, part in module.named_modules()}
    averages = module.res1.body.norm1.running_mean.clone()
    maps = feature_maps(module, torch.rand(2, 3, 8, 9), ["res1", "linear1"])
    assert list(maps) == ["res1", "linear1"]
    assert not any(made.requires_grad for made in maps.values())
    assert {name: part.training for name, part in module.named_modules()} == before
    assert torch.equal(module.res1.body.norm1.running_mean, averages)
    assert not any(part._forward_hooks for part in module.modules())


def test_a_failure_leaves_modes_and_hooks_as_they_were() -> None:
    module = build(PLAIN).train()
    with pytest.raises(SpecError, match="cannot take an input of 1×2×8×9"):
        feature_maps(module, torch.rand(1, 2, 8, 9))
    with pytest.raises(SpecError, match="no layer 'conv7'; it has conv1, "):
        feature_maps(module, torch.rand(1, 3, 8, 9), ["conv7"])
    assert all(part.training for part in module.modules())
    assert not any(part._forward_hooks for part in module.modules())


def test_dropout_does_nothing_while_maps_are_made() -> None:
    module = build(NetworkSpec(input_shape=(1, 4, 4), layers=(Dropout(p=0.9),))).train()
    inputs = torch.rand(1, 1, 4, 4)
    assert torch.equal(feature_maps(module, inputs)["dropout1"], inputs)


def test_nothing_is_lazy_or_in_place() -> None:
    for part in build(PLAIN).modules():
        assert not getattr(part, "inplace", False)
        assert "Lazy" not in type(part).__name__


def test_the_same_random_state_gives_the_same_weights() -> None:
    states = []
    for _ in range(2):
        torch.manual_seed(3)
        states.append(build(PLAIN).state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@pytest.mark.parametrize(
    ("array", "shape", "made"),
    [
        ((5, 6), (1, 5, 6), (1, 1, 5, 6)),
        ((5, 6), (3, 9, 9), (1, 3, 5, 6)),
        ((5, 6, 3), (1, 5, 6), (1, 1, 5, 6)),
        ((5, 6, 4), (4, 5, 6), (1, 4, 5, 6)),
        ((4, 5, 6), (4, 5, 6), (1, 4, 5, 6)),
        ((7,), (7,), (1, 7)),
    ],
)
def test_an_array_enters_as_it_is(array: tuple[int, ...], shape: tuple[int, ...], made: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).random(array) * 300
    inputs = as_input(values, shape)
    assert tuple(inputs.shape) == made
    assert inputs.dtype == torch.float32
    if array != (5, 6, 3):
        assert inputs.max() == np.float32(values.max())


def test_colours_become_grey_by_their_brightness() -> None:
    assert as_input(np.eye(3).reshape(1, 3, 3), (1, 1, 3)).flatten().tolist() == pytest.approx([0.299, 0.587, 0.114])


@pytest.mark.parametrize(("array", "shape"), [((5, 6, 2), (3, 5, 6)), ((5,), (1, 5, 5)), ((5, 6), (4,))])
def test_an_array_that_cannot_enter(array: tuple[int, ...], shape: tuple[int, ...]) -> None:
    with pytest.raises(SpecError, match="cannot enter"):
        as_input(np.zeros(array), shape)
