"""Ends of an axis that stay where they are while a curve grows: painting an axis anew costs more than the curve."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_PARTS = 8
_MARGIN = 0.02


def snapped(low: float, high: float, margin: float = _MARGIN) -> tuple[float, float]:
    """A range around the given one whose ends are round numbers.

    Args:
        low, high: what must lie inside.
        margin: how much room is left on either side, as a share of the range.

    Example:
        >>> snapped(0.13, 2.31), snapped(0, 1830, margin=0), snapped(5, 5)
        ((0.0, 2.5), (0.0, 2000.0), (4.0, 6.0))
    """
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
        room = max(abs(low), 1e-3) / 5
        return low - room, high + room
    room = margin * (high - low)
    step = _round_step((high - low) / _PARTS)
    return step * math.floor((low - room) / step), step * math.ceil((high + room) / step)


def spanned(*lines: Array) -> tuple[float, float] | None:
    """The smallest and the largest number of all; None if there is none.

    Example:
        >>> spanned(np.array([1.0, 3.0]), np.array([])), spanned(np.array([]))
        ((1.0, 3.0), None)
    """
    found = [line for line in lines if len(line)]
    return (float(min(map(np.min, found))), float(max(map(np.max, found)))) if found else None


def _round_step(step: float) -> float:
    """1, 2 or 5 times a power of ten, no smaller than `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= step * (1 - 1e-9))
