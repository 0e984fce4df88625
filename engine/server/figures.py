"""The numbers in a map, or in all maps of a layer, told in a few figures and as a histogram."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.protocol import MapFigures

BINS = 64


def figures_of(maps: NDArray[np.float32]) -> MapFigures:
    """The figures of any maps together. NaN and infinite numbers are counted, and are in nothing else.

    Example:
        >>> found = figures_of(np.array([[0.0, 0.0, 1.0, 3.0]], np.float32))
        >>> found.mean, found.zeros, found.counts[0], found.counts[-1]
        (1.0, 0.5, 2, 1)
    """
    numbers = np.ascontiguousarray(maps).ravel()
    low, high = (float(bound) for bound in cv2.minMaxLoc(numbers)[:2]) if numbers.size else (0.0, 0.0)
    bad = 0
    if not (np.isfinite(numbers.min(initial=0)) and np.isfinite(numbers.max(initial=0))):
        kept = numbers[np.isfinite(numbers)]
        bad, numbers = numbers.size - kept.size, kept
        low, high = (float(numbers.min()), float(numbers.max())) if numbers.size else (0.0, 0.0)
    mean, deviation = _moments(numbers)
    edges = (low, high) if high > low else (low - 0.5, low + 0.5)
    return MapFigures(
        count=numbers.size + bad,
        minimum=low,
        maximum=high,
        mean=mean,
        deviation=deviation,
        zeros=float(1 - np.count_nonzero(numbers) / max(numbers.size, 1)),
        bad_cells=bad,
        low=edges[0],
        high=edges[1],
        counts=_counts(numbers, *edges),
    )


def _moments(numbers: NDArray[np.float32]) -> tuple[float, float]:
    if not numbers.size:
        return 0.0, 0.0
    mean, deviation = cv2.meanStdDev(numbers)
    return float(mean[0, 0]), float(deviation[0, 0])


def _counts(numbers: NDArray[np.float32], low: float, high: float) -> tuple[int, ...]:
    """How many lie in each bin; the last holds its upper edge too."""
    with np.errstate(over="ignore", invalid="ignore"):
        place = (numbers - np.float32(low)) * np.float32(BINS / (high - low))
    bins = np.clip(np.nan_to_num(place), 0, BINS - 1).astype(np.uint8)
    return tuple(np.bincount(bins, minlength=BINS).tolist())
