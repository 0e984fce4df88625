"""The mosaic: every tile in its place, each painted as it would be alone, nothing written elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.display.levels import MapLevels, measure, measure_each
from engine.display.mosaic import Cell, Mosaic, layout, paint_mosaic
from engine.display.paint import paint_map
from engine.display.tables import palette
from engine.errors import SpecError

counts, sides = st.integers(1, 40), st.integers(1, 9)


def alone(values: np.ndarray, levels: MapLevels, mosaic: Mosaic, dark: bool = True) -> np.ndarray:
    """The same mosaic by painting every map on its own."""
    tables = palette("auto", dark)
    picture = np.empty((*mosaic.size, 4), np.uint8)
    picture[...] = (*tables.background[::-1], 255)
    for index, (one, level) in enumerate(zip(values, levels, strict=True)):
        top, left, height, width = mosaic.tile(index)
        paint_map(one, level, tables.table(level.kind), picture[top : top + height, left : left + width], mosaic.factor)
    return picture


def together(values: np.ndarray, levels: MapLevels, mosaic: Mosaic, dark: bool = True) -> np.ndarray:
    height, width = mosaic.size
    memory = np.full((height + 2, width + 2, 4), 77, np.uint8)
    paint_mosaic(values, levels, palette("auto", dark), mosaic, memory[1:-1, 1:-1])
    rim = memory.copy()
    rim[1:-1, 1:-1] = 77
    assert (rim == 77).all(), "a byte outside the mosaic was written"
    return memory[1:-1, 1:-1]


@given(counts, sides, sides, st.floats(0.1, 10), st.integers(0, 3))
def test_tiles_fill_the_mosaic_in_order_and_never_overlap(
    count: int, height: int, width: int, aspect: float, gap: int
) -> None:
    mosaic = layout(count, height, width, aspect, gap)
    owner = np.full(mosaic.size, -1)
    for index, (top, left, h, w) in enumerate(mosaic.tiles()):
        assert (owner[top : top + h, left : left + w] == -1).all()
        assert (h, w) == (height, width) == owner[top : top + h, left : left + w].shape
        owner[top : top + h, left : left + w] = index
    assert len(mosaic.tiles()) == count
    for row, column in np.ndindex(owner.shape):
        found = mosaic.tile_at(row, column)
        assert (found.tile if found else -1) == owner[row, column]
        if found:
            top, left, _, _ = mosaic.tile(found.tile)
            assert (top + found.row, left + found.column) == (row, column)
    assert (mosaic.rows - 1) * mosaic.columns < count <= mosaic.rows * mosaic.columns, "no row is empty"


@pytest.mark.parametrize("pixel", [(-1, 0), (-3, 0), (0, -1), (0, -3), (-3, -3), (10_000, 0), (0, 10_000)])
def test_there_is_no_map_outside(pixel: tuple[int, int]) -> None:
    assert layout(5, 4, 4).tile_at(*pixel) is None


@given(st.integers(30, 600), st.sampled_from([0.5, 1.0, 1.6, 3.0]))
def test_the_mosaic_has_about_the_shape_asked_for(count: int, aspect: float) -> None:
    height, width = layout(count, 28, 28, aspect).size
    assert abs(math.log(width / height / aspect)) < math.log(1.5)


def test_one_row_and_one_column_can_be_asked_for() -> None:
    assert layout(22, 8, 8, aspect=1e9, gap=0).size == (8, 176)
    assert layout(22, 8, 8, aspect=1e-9, gap=0).size == (176, 8)


@given(st.integers(1, 300), st.integers(1, 700), st.integers(1, 700), st.integers(5_000, 500_000))
def test_a_mosaic_keeps_to_its_budget(count: int, height: int, width: int, budget: int) -> None:
    mosaic = layout(count, height, width, budget=budget)
    assert math.prod(mosaic.size) <= budget
    if mosaic.factor > 1:
        last = mosaic.tile_at(mosaic.tile(count - 1)[0] + mosaic.tile_size[0] - 1, mosaic.tile(count - 1)[1])
        assert last is not None
        assert last == Cell(count - 1, (mosaic.tile_size[0] - 1) * mosaic.factor, 0)
        assert last.row < height


def test_more_maps_than_pixels_are_refused() -> None:
    with pytest.raises(SpecError, match="5,000 maps do not fit"):
        layout(5_000, 3, 3, budget=1_000)
    with pytest.raises(SpecError, match="0 maps"):
        layout(0, 3, 3)


@given(st.data(), st.booleans(), st.integers(0, 2), st.sampled_from([1000, 40]))
def test_the_mosaic_is_every_map_painted_alone(data: st.DataObject, dark: bool, gap: int, budget: int) -> None:
    count, height, width = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 5), st.integers(1, 5)))
    # whole numbers up to a power of two: no value lies so near to half-way that the order of rounding matters
    values = data.draw(arrays(np.float32, (count, height, width), elements=st.integers(-16, 16).map(float)))
    values[:, 0, 0] = data.draw(arrays(np.float32, count, elements=st.sampled_from([16.0, np.nan, np.inf])))
    mosaic = layout(count, height, width, gap=gap, budget=budget) if budget == 1000 else _small(count, height, width)
    levels = measure_each(values)
    assert (together(values, levels, mosaic, dark) == alone(values, levels, mosaic, dark)).all()


def _small(count: int, height: int, width: int) -> Mosaic:
    columns = math.isqrt(count)
    return Mosaic(count, height, width, math.ceil(count / columns), columns, 1, factor=2)


@pytest.mark.parametrize("count", [1, 7, 512])
def test_random_maps_are_painted_as_alone_to_one_step(count: int) -> None:
    values = np.random.default_rng(5).normal(size=(count, 28, 28)).astype(np.float32)
    values[::3] = np.abs(values[::3])
    levels, mosaic = measure_each(values), layout(count, 28, 28)
    same = (together(values, levels, mosaic) == alone(values, levels, mosaic)).all(axis=-1)
    assert same.mean() > 0.9999


def test_a_shared_range_compares_strengths() -> None:
    values = np.zeros((2, 3, 3), np.float32)
    values[0, 1, 1], values[1, 1, 1] = -1, 8
    mosaic = layout(2, 3, 3, aspect=1e9, gap=1)
    out = np.zeros((*mosaic.size, 4), np.uint8)
    shared = measure_each(values).shared()
    paint_mosaic(values, shared, palette(), mosaic, out)
    each = MapLevels.of([shared, shared])
    assert (out == alone(values, each, mosaic)).all()
    assert (out[1, 1] == palette().table("diverging")[112]).all()


def test_ranges_with_one_end_in_common_stay_apart() -> None:
    values = np.float32([[[-1, 4]], [[-3, 4]], [[2, 4]]])
    levels, mosaic = measure_each(values, "viridis"), layout(3, 1, 2)
    assert (together(values, levels, mosaic) == alone(values, levels, mosaic)).all()


def test_maps_of_all_kinds_share_a_mosaic() -> None:
    values = np.random.default_rng(6).integers(0, 4, (3, 4, 4)).astype(np.float32) - np.float32([[[2]], [[0]], [[1]]])
    levels = MapLevels.of([measure(values[0]), measure(values[1]), measure(values[2], direction=True)])
    assert levels.kinds.tolist() == ["diverging", "sequential", "cyclic"]
    mosaic = layout(3, 4, 4, aspect=1.0)
    assert (together(values, levels, mosaic) == alone(values, levels, mosaic)).all()


def test_wrong_maps_and_wrong_memory_are_refused() -> None:
    values, mosaic = np.zeros((3, 4, 4), np.float32), layout(3, 4, 4)
    with pytest.raises(ValueError, match="maps of 3×4×4, not 2×4×4"):
        paint_mosaic(values[:2], measure_each(values[:2]), palette(), mosaic, np.zeros((*mosaic.size, 4), np.uint8))
    with pytest.raises(ValueError, match="out must be"):
        paint_mosaic(values, measure_each(values), palette(), mosaic, np.zeros((5, 5, 4), np.uint8))
