"""What the cells around a picture hold, and how a piece of the padded picture is fetched without padding all of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.filtering.geometry import Geometry
from engine.filtering.scratch import scratch

Array = NDArray[Any]
Index = slice | NDArray[np.intp] | None
Zone = tuple[slice, Index]
"""(where to write, what to read): a slice of the picture, the numbers of its cells, or None for zeros."""


def origins(cells: NDArray[np.intp], n: int, mode: str) -> NDArray[np.intp]:
    """Which of n cells each position, counted from the first, repeats; −1 for a zero.

    Example:
        >>> origins(np.arange(-2, 5), 3, "reflect").tolist()
        [2, 1, 0, 1, 2, 1, 0]
        >>> origins(np.arange(-2, 5), 3, "zeros").tolist()
        [-1, -1, 0, 1, 2, -1, -1]
    """
    if mode == "replicate":
        return np.clip(cells, 0, n - 1)
    if mode == "circular":
        return np.mod(cells, n)
    if mode == "reflect":
        return np.asarray((n - 1) - np.abs((n - 1) - np.abs(cells)), np.intp)
    return np.where((cells >= 0) & (cells < n), cells, -1)


@lru_cache(maxsize=1024)
def zones(
    start: int, count: int, n: int, padding: tuple[int, int], mode: str, lanes: int = 1, step: int = 1
) -> tuple[Zone, ...]:
    """How to fetch `count` cells of one padded axis from position `start` on, every `step`-th of them.

    Args:
        start: counted from the first padding cell. Beyond the padding there are zeros.
        count: how many cells.
        n: pixels of the picture along the axis.
        padding: cells (before, after).
        mode: the padding mode.
        lanes: numbers a pixel; with more than one, `start` and `count` count numbers.
        step: distance of the cells fetched.
    """
    before, inside, total = (lanes * cells for cells in (padding[0], padding[0] + n, sum(padding) + n))
    edges = [min(max(-((start - edge) // step), 0), count) for edge in (before, inside, total)]
    found: list[Zone] = []
    for low, high in ((0, edges[0]), (edges[1], edges[2])):
        if high > low:
            found.append((slice(low, high), _copied(start + step * np.arange(low, high), n, padding[0], mode, lanes)))
    if edges[1] > edges[0]:
        first = start + step * edges[0] - before
        found.append((slice(edges[0], edges[1]), slice(first, first + step * (edges[1] - edges[0]), step)))
    if edges[2] < count:
        found.append((slice(edges[2], count), None))
    return tuple(found)


def _copied(positions: NDArray[np.intp], n: int, before: int, mode: str, lanes: int) -> NDArray[np.intp] | None:
    if mode == "zeros":
        return None
    return origins(positions // lanes - before, n, mode) * lanes + positions % lanes


def gather(target: Array, source: Array, rows: tuple[Zone, ...], columns: tuple[Zone, ...]) -> None:
    """Fill `target` [h, w, …] zone by zone from `source` [H, W, …]."""
    for down, take_rows in rows:
        for across, take_columns in columns:
            if take_rows is None or take_columns is None:
                target[down, across] = 0
            elif isinstance(take_rows, slice) or isinstance(take_columns, slice):
                target[down, across] = source[take_rows, take_columns]
            else:
                target[down, across] = source[np.ix_(take_rows, take_columns)]


def padded_rows(plane: Array, geometry: Geometry, first: int, count: int) -> Array:
    """Rows `first` to `first + count` of the picture padded above and below; [count, W, lanes].

    A view of the picture where that is possible, otherwise this thread's scratch memory.
    """
    top = first - geometry.rows[0]
    if top >= 0 and top + count <= geometry.height and plane.strides[1] == plane.itemsize * plane.shape[2]:
        return plane[top : top + count]
    band = scratch("rows", (count, *plane.shape[1:]))
    rows = zones(first, count, geometry.height, geometry.rows, geometry.mode)
    gather(band, plane, rows, ((slice(None), slice(None)),))
    return band


def padded_columns(band: Array, geometry: Geometry) -> Array:
    """A band padded at its sides, as [rows, columns / dx, dx · lanes]: pixels that one kernel row meets are neighbours.

    The columns are filled up with zeros to a multiple of the dilation.
    """
    rows, _, lanes = band.shape
    gap = geometry.dilation[1]
    width = -(-geometry.padded[1] // gap) * gap
    if width == band.shape[1] and gap == 1:
        return band
    wide = scratch("columns", (rows, width, lanes))
    columns = zones(0, width, geometry.width, geometry.columns, geometry.mode)
    gather(wide, band, ((slice(None), slice(None)),), columns)
    return wide.reshape(rows, width // gap, gap * lanes)
