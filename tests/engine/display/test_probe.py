"""Values as text and as a histogram."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from engine.display.levels import Levels, measure
from engine.display.probe import format_value, histogram


@given(st.floats(-1e300, 1e300))
def test_the_text_is_short_and_tells_the_value(value: float) -> None:
    text = format_value(value)
    assert len(text) <= 11
    assert float(text) == pytest.approx(value, rel=5.1e-4)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-0.7312, "-0.7312"),
        (3.0, "3"),
        (65535.0, "65535"),
        (1234567.0, "1.235e+06"),
        (1e-9, "1e-09"),
        (math.nan, "not a number"),
        (math.inf, "infinity"),
        (-math.inf, "-infinity"),
        (np.float32(0.1), "0.1"),
    ],
)
def test_texts(value: float, text: str) -> None:
    assert format_value(value) == text


def test_the_number_of_digits_can_be_asked_for() -> None:
    assert format_value(math.pi, digits=2) == "3.1"


@given(arrays(np.float32, array_shapes(min_dims=2, max_dims=2), elements=st.floats(width=32)), st.integers(1, 40))
def test_every_finite_cell_counts_once(values: np.ndarray, bins: int) -> None:
    counts = histogram(values, measure(values), bins)
    assert len(counts) == bins
    assert counts.sum() == np.isfinite(values).sum()


def test_the_parts_are_equal_and_hold_what_lies_beyond() -> None:
    values = np.float32([-9, 0, 0.24, 0.26, 0.5, 0.74, 1.0, 9, np.nan])
    assert histogram(values, Levels(low=0, high=1), bins=4).tolist() == [3, 1, 2, 2]
    random = np.random.default_rng(0).uniform(-1, 1, 5000)
    expected, _ = np.histogram(random, 32, (-1, 1))
    assert np.abs(histogram(random, Levels(low=-1, high=1), 32) - expected).sum() <= 2


def test_the_widest_range_does_not_overflow() -> None:
    assert histogram(np.array([-1.7e308, 1.7e308]), Levels(low=-1.7e308, high=1.7e308), 2).tolist() == [1, 1]
