"""A narrower range of colours for maps in which a few cells answer far more strongly than all others."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.display.levels import Levels

STRONGEST = 4.0
"""A range is narrowed by this factor at most: beyond it, noise would be shown as if it were an answer."""
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
