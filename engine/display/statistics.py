"""Smallest, largest and mean value of many maps at once, exact, and whatever their cells hold."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError

Floats = NDArray[np.float64]

_MOST_CHANNELS = 4
"""That cv2.mean answers for."""


class Statistics(NamedTuple):
    """Of N maps, arrays [N]; of their finite cells only, and 0 where a map has none."""

    minimum: Floats
    maximum: Floats
    mean: Floats
    finite: NDArray[np.int64]
    """Cells that hold a number."""
    non_finite: NDArray[np.int64]
    """Cells that are NaN or infinite."""


def real(values: NDArray[Any]) -> NDArray[np.floating]:
    """The same numbers as float32 or float64.

    Raises:
        SpecError: they are no real numbers.
    """
    if values.dtype in (np.float32, np.float64):
        return values
    if values.dtype.kind not in "biuf":
        raise SpecError(f"A map to be shown holds real numbers; this one holds {values.dtype}.")
    return values.astype(np.float32 if values.dtype.itemsize <= 2 else np.float64)


def of_maps(values: NDArray[np.floating]) -> Statistics:
    """Of each of N maps, [N, …]."""
    rows = values.reshape(len(values), -1) if values.size else np.zeros((len(values), 0), np.float32)
    if rows.size == 0:
        return _by_hand(rows)
    with np.errstate(invalid="ignore"):
        minimum, maximum = rows.min(axis=1), rows.max(axis=1)
    return _exact(rows, minimum, maximum, _row_means(rows))


def of_channels(values: NDArray[np.floating]) -> Statistics:
    """Of each channel of a colour map [H, W, C]."""
    height, width, channels = values.shape
    planes = np.moveaxis(values, -1, 0)
    if values.size == 0 or values.dtype != np.float32 or channels > _MOST_CHANNELS:
        return of_maps(planes)
    # [H, W·C]: whole rows against each other are twenty times faster than striding through the channels
    rows = np.ascontiguousarray(values).reshape(height, width * channels)
    with np.errstate(invalid="ignore"):
        minimum = rows.min(axis=0).reshape(width, channels).min(axis=0)
        maximum = rows.max(axis=0).reshape(width, channels).max(axis=0)
    mean = np.array(cv2.mean(rows.reshape(values.shape))[:channels])
    return _exact(planes, minimum, maximum, mean)


def _row_means(rows: NDArray[np.floating]) -> Floats:
    cells = rows.shape[1]
    if rows.dtype == np.float32:
        return np.asarray(cv2.reduce(rows, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F)[:, 0] / cells)
    with np.errstate(invalid="ignore"):
        return np.asarray((rows / cells).sum(axis=1))  # divided first: a sum of 1e308s would overflow


def _exact(
    maps: NDArray[np.floating], minimum: NDArray[np.floating], maximum: NDArray[np.floating], mean: Floats
) -> Statistics:
    """The statistics as they are, counted by hand for the maps in which a cell is not finite.

    A NaN anywhere makes its map's minimum NaN, an infinity its minimum or its maximum infinite.
    """
    cells = maps.size // len(maps)
    found = Statistics(
        minimum.astype(np.float64),
        maximum.astype(np.float64),
        np.asarray(mean, np.float64).copy(),
        np.full(len(maps), cells, np.int64),
        np.zeros(len(maps), np.int64),
    )
    bad = np.flatnonzero(~(np.isfinite(minimum) & np.isfinite(maximum)))
    if bad.size:
        for column, better in zip(found, _by_hand(maps[bad]), strict=True):
            column[bad] = better
    return found


def _by_hand(maps: NDArray[np.floating]) -> Statistics:
    found = []
    for values in maps:
        finite = values[np.isfinite(values)].astype(np.float64)
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
        mean = (finite / max(finite.size, 1)).sum()
        found.append((low, high, mean, finite.size, values.size - finite.size))
    table = np.array(found, np.float64).reshape(-1, 5).T
    return Statistics(table[0], table[1], table[2], table[3].astype(np.int64), table[4].astype(np.int64))
