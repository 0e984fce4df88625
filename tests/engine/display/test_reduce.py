"""Reduction: as small as asked, every block in its place, and nothing strong lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from engine.display.reduce import reduce_frame, reduce_map, reduced_size, reduction

sizes = st.integers(1, 50_000)


@given(sizes, sizes, st.integers(1, 5_000_000))
def test_the_factor_is_the_smallest_that_fits(height: int, width: int, budget: int) -> None:
    factor = reduction(height, width, budget)
    shown = reduced_size(height, width, factor)
    assert shown[0] * shown[1] <= budget
    if factor > 1:
        larger = reduced_size(height, width, factor - 1)
        assert larger[0] * larger[1] > budget


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(st.data(), st.integers(2, 5))
def test_each_block_shows_its_value_furthest_from_zero(dtype: type, data: st.DataObject, factor: int) -> None:
    shape = data.draw(array_shapes(min_dims=3, max_dims=3, max_side=11))
    width = 32 if dtype is np.float32 else 64
    maps = data.draw(arrays(dtype, shape, elements=st.floats(width=width)))
    reduced = reduce_map(maps, factor, "diverging")
    assert reduced.shape == (shape[0], *reduced_size(shape[1], shape[2], factor))
    for n, row, column in np.ndindex(reduced.shape):
        block = maps[n, row * factor : (row + 1) * factor, column * factor : (column + 1) * factor]
        shown = reduced[n, row, column]
        if np.isnan(block).any():
            assert np.isnan(shown)
        else:
            assert shown in block
            assert abs(shown) == np.abs(block).max()


def test_bands_do_not_show() -> None:
    maps = np.random.default_rng(0).normal(size=(1, 700, 901)).astype(np.float32)
    padded = np.pad(maps[0], ((0, 2), (0, 2)))
    blocks = padded.reshape(234, 3, 301, 3).swapaxes(1, 2).reshape(234, 301, 9)
    expected = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=-1)[..., None], axis=-1)[..., 0]
    assert (reduce_map(maps, 3, "sequential")[0] == expected).all()


def test_directions_are_not_mixed() -> None:
    maps = np.random.default_rng(0).uniform(-np.pi, np.pi, (2, 7, 8)).astype(np.float32)
    assert (reduce_map(maps, 3, "cyclic") == maps[:, ::3, ::3]).all()


@given(arrays(np.uint8, st.tuples(st.integers(1, 13), st.integers(1, 13), st.just(3))), st.integers(2, 5))
def test_a_frame_shows_the_mean_of_each_block(frame: np.ndarray, factor: int) -> None:
    reduced = reduce_frame(frame, factor)
    assert reduced.shape == (*reduced_size(*frame.shape[:2], factor), 3)
    for row, column in np.ndindex(reduced.shape[:2]):
        block = frame[row * factor : (row + 1) * factor, column * factor : (column + 1) * factor]
        assert np.abs(reduced[row, column] - block.mean(axis=(0, 1))).max() <= 1


def test_nothing_to_reduce_is_left_alone() -> None:
    maps, frame = np.zeros((1, 2, 2), np.float32), np.zeros((2, 2, 3), np.uint8)
    assert reduce_map(maps, 1, "diverging") is maps
    assert reduce_frame(frame, 1) is frame
