"""What is said of a kernel is true of it, whatever it is, and fits on its lines."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from app.kernels.facts import LINE, SPACE, facts_text
from app.kernels.facts import symmetries as said_symmetries
from engine.kernels import design, kernel, kernel_names
from engine.spec.filter import Plane

SIGNS = {"left-right": "↔", "up-down": "↕", "diagonal": "╲", "half-turn": "half turn"}


@st.composite
def planes(draw: st.DrawFn) -> np.ndarray:
    """Kernels with and without symmetries."""
    shape = (draw(st.integers(1, 5)), draw(st.integers(1, 5)))
    weights = draw(npst.arrays(np.float32, shape, elements=st.integers(-2, 2).map(float)))
    fitting = [
        s
        for s in design.SYMMETRIES
        if shape[0] == shape[1] or s in ("left-right", "up-down", "both-mirrors", "half-turn")
    ]
    symmetry = draw(st.sampled_from([None, *fitting]))
    return weights if symmetry is None else design.symmetrise(weights, symmetry, draw(st.booleans()))


def _plane(weights: np.ndarray) -> Plane:
    return tuple(tuple(row) for row in weights.tolist())


@given(planes())
def test_symmetries_and_the_range_are_those_of_the_engine(weights: np.ndarray) -> None:
    if not weights.any():
        assert facts_text(_plane(weights)).startswith("All weights are 0")
        return
    known, said = design.measure(weights), said_symmetries(_plane(weights))
    if "eight-fold" in known.symmetries.even:
        assert said == ["symmetric all round"]
    else:
        of_interest = ("left-right", "up-down", "diagonal")
        expected = {
            f"{SIGNS[name]} {sign}"
            for sign, found in (("even", known.symmetries.even), ("odd", known.symmetries.odd))
            for name in found
            if name in of_interest
        }
        half = [f"half turn {sign}" for sign in ("even", "odd") if "half-turn" in getattr(known.symmetries, sign)]
        assert set(said) == (expected or set(half))
    line = facts_text(_plane(weights), whole=True).split("\n")[1]
    low, high = line.split(" · ")[0].removeprefix("0…1 gives ").replace("−", "-").split("…")
    assert abs(float(low) - known.lowest) < 1e-4
    assert abs(float(high) - known.highest) < 1e-4
    assert f"rank {known.ranks[0]}" in facts_text(_plane(weights))


def test_every_named_kernel_in_short_and_in_full() -> None:
    for name in kernel_names():
        weights = kernel(name).weights
        short, whole = (facts_text(_plane(weights), each) for each in (False, True))
        assert len(short.split("\n")) <= 3
        assert max(map(len, short.split("\n"))) <= LINE, short
        assert "…]" not in whole
        assert ("Separable" in whole) == design.measure(weights).separable
        if "Separable" in whole:
            column, row = (
                [float(number.replace("−", "-")) for number in vector.strip("[]ᵀ ").split(SPACE)]
                for vector in whole.split("\n")[2].removeprefix("Separable as ").split("·")
            )
            scale = float(np.abs(weights).max())
            assert np.allclose(np.outer(column, row), weights, atol=2e-5 * scale)
