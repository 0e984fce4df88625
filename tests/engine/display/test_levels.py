"""The range of colours: exact, never failing, and zero where it belongs."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from engine.display.levels import PI, Levels, MapLevels, measure, measure_channels, measure_each, union
from engine.errors import SpecError

NAN, INF = math.nan, math.inf
UGLY = {
    "empty": [],
    "all NaN": [NAN, NAN],
    "all infinite": [INF, -INF],
    "NaN among numbers": [NAN, -3.0, 2.0],
    "infinities among numbers": [INF, 1.0, -INF, 5.0],
    "one cell": [4.0],
    "constant": [2.5, 2.5, 2.5],
    "constant below zero": [-2.5, -2.5],
    "blank": [0.0, 0.0],
    "minus zero": [-0.0, 0.0],
    "huge": [3e38, -1e38],
    "huge above zero": [3e38, 3e38],
    "denormal": [1e-45, 0.0],
    "denormal below zero": [-1e-42, 1e-45],
    "very large double": [1e308, -1.7e308, 1.7e308],
    "largest doubles": [1.7e308, 1.7e308, 1.7e308],
    "smallest double": [5e-324],
    "far from zero": [1e6, 1e6 + 1],
}
maps = arrays(
    np.float32,
    array_shapes(min_dims=2, max_dims=2, max_side=9),
    elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("colour_map", ["auto", "diverging", "viridis"])
@pytest.mark.parametrize("case", list(UGLY))
def test_anything_has_a_finite_range(case: str, colour_map: str, dtype: type) -> None:
    with np.errstate(over="ignore"):
        values = np.array([UGLY[case]], np.float64).astype(dtype)
    levels = measure(values, colour_map)  # type: ignore[arg-type]
    assert math.isfinite(levels.low)
    assert math.isfinite(levels.high)
    assert levels.low < levels.high
    assert levels.low <= 0 <= levels.high
    assert math.isfinite(levels.mean)
    assert levels.count + levels.non_finite == values.size


@given(maps)
def test_what_was_measured_is_exact(values: np.ndarray) -> None:
    levels = measure(values)
    finite = values[np.isfinite(values)].astype(np.float64)
    assert levels.count == finite.size
    assert levels.non_finite == values.size - finite.size
    if finite.size:
        assert (levels.minimum, levels.maximum) == (finite.min(), finite.max())
        assert levels.mean == pytest.approx(math.fsum(finite) / finite.size, rel=1e-9, abs=1e-9 * abs(finite).max())
    else:
        assert (levels.minimum, levels.maximum, levels.mean) == (0, 0, 0)


def test_one_hot_cell_among_four_million_is_seen() -> None:
    values = np.zeros((2048, 2048), np.float32)
    values[1031, 777] = -7
    levels = measure(values)
    assert (levels.minimum, levels.low, levels.high) == (-7, -7, 7)
    assert levels.mean == pytest.approx(-7 / 2048**2)


def test_auto_is_diverging_only_below_zero() -> None:
    signed, positive = np.float32([[-1, 4]]), np.float32([[1, 4]])
    assert measure(signed) == Levels(low=-4, high=4, kind="diverging", minimum=-1, maximum=4, mean=1.5, count=2)
    assert measure(positive) == Levels(low=0, high=4, kind="sequential", minimum=1, maximum=4, mean=2.5, count=2)
    assert measure(-positive).kind == "diverging"


def test_a_chosen_table_is_kept_to() -> None:
    signed, positive = np.float32([[-1, 4]]), np.float32([[1, 4]])
    assert (measure(positive, "diverging").low, measure(positive, "diverging").high) == (-4, 4)
    for name in ("viridis", "grey", "magma", "cividis"):
        levels = measure(signed, name)
        assert (levels.low, levels.high, levels.kind) == (-1, 4, "sequential")
    assert measure(-positive, "grey").high == 0


def test_directions_always_go_once_around() -> None:
    levels = measure(np.float32([[0.1, np.pi, -np.pi]]), "viridis", direction=True)
    assert (levels.low, levels.high, levels.kind) == (-PI, PI, "cyclic")
    assert levels.maximum == PI, "the largest direction of float32 is inside"


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float16])
def test_other_numbers_are_measured_too(dtype: type) -> None:
    levels = measure(np.array([[0, 1, 1]], dtype))
    assert (levels.low, levels.high, levels.count) == (0, 1, 3)
    assert levels.mean == pytest.approx(2 / 3)


def test_what_has_no_order_is_refused() -> None:
    with pytest.raises(SpecError, match="complex64"):
        measure(np.ones((2, 2), np.complex64))


@given(st.lists(maps, min_size=1, max_size=5), st.sampled_from(["auto", "diverging", "grey"]))
def test_many_at_once_are_each_as_alone(several: list[np.ndarray], colour_map: str) -> None:
    height, width = min(m.shape[0] for m in several), min(m.shape[1] for m in several)
    stack = np.stack([m[:height, :width] for m in several])
    together = measure_each(stack, colour_map)  # type: ignore[arg-type]
    assert list(together) == [measure(values, colour_map) for values in stack]  # type: ignore[arg-type]
    assert list(MapLevels.of(together)) == list(together)


@given(st.lists(maps, min_size=1, max_size=4))
def test_a_shared_range_is_that_of_all_cells(several: list[np.ndarray]) -> None:
    shared = union(measure(values) for values in several)
    whole = measure(np.concatenate([values.ravel() for values in several]))
    for name in ("low", "high", "kind", "minimum", "maximum", "count", "non_finite"):
        assert getattr(shared, name) == getattr(whole, name)
    assert shared.mean == pytest.approx(whole.mean, rel=1e-6, abs=1e-6 * max(-whole.minimum, whole.maximum))


def test_a_blank_map_does_not_widen_the_shared_range() -> None:
    shared = union([measure(np.zeros((2, 2), np.float32)), measure(np.full((2, 2), 0.25, np.float32))])
    assert (shared.low, shared.high) == (0, 0.25)


def test_a_map_without_numbers_takes_no_part_in_the_shared_values() -> None:
    shared = union([measure(np.float32([NAN])), measure(np.float32([5, 7]))])
    assert (shared.minimum, shared.maximum, shared.mean, shared.count, shared.non_finite) == (5, 7, 6, 2, 1)


def test_no_map_at_all_shares_a_range() -> None:
    assert union([]) == Levels(low=0, high=1)
    assert len(measure_each(np.zeros((0, 3, 3), np.float32))) == 0


def test_a_picture_keeps_its_natural_range() -> None:
    values = np.full((4, 5, 3), 0.5, np.float32)
    for scale in ("shared", "own"):
        levels = measure_channels(values, scale)
        assert {(one.low, one.high, one.kind) for one in levels} == {(0, 1, "sequential")}
        assert levels.shared().high == 1
    values[2, 2, 1] = 3
    assert [one.high for one in measure_channels(values, "own")] == [1, 3, 1]
    assert [one.high for one in measure_channels(values, "shared")] == [3]


def test_one_channel_below_zero_makes_all_diverging() -> None:
    values = np.zeros((4, 5, 3), np.float32)
    values[0, 0] = (-2, 1, 0)
    own = measure_channels(values, "own")
    assert [(one.low, one.high, one.kind) for one in own] == [
        (-2, 2, "diverging"),
        (-1, 1, "diverging"),
        (-1, 1, "diverging"),
    ]
    assert [(one.low, one.high) for one in measure_channels(values, "shared")] == [(-2, 2)]
    assert own.shared().low == -2


@given(arrays(np.float32, (3, 4, 3), elements=st.floats(-9, 9, width=32) | st.sampled_from([NAN, INF])))
def test_channels_are_measured_as_planes(values: np.ndarray) -> None:
    found = measure_channels(values, "own").found
    expected = measure_each(np.ascontiguousarray(np.moveaxis(values, -1, 0))).found
    for name in ("minimum", "maximum", "finite", "non_finite"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()
    assert found.mean.tolist() == pytest.approx(expected.mean.tolist(), abs=1e-9)


def test_directions_of_channels_go_around() -> None:
    levels = measure_channels(np.zeros((2, 2, 3), np.float32), direction=True)
    assert [(one.low, one.high, one.kind) for one in levels] == [(-PI, PI, "cyclic")]


def test_levels_travel_as_a_message() -> None:
    levels = measure(np.float32([[-1, NAN]]))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(levels), type=Levels) == levels
