"""Histograms, against numpy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from engine.display import histogram
from engine.display.histogram import Counts, count_bytes, count_values

numbers = st.floats(-1e6, 1e6, width=32) | st.sampled_from([np.nan, np.inf, -np.inf])


@given(
    arrays(np.float32, array_shapes(min_dims=2, max_dims=3, max_side=9), elements=numbers),
    st.integers(1, 300),
    st.booleans(),
)
def test_every_cell_is_counted_once_and_where_numpy_counts_it(values: np.ndarray, bins: int, narrow: bool) -> None:
    finite = values[np.isfinite(values)].astype(np.float64)
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    high = (low + high) / 2 if narrow else high
    counts = count_values(values, low, high, bins)
    assert counts is not None
    planes = values if values.ndim == 3 else values[..., np.newaxis]
    for channel, found in enumerate(counts.channels):
        each = planes[..., channel].astype(np.float64)
        assert found == tuple(np.histogram(each[np.isfinite(each)], bins, (counts.low, counts.high))[0].tolist())
    assert counts.bad_cells == values.size - finite.size
    assert sum(map(sum, counts.channels)) + counts.beyond + counts.bad_cells == values.size
    assert narrow or not counts.beyond


def test_a_flat_map_has_bins_around_its_value() -> None:
    assert count_values(np.full((3, 4), 2.0, np.float32), 2.0, 2.0, 4) == Counts(1.5, 2.5, ((0, 0, 12, 0),))
    huge = count_values(np.full((3, 4), 2e30, np.float32), 2e30, 2e30, 128)
    assert huge is not None
    assert max(huge.channels[0]) == 12


def test_a_map_that_varies_little_around_a_large_value_is_counted_all_the_same() -> None:
    values = np.float32([[1e6, np.nextafter(np.float32(1e6), np.float32(2e6))]])
    counts = count_values(values, float(values[0, 0]), float(values[0, 1]), 128)
    assert counts is not None
    assert (counts.channels[0][0], counts.channels[0][-1]) == (1, 1)


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))), st.integers(1, 256))
def test_bytes_are_counted_as_values_from_0_to_1(frame: np.ndarray, bins: int) -> None:
    counts = count_bytes(frame, bins)
    for channel, found in enumerate(counts.channels):
        expected = np.histogram(frame[..., channel] / 255.0, bins, (0.0, 1.0))[0]
        assert found == tuple(expected.tolist())


def test_large_pictures_are_counted_in_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    values, frame = rng.standard_normal((50, 40)).astype(np.float32), rng.integers(0, 256, (50, 40, 3), np.uint8)
    low, high = float(values.min()), float(values.max())
    whole = count_values(values, low, high), count_bytes(frame)
    monkeypatch.setattr(histogram, "_BAND", 130)
    monkeypatch.setattr(histogram, "_EXACT", 130)
    assert (count_values(values, low, high), count_bytes(frame)) == whole
    asked: list[int] = []

    def stale() -> bool:
        asked.append(1)
        return len(asked) > 3

    assert count_values(values, low, high, stale=stale) is None
    assert len(asked) == 4
