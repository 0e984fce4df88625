"""Where one number of the feature map came from, to the end: the sum, the detector, the pooling window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.border import origins
from engine.filtering.detectors import PAIRED, apply_detector
from engine.filtering.explain import CellExplanation, explain_cell
from engine.filtering.geometry import Geometry
from engine.filtering.picture import filter_moves, kernel_stack
from engine.spec.edit import rotate
from engine.spec.filter import FilterSpec
from engine.spec.geometry import FilterGeometry

Cells = NDArray[np.float64]
Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class PoolWindow:
    """The cells that pooling looks at for one cell of its map.

    Attributes:
        top: its first row in the convolution's map; below 0 in the padding.
        left: its first column.
        inside: bool [h, w], False where it lies on padding.
        cells: what the detector made of each, 0 on padding, [h, w, lanes]; one lane for each channel that is filtered
            on its own.
        winners: (row, column) in the window of the largest cell of each lane.
        values: what pooling gives, [lanes].
    """

    top: int
    left: int
    inside: NDArray[np.bool_]
    cells: Cells
    winners: tuple[Pair, ...]
    values: Cells


@dataclass(frozen=True, eq=False)
class MapCell:
    """One cell of the feature map.

    Attributes:
        at: (row, column) of the convolution's cell that is written out; the map's own without pooling.
        sum: that cell as the sum it is.
        turned: the same for the kernel's quarter turn, where the detector looks at both; otherwise None.
        detected: what the detector makes of it, [lanes].
        pool: the pooling window, or None.
        values: of the map's cell, [lanes].
    """

    at: Pair
    sum: CellExplanation
    turned: CellExplanation | None
    detected: Cells
    pool: PoolWindow | None
    values: Cells


def explain_map_cell(
    seen: NDArray[np.float32], spec: FilterSpec, cell: Pair, inner: Pair | None = None, lane: int = 0
) -> MapCell:
    """Work out one cell of the feature map again, in double precision, with all that went into it.

    Args:
        seen: `FilterResult.input`: [H, W] or [H, W, 3].
        spec: the specification that made the map.
        cell: (row, column) in the map.
        inner: which cell of the pooling window is written out; one that is not in it, or None, means the winner of
            max pooling, or the first cell otherwise.
        lane: whose winner, where each channel has its own.

    Raises:
        SpecError: if the map has no such cell.

    Example:
        >>> found = explain_map_cell(np.eye(4, dtype=np.float32), FilterSpec(padding="valid"), (0, 1))
        >>> found.at, found.values.tolist()
        ((0, 1), [-2.0])
    """
    size = FilterGeometry(spec, (seen.shape[0], seen.shape[1])).map_size
    if not (0 <= cell[0] < size[0] and 0 <= cell[1] < size[1]):
        raise SpecError(f"The map has {size[0]}×{size[1]} cells; there is none at row {cell[0]}, column {cell[1]}.")
    pool = _pool_window(seen, spec, cell)
    at = cell if pool is None else _written_out(pool, spec, inner, lane)
    turned = explain_cell(seen, rotate(spec), *at) if spec.detector.kind in PAIRED else None
    found = explain_cell(seen, spec, *at)
    detected = _detected(found, turned, spec) if pool is None else pool.cells[at[0] - pool.top, at[1] - pool.left]
    return MapCell(at, found, turned, detected, pool, detected if pool is None else pool.values)


def _written_out(pool: PoolWindow, spec: FilterSpec, inner: Pair | None, lane: int) -> Pair:
    height, width = pool.inside.shape
    wanted = inner is not None and 0 <= inner[0] < height and 0 <= inner[1] < width and pool.inside[inner]
    if inner is None or not wanted:
        first = np.argwhere(pool.inside)[0]
        winner = pool.winners[lane % len(pool.winners)]
        inner = winner if spec.pooling.kind == "max" else (int(first[0]), int(first[1]))
    return pool.top + inner[0], pool.left + inner[1]


def _detected(found: CellExplanation, turned: CellExplanation | None, spec: FilterSpec) -> Cells:
    one = np.atleast_1d(np.asarray(found.value, np.float32))
    other = None if turned is None else np.atleast_1d(np.asarray(turned.value, np.float32))
    made = apply_detector(one[np.newaxis], spec.detector, None if other is None else other[np.newaxis])
    return np.asarray(made[0], np.float64)


def _pool_window(seen: NDArray[np.float32], spec: FilterSpec, cell: Pair) -> PoolWindow | None:
    geometry = FilterGeometry(spec, (seen.shape[0], seen.shape[1]))
    window, size = geometry.pooling_window, geometry.convolved_size
    if window is None:
        return None
    firsts = [c * s - p for c, s, p in zip(cell, window.stride, window.padding, strict=True)]
    places = [first + np.arange(k) for first, k in zip(firsts, window.kernel_size, strict=True)]
    there = [(place >= 0) & (place < n) for place, n in zip(places, size, strict=True)]
    values = _detected_part(seen, spec, places[0][there[0]], places[1][there[1]])
    inside = np.outer(*there)
    cells = np.zeros((*inside.shape, values.shape[2]))
    cells[np.ix_(*there)] = values
    flat = np.where(inside[:, :, np.newaxis], cells, -np.inf).reshape(inside.size, -1)
    winners = (np.unravel_index(int(at), inside.shape) for at in flat.argmax(axis=0))
    return PoolWindow(
        top=firsts[0],
        left=firsts[1],
        inside=inside,
        cells=cells,
        winners=tuple((int(row), int(column)) for row, column in winners),
        values=_pooled(spec.pooling.kind, cells, flat),
    )


def _pooled(kind: str, cells: Cells, flat: Cells) -> Cells:
    if kind == "max":
        return np.asarray(flat.max(axis=0))
    if kind == "average":
        return np.asarray(cells.mean(axis=(0, 1)))
    return np.asarray(np.sqrt(np.square(cells).sum(axis=(0, 1))))


def _detected_part(
    seen: NDArray[np.float32], spec: FilterSpec, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> Cells:
    """Some rows and columns of the map before pooling, [rows, columns, lanes]."""
    one = _convolved_part(seen, spec, rows, columns, turned=False)
    paired = spec.detector.kind in PAIRED
    other = _convolved_part(seen, spec, rows, columns, turned=True).astype(np.float32) if paired else None
    return apply_detector(one.astype(np.float32), spec.detector, other).astype(np.float64)


def _convolved_part(
    seen: NDArray[np.float32], spec: FilterSpec, rows: NDArray[np.intp], columns: NDArray[np.intp], turned: bool
) -> Cells:
    """The same before the detector, in double precision."""
    g = filter_moves(seen.shape, spec, turned)
    stack = kernel_stack(spec.kernel.weights, spec.operation, turned)  # [depth, kH, kW]
    planes = seen.reshape(*seen.shape[:2], -1)
    down, across = _origins(g, 0, rows), _origins(g, 1, columns)  # [rows, kH], [columns, kW]
    summed = spec.channels == "sum"
    found = np.zeros((len(rows), len(columns), 1 if summed else planes.shape[2]))
    for i in range(g.kernel_size[0]):
        band = np.where(down[:, i, np.newaxis, np.newaxis] >= 0, planes[down[:, i]].astype(np.float64), 0.0)
        for j in range(g.kernel_size[1]):
            met = np.where(across[:, j, np.newaxis] >= 0, band[:, across[:, j]], 0.0)
            weight = stack[:, i, j]
            found += (met @ weight)[:, :, np.newaxis] if summed else met * weight[0]
    return np.asarray(found + spec.bias)


def _origins(g: Geometry, axis: int, cells: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which pixel lies under each weight for each of the map's rows or columns; −1 for a zero."""
    before = (g.rows, g.columns)[axis][0]
    places = cells[:, np.newaxis] * g.stride[axis] - before + g.dilation[axis] * np.arange(g.kernel_size[axis])
    return origins(places, (g.height, g.width)[axis], g.mode)
