"""Values as a person reads them: as text, and as a histogram."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.display.levels import Levels
from engine.display.statistics import real


def format_value(value: float, digits: int = 4) -> str:
    """A value with as many digits as say something, short enough for a status line.

    Args:
        value: any number, NaN and infinities included.
        digits: significant ones; large whole numbers keep all of theirs up to six.

    Example:
        >>> [format_value(v) for v in (0.7314159, -2.0, 123456.0, 1.5e-7, float("nan"))]
        ['0.7314', '-2', '123456', '1.5e-07', 'not a number']
    """
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:.{digits}g}"


def histogram(values: NDArray[Any], levels: Levels, bins: int = 64) -> NDArray[np.int64]:
    """How many cells of a map fall into each of `bins` equal parts of its range.

    Cells outside the range count in the part at its end; NaN and infinite cells do not count.

    Args:
        values: real numbers, any shape.
        levels: the range, from `measure`.
        bins: at least 1.

    Returns:
        int64 [bins].

    Example:
        >>> histogram(np.array([0.0, 0.1, 0.9, 1.0]), Levels(low=0.0, high=1.0), bins=2).tolist()
        [2, 2]
    """
    numbers = real(np.asarray(values)).ravel()
    numbers = numbers[np.isfinite(numbers)].astype(np.float64)
    half = max(levels.high / 2 - levels.low / 2, 1e-300)  # halves first: the whole may overflow
    part = (numbers / 2 - levels.low / 2) / half * bins
    return np.bincount(np.clip(part, 0, bins - 1).astype(np.int64), minlength=bins)
