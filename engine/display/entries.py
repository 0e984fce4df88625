"""From a value to its entry in a table of colours, and back.

Zero of a diverging range falls on entry 128 exactly, both ends on 1 and 255; a cell that is not finite on 0.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.display.levels import Levels
from engine.display.tables import FIRST, LAST, STEPS

Ends = NDArray[np.float64]

_LARGEST_SCALE = 1e30
_LARGEST_SHIFT = 4096.0
_BAND = 1 << 16


def entries(values: NDArray[Any], low: Ends, high: Ends, first: int = FIRST) -> NDArray[np.uint8]:
    """The entry of every value.

    Args:
        values: [R, C].
        low: value of entry `first`; one for all, [R, 1] one for each row or [1, C] one for each column.
        high: value of entry 255, of the same shape.
        first: 1 for tables, whose entry 0 means "no number"; 0 where the entry itself is the brightness.

    Returns:
        uint8 [R, C]; values outside the range take its nearest end.
    """
    half = np.maximum(high / 2 - low / 2, 1e-300)  # halves first: the whole may overflow
    scale = (LAST - first) / 2 / half
    shift = first - low * scale
    if _plain(values, low, high) and scale.max() < _LARGEST_SCALE and np.abs(shift).max() < _LARGEST_SHIFT:
        return _fast(values, scale, shift)
    return _careful(values, low, half, first)


def value_of(entry: NDArray[Any] | int, levels: Levels) -> NDArray[np.float64]:
    """The value that a table entry stands for: the middle of those that share its colour.

    Example:
        >>> float(value_of(128, Levels(low=-2.0, high=2.0, kind="diverging")))
        0.0
    """
    along = (np.asarray(entry, np.float64) - FIRST) / STEPS
    return levels.low * (1 - along) + levels.high * along


def all_finite(values: NDArray[Any]) -> bool:
    """Whether no value is NaN or infinite; a good deal faster than looking at each."""
    with np.errstate(invalid="ignore"):
        return bool(np.isfinite(values.min()) and np.isfinite(values.max()))


def _plain(values: NDArray[Any], low: Ends, high: Ends) -> bool:
    """Whether float32 arithmetic cannot go wrong: every value finite and in its range."""
    if values.dtype != np.float32:
        return False
    if low.size == 1:
        axis: int | None = None
    else:
        axis = 1 if low.shape[1] == 1 else 0
    with np.errstate(invalid="ignore"):
        smallest = values.min(axis=axis, keepdims=True)
        largest = values.max(axis=axis, keepdims=True)
    return bool((smallest >= low).all() and (largest <= high).all())


def _fast(values: NDArray[np.float32], scale: Ends, shift: Ends) -> NDArray[np.uint8]:
    if scale.size == 1:
        return cv2.convertScaleAbs(np.ascontiguousarray(values), alpha=scale.item(), beta=shift.item())
    made = values * scale.astype(np.float32)
    made += shift.astype(np.float32)
    return cv2.convertScaleAbs(made)


def _careful(values: NDArray[Any], low: Ends, half: Ends, first: int) -> NDArray[np.uint8]:
    """In float64, band by band: right for NaN, infinities, ranges at the limits, values outside."""
    low, half = np.broadcast_to(low, values.shape), np.broadcast_to(half, values.shape)
    made = np.empty(values.shape, np.uint8)
    step = max(1, _BAND // max(values.shape[1], 1))
    for top in range(0, len(values), step):
        band = slice(top, top + step)
        made[band] = _careful_band(values[band].astype(np.float64), low[band], half[band], first)
    return made


def _careful_band(values: NDArray[np.float64], low: Ends, half: Ends, first: int) -> NDArray[np.uint8]:
    finite = np.isfinite(values)
    along = np.where(finite, values, 0.0) / 2 - low / 2
    along /= half
    along *= LAST - first
    along += first
    np.rint(np.clip(along, first, LAST, out=along), out=along)
    return np.where(finite, along, 0.0).astype(np.uint8)
