"""From a value to its entry in a table of colours, and back.

Zero of a diverging range falls on entry 128 exactly, both ends on 1 and 255; a cell that is not finite on 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.display.levels import Levels
from engine.display.tables import FIRST, LAST, STEPS

Ends = NDArray[np.float64]
Entries = NDArray[np.uint8]

_LARGEST_SCALE = 1e30
_LARGEST_SHIFT = 4096.0
_BAND = 1 << 16
"""Cells worked on at a time."""


class Ramp(NamedTuple):
    """Straight lines from values to entries: `first` at `low`, 255 at `high`, the nearer end beyond.

    `low` and `high` broadcast against the values: one for all, or one for each map or channel. `first` is 1 for
    tables, whose entry 0 means "no number", and 0 where the entry itself is a brightness.
    """

    low: Ends
    high: Ends
    first: int = FIRST

    @property
    def half(self) -> Ends:
        """Half the range: the whole one may overflow."""
        return np.maximum(self.high / 2 - self.low / 2, 1e-300)

    @property
    def scale(self) -> Ends:
        """Entries to a unit of value."""
        return (LAST - self.first) / 2 / self.half

    @property
    def shift(self) -> Ends:
        """Entry of the value 0."""
        return self.first - self.low * self.scale

    @property
    def gentle(self) -> bool:
        """Whether float32 is exact enough: neither a vanishing range nor a narrow one far from zero."""
        return bool(self.scale.max() < _LARGEST_SCALE and np.abs(self.shift).max() < _LARGEST_SHIFT)


def entries(values: NDArray[Any], ramp: Ramp) -> Entries:
    """The entry of every value of one map [H, W], or of one map in each row [N, cells] with ends [N, 1].

    Returns:
        uint8, of the same shape; 0 where the value is not finite.
    """
    made = quick_entries(values, ramp)
    return careful_entries(values, ramp) if made is None else made


def quick_entries(values: NDArray[Any], ramp: Ramp) -> Entries | None:
    """In float32, the entries of [R, C] as above or of a colour map [H, W, 3] with ends [1] or [3].

    Returns:
        None unless every value is finite, and float32 exact enough.
    """
    if values.dtype != np.float32 or not ramp.gentle:
        return None
    if ramp.low.size == 1:
        inside = _clipped(np.ascontiguousarray(values), ramp.low.item(), ramp.high.item())
        return None if inside is None else _rounded(inside, ramp.scale.item(), ramp.shift.item())
    with np.errstate(over="ignore", invalid="ignore"):
        made, beta = _stretched(values, ramp)
    inside = _clipped(made, ramp.first - 0.49 - beta, LAST + 0.49 - beta)
    return None if inside is None else _rounded(inside, 1.0, beta)


def careful_entries(values: NDArray[Any], ramp: Ramp) -> Entries:
    """In float64, band by band: right for NaN, infinities, ranges at the limits, values outside."""
    low, half = np.broadcast_to(ramp.low, values.shape), np.broadcast_to(ramp.half, values.shape)
    made = np.empty(values.shape, np.uint8)
    step = max(1, _BAND * len(values) // values.size)
    for top in range(0, len(values), step):
        band = slice(top, top + step)
        numbers = values[band].astype(np.float64)
        finite = np.isfinite(numbers)
        along = np.where(finite, numbers, 0.0) / 2 - low[band] / 2
        along *= (LAST - ramp.first) / half[band]
        along += ramp.first
        np.rint(np.clip(along, ramp.first, LAST, out=along), out=along)
        made[band] = np.where(finite, along, 0.0)
    return made


def value_of(entry: NDArray[Any] | int, levels: Levels) -> NDArray[np.float64]:
    """The value that a table entry stands for: the middle of those that share its colour.

    Example:
        >>> float(value_of(128, Levels(low=-2.0, high=2.0, kind="diverging")))
        0.0
    """
    along = (np.asarray(entry, np.float64) - FIRST) / STEPS
    return levels.low * (1 - along) + levels.high * along


def _stretched(values: NDArray[np.float32], ramp: Ramp) -> tuple[NDArray[np.float32], float]:
    """Entries not yet rounded, and a number still to be added to all of them."""
    scale, shift = ramp.scale.astype(np.float32), ramp.shift.astype(np.float32)
    if values.ndim == 3:
        return np.asarray(cv2.transform(values, np.column_stack([np.diag(scale), shift])), np.float32), 0.0
    made = values * scale
    if (shift == shift[0]).all():  # all maps diverging, or all from zero up: the rounding adds it on its way
        return made, shift[0].item()
    made += shift
    return made, 0.0


def _rounded(values: NDArray[np.float32], scale: float, shift: float) -> Entries:
    """values · scale + shift as bytes, which none of them is below: the function's absolute value changes nothing."""
    return np.asarray(cv2.convertScaleAbs(values, alpha=scale, beta=shift), np.uint8)


def _clipped(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32] | None:
    """The values, those beyond the range at its ends; None unless every one is finite."""
    with np.errstate(invalid="ignore"):
        least, most = float(values.min()), float(values.max())
    if not (np.isfinite(least) and np.isfinite(most)):
        return None
    return values if least >= low and most <= high else np.clip(values, np.float32(low), np.float32(high))
