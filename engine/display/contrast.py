"""A narrower range of colours for maps in which a few cells answer far more strongly than all others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.display.levels import Levels, MapLevels

STRONGEST = 4.0
"""A range is narrowed by this factor at most: beyond it, noise would be shown as if it were an answer."""
FEW = 8
"""Strongest cells that are quicker found one after the other than by sorting."""
SAMPLE = 1 << 14
"""Cells that are looked at to choose the range. Which cells lie beyond it is still decided for every one."""


def tightened(levels: Levels, values: NDArray[Any], percent: float) -> Levels:
    """The range without the strongest cells: they take the colour of its ends.

    Args:
        levels: the whole range, from `measure`.
        values: the map it was measured on.
        percent: share of the cells that may lie beyond the ends; 0 changes nothing.

    Returns:
        The same range scaled by a factor between 1/4 and 1, so that zero keeps its colour.

    Example:
        >>> from engine.display.levels import measure
        >>> values = np.array([1.0] * 99 + [10.0])
        >>> tightened(measure(values), values, percent=2).high
        2.5
    """
    if percent <= 0 or levels.kind == "cyclic" or not levels.count:
        return levels
    sample = np.abs(values.ravel()[:: max(1, values.size // SAMPLE)])
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return levels
    index = min(sample.size - 1, int(sample.size * (1 - percent / 100)))
    reach = float(np.partition(sample, index)[index])
    whole = max(abs(levels.low), abs(levels.high))
    # Nearly all cells are zero: the few that are not are what there is to see, at their full range.
    factor = min(1.0, max(reach / whole, 1 / STRONGEST)) if reach > 0 else 1.0
    return msgspec.structs.replace(levels, low=levels.low * factor, high=levels.high * factor)


def tightened_each(levels: MapLevels, values: NDArray[Any], percent: float) -> MapLevels:
    """The ranges of N maps [N, …], each as `tightened` would make it; the time does not go into a loop over maps."""
    rows = values.reshape(len(values), -1)
    sample = np.abs(rows[:, :: max(1, rows.shape[1] // SAMPLE)])
    if percent <= 0 or not sample.size or (levels.kinds == "cyclic").any():
        return levels
    if levels.found.non_finite.any() or not np.isfinite(sample.max()):
        return MapLevels.of(tightened(one, row, percent) for one, row in zip(levels, rows, strict=True))
    index = min(sample.shape[1] - 1, int(sample.shape[1] * (1 - percent / 100)))
    reach = _ranked(sample, sample.shape[1] - 1 - index).astype(np.float64)
    whole = np.maximum(np.abs(levels.low), np.abs(levels.high))
    factor = np.where(reach > 0, np.minimum(1.0, np.maximum(reach / whole, 1 / STRONGEST)), 1.0)
    return replace(levels, low=levels.low * factor, high=levels.high * factor)


def _ranked(rows: NDArray[Any], above: int) -> NDArray[Any]:
    """Of each row the value that `above` others are larger than; the rows are changed."""
    if above > FEW:
        return np.partition(rows, rows.shape[1] - 1 - above, axis=1)[:, rows.shape[1] - 1 - above]
    every = np.arange(len(rows))
    for _ in range(above):
        rows[every, rows.argmax(axis=1)] = -1
    return np.asarray(rows.max(axis=1))
