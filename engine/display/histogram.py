"""How often each value occurs: counted over every cell, exactly as numpy counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.display.statistics import real

BINS = 128
LEVELS = 256
"""Values that a byte has."""
_BAND = 1 << 20
"""Cells counted between two looks at whether the answer is still wanted."""
_WIDE = 2.0**-20
_EXACT = 1 << 23
"""Pixels that OpenCV counts exactly: its counts are float32."""


class Counts(NamedTuple):
    """Cells in each of some equally wide bins between `low` and `high`, for each channel.

    The last bin holds its upper edge too. `bad_cells` are NaN or infinite, `beyond` finite and outside.
    """

    low: float
    high: float
    channels: tuple[tuple[int, ...], ...]
    bad_cells: int = 0
    beyond: int = 0


def count_values(
    values: NDArray[Any], low: float, high: float, bins: int = BINS, stale: Callable[[], bool] | None = None
) -> Counts | None:
    """Count the cells of a map.

    Args:
        values: real numbers, [H, W], or [H, W, C] to count each channel by itself.
        low: lower edge of the first bin.
        high: upper edge of the last; where it is not above `low`, the bins reach a little to both sides of it.
        bins: at least 1.
        stale: asked every now and then.

    Returns:
        The counts; None once `stale()` is true.

    Example:
        >>> count_values(np.array([[0.0, 0.1, 0.9, 1.0, np.nan]]), 0.0, 1.0, bins=2)
        Counts(low=0.0, high=1.0, channels=((2, 2),), bad_cells=1, beyond=0)
    """
    half = max(0.5, abs(low) * _WIDE)
    edges = (low, high) if high > low else (low - half, low + half)
    numbers = real(np.asarray(values))
    planes = numbers if numbers.ndim == 3 else numbers[..., np.newaxis]
    counts = np.zeros((planes.shape[-1], bins), np.int64)
    bad = 0
    rows = max(1, _BAND // max(1, planes[0].size)) if len(planes) else 1
    for top in range(0, len(planes), rows):
        if stale is not None and stale():
            return None
        for channel in range(planes.shape[-1]):
            band = planes[top : top + rows, ..., channel].ravel()
            bad += band.size - int(np.isfinite(band).sum())
            # Float32 edges would fall together where a map varies little around a large value.
            counts[channel] += np.histogram(band.astype(np.float64), bins, edges)[0]
    return Counts(*edges, _tuples(counts), bad, planes.size - bad - int(counts.sum()))


def count_bytes(frame: NDArray[np.uint8], bins: int = BINS) -> Counts:
    """Count the pixels of a frame [H, W, 3], each channel by itself, as values from 0 to 1.

    Example:
        >>> count_bytes(np.full((2, 2, 3), 255, np.uint8), bins=4).channels[0]
        (0, 0, 0, 4)
    """
    each = np.zeros((frame.shape[2], LEVELS), np.int64)
    rows = max(1, _EXACT // frame.shape[1])
    for top in range(0, len(frame), rows):
        for channel in range(frame.shape[2]):
            found = cv2.calcHist([frame[top : top + rows]], [channel], None, [LEVELS], [0, LEVELS])
            each[channel] += found.ravel().astype(np.int64)
    places = np.arange(LEVELS) / (LEVELS - 1)
    binned = [np.histogram(places, bins, (0.0, 1.0), weights=channel)[0] for channel in each]
    return Counts(0.0, 1.0, _tuples(np.array(binned).astype(np.int64)))


def _tuples(counts: NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(channel) for channel in counts.tolist())
