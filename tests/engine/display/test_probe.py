"""Values as text."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.display.probe import format_value


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
