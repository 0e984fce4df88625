"""Changes of the input against torch and numpy by hand, sweeps over them, fields that units use, imagined pictures."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import engine
from engine.errors import SpecError
from engine.explain import Target
from engine.explain.fields import effective_field, spread
from engine.explain.imagined import imagine
from engine.explain.invariance import NEUTRAL, changed, changes, sweep
from engine.explain.patches import field_box
from engine.explain.target import Scored
from engine.nn import build, feature_maps
from tests.engine.explain.conftest import SIDE, evidence

RAMP = torch.arange(24, dtype=torch.float32).reshape(1, 1, 4, 6)


@pytest.mark.parametrize("change", changes())
@pytest.mark.parametrize("shape", [(2, 3, 9, 7), (1, 2, 30), (1, 1, 1, 1)])
def test_the_neutral_amount_changes_nothing(change: str, shape: tuple[int, ...]) -> None:
    inputs = torch.rand(shape, generator=torch.Generator().manual_seed(1))
    if change == "rotate" and len(shape) == 3:
        with pytest.raises(SpecError, match="A signal cannot be turned"):
            changed(inputs, change, 10)
        return
    torch.testing.assert_close(changed(inputs, change, NEUTRAL.get(change, 0.0)), inputs)


@given(columns=st.integers(-9, 9))
def test_a_whole_shift_moves_cells(columns: int) -> None:
    made = changed(RAMP, "shift", columns)
    for column in range(6):
        assert torch.equal(made[..., column], RAMP[..., min(max(column - columns, 0), 5)])


def test_half_a_cell_is_the_mean_of_neighbours() -> None:
    made = changed(RAMP, "shift", 0.5)
    torch.testing.assert_close(made[..., 1:], (RAMP[..., 1:] + RAMP[..., :-1]) / 2)


def test_a_quarter_turn_is_exact_and_a_turn_goes_against_the_clock() -> None:
    square = torch.rand(2, 3, 8, 8)
    torch.testing.assert_close(changed(square, "rotate", 90), torch.rot90(square, 1, (2, 3)), atol=1e-5, rtol=0)
    smooth = torch.from_numpy(scipy.ndimage.gaussian_filter(np.random.default_rng(0).random((21, 33)), 3)).float()
    turned = changed(smooth[None, None], "rotate", 20)[0, 0, 7:14, 11:22]
    expected = scipy.ndimage.rotate(smooth.numpy(), 20, reshape=False, order=1, mode="nearest")[7:14, 11:22]
    assert turned.numpy() == pytest.approx(expected, abs=1e-4)


def test_twice_as_large_is_half_of_it() -> None:
    rows, columns = np.mgrid[:8, :12].astype(np.float32)
    made = changed(torch.from_numpy(rows + 10 * columns)[None, None], "scale", 2)[0, 0].numpy()
    assert made == pytest.approx((rows - 3.5) / 2 + 3.5 + 10 * ((columns - 5.5) / 2 + 5.5), abs=1e-4)


def test_blur_is_scipys() -> None:
    values = np.random.default_rng(3).random((17, 23)).astype(np.float32)
    expected = scipy.ndimage.gaussian_filter(values, 1.5, mode="nearest", truncate=10 / 3)
    assert changed(torch.from_numpy(values)[None, None], "blur", 1.5)[0, 0].numpy() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("change", "amount"), [("magic", 1), ("scale", 0), ("blur", -1), ("shift", float("nan"))])
def test_what_cannot_be_done_is_said(change: str, amount: float) -> None:
    with pytest.raises(SpecError):
        changed(RAMP, change, amount)


def _pooled(pool: object) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(2)
        layers = (engine.Conv2d(out_channels=6, kernel_size=3, padding=1), engine.ReLU(), pool, engine.Flatten())
        spec = engine.NetworkSpec(input_shape=(1, 16, 16), layers=(*layers, engine.Linear(out_features=4)))
        return build(spec)


def test_a_sweep_is_what_the_raw_tensors_say_and_pooling_minds_shifts_less() -> None:
    inputs = torch.rand(5, 1, 16, 16, generator=torch.Generator().manual_seed(3))
    networks = {"none": _pooled(engine.Identity()), "max": _pooled(engine.MaxPool2d(kernel_size=4)),
                "average": _pooled(engine.AvgPool2d(kernel_size=4))}  # fmt: skip
    layers = {"none": "identity1", "max": "pool1", "average": "pool1"}
    amounts = (0, 1, 2)
    told = {each.name: each for each in sweep(networks, inputs, "shift", amounts, layers)}
    for name, module in networks.items():
        before = feature_maps(module, inputs, [layers[name]])[layers[name]].flatten(1)
        moved = changed(inputs, "shift", 2)
        after = feature_maps(module, moved, [layers[name]])[layers[name]].flatten(1)
        expected = ((after - before).norm(dim=1) / before.norm(dim=1)).mean().item()
        assert told[name].distances[2] == pytest.approx(expected, rel=1e-5)
        with torch.no_grad():
            classes = module(inputs).argmax(1)
            likely = module(moved).softmax(1)[range(5), classes].mean().item()
        assert told[name].probabilities[2] == pytest.approx(likely, rel=1e-5)
        assert told[name].distances[0] == 0
    assert told["none"].distances[1] > told["max"].distances[1] > told["average"].distances[1]


@pytest.mark.parametrize("layer", ["conv1", "pool1", "conv2"])
def test_the_field_that_is_used_lies_in_the_field_in_theory(learned: nn.Module, layer: str) -> None:
    seen = evidence(16, 41)
    field = effective_field(learned, seen.inputs, layer, 3)
    assert field.shape == (SIDE, SIDE)
    given = seen.inputs.clone().requires_grad_()
    maps = learned.get_submodule(layer)
    held: list[torch.Tensor] = []
    handle = maps.register_forward_hook(lambda _m, _i, made: held.append(made))
    learned(given)
    handle.remove()
    middle = [each // 2 for each in held[0].shape[2:]]
    held[0][:, 3, middle[0], middle[1]].sum().backward()
    torch.testing.assert_close(field, given.grad.abs().sum(1).mean(0))
    convolutions = [engine.Conv2d(out_channels=8, kernel_size=size, padding=size // 2) for size in (5, 3)]
    layers = (convolutions[0], engine.ReLU(), engine.MaxPool2d(kernel_size=2), convolutions[1])
    spec = engine.NetworkSpec(input_shape=(1, SIDE, SIDE), layers=layers)
    (top, bottom), (left, right) = field_box(spec, layer, middle)
    outside = torch.ones(SIDE, SIDE, dtype=torch.bool)
    outside[max(top, 0) : bottom, max(left, 0) : right] = False
    assert field[outside].abs().sum() == 0 < field.sum()
    assert all(width < bottom - top + 1 for width in spread(field))
    assert spread(torch.zeros(3, 4)) == (0.0, 0.0)


@settings(max_examples=10)
@given(deviation=st.floats(1.0, 4.0))
def test_the_spread_of_a_bell_is_four_of_its_deviations(deviation: float) -> None:
    at = torch.arange(-40, 41).double()
    bell = torch.exp(-(at**2) / (2 * deviation**2))
    assert spread(bell[:, None] * bell) == pytest.approx((4 * deviation,) * 2, rel=1e-3)


def test_an_imagined_picture_excites_its_unit_more_than_any_example(learned: nn.Module) -> None:
    target = Target(layer="conv2", map=1)
    seen = evidence(100, 8).inputs
    with torch.no_grad():
        best = Scored(learned, target)(seen).max().item()
    grown = list(imagine(learned, (1, SIDE, SIDE), target, steps=40))
    assert [each.step for each in grown] == list(range(1, 41))
    assert grown[-1].value > max(best, grown[0].value)
    assert all(each.picture.min() >= 0 and each.picture.max() <= 1 for each in grown)
    again = list(imagine(learned, (1, SIDE, SIDE), target, steps=40))[-1]
    assert torch.equal(again.picture, grown[-1].picture)


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 40), (1, 5, 9), (1, 4, 6, 5)])
def test_pictures_of_every_kind_are_imagined(shape: tuple[int, ...]) -> None:
    layer = {2: engine.Conv1d, 3: engine.Conv2d, 4: engine.Conv3d}[len(shape)]
    module = build(engine.NetworkSpec(input_shape=shape, layers=(layer(out_channels=2, kernel_size=3),)))
    first, *_, last = imagine(module, shape, Target(map=1), steps=6)
    assert last.picture.shape == shape
    assert last.value > first.value


def test_what_the_input_does_not_reach_cannot_be_imagined() -> None:
    with pytest.raises(SpecError, match="there is no map 7"):
        next(imagine(_pooled(engine.Identity()), (1, 16, 16), Target(map=7)))
