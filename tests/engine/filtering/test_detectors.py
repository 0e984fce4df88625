"""Detectors against torch in double precision."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.filtering.detectors import apply_detector
from engine.spec.filter import DetectorSpec
from tests.engine.filtering.oracle import picture

EXACT = {
    "none": lambda v, d: v,
    "relu": lambda v, d: torch.relu(v),
    "leaky_relu": lambda v, d: torch.nn.functional.leaky_relu(v, d.negative_slope),
    "sigmoid": lambda v, d: torch.sigmoid(v),
    "tanh": lambda v, d: torch.tanh(v),
    "abs": lambda v, d: torch.abs(v),
    "threshold": lambda v, d: (v > float(np.float32(d.threshold))).double(),
}
shapes = st.one_of(
    st.tuples(st.integers(1, 9), st.integers(1, 9)), st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))
)


@given(st.sampled_from(list(EXACT)), shapes, st.integers(0, 1000), st.floats(0, 1), st.floats(-1, 1))
def test_against_torch(kind: str, shape: tuple[int, ...], seed: int, slope: float, threshold: float) -> None:
    detector = DetectorSpec(kind=kind, negative_slope=slope, threshold=threshold)
    cells = picture(shape, 1) * np.float32(10.0 ** (seed % 7 - 4)) + np.float32(0.01 * (seed % 3))
    before = cells.copy()
    found = apply_detector(cells, detector)
    exact = EXACT[kind](torch.from_numpy(cells).double(), detector).numpy()
    assert found.dtype == np.float32
    assert np.array_equal(cells, before)
    assert np.allclose(found, exact, rtol=4e-7, atol=1e-37)


@given(st.sampled_from(["magnitude", "direction"]), shapes, st.integers(0, 1000))
def test_pairs_against_torch(kind: str, shape: tuple[int, ...], seed: int) -> None:
    a, b = picture(shape, seed) - np.float32(0.3), picture(shape, seed + 1) - np.float32(0.3)
    found = apply_detector(a, DetectorSpec(kind=kind), b)
    wide = torch.from_numpy(a).double(), torch.from_numpy(b).double()
    exact = torch.hypot(*wide) if kind == "magnitude" else torch.atan2(wide[1], wide[0])
    assert np.allclose(found, exact.numpy(), rtol=4e-7, atol=4e-7)


def test_directions_lie_above_minus_pi() -> None:
    a = np.array([[-1, -1, -1, 1, -0.0, 0, -0.0]], np.float32)
    b = np.array([[-0.0, 0, -1e-30, -0.0, -0.0, 0, 0]], np.float32)
    found = apply_detector(a, DetectorSpec(kind="direction"), b)
    assert found.tolist() == [[pytest.approx(math.pi)] * 3 + [0.0] * 4]


@pytest.mark.parametrize("kind", ["relu", "leaky_relu", "sigmoid", "tanh", "abs"])
def test_extremes(kind: str) -> None:
    cells = np.array([[-np.inf, -1e38, -100, 100, 1e38, np.inf, np.nan]], np.float32)
    found = apply_detector(cells, DetectorSpec(kind=kind))
    exact = EXACT[kind](torch.from_numpy(cells), DetectorSpec(kind=kind)).numpy()
    assert np.allclose(found, exact, rtol=1e-6, atol=1e-30, equal_nan=True)


def test_a_pair_needs_two_maps() -> None:
    one = np.zeros((3, 4), np.float32)
    for other in (None, one.T):
        with pytest.raises(SpecError, match="two maps"):
            apply_detector(one, DetectorSpec(kind="magnitude"), other)
