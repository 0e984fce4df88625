"""One cell of the map, told to the window with all that went into it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.border import origins
from engine.filtering.map_cell import PoolWindow, explain_map_cell
from engine.filtering.picture import FilterResult
from engine.protocol import Explain, Explained, PoolCells
from engine.spec.filter import FilterSpec


def explained(result: FilterResult, spec: FilterSpec, question: Explain, show: int, frame: int) -> Explained | None:
    """The answer to a question; None if the map has no such cell (any more)."""
    if question.row is None:
        return None
    cell = question.row, question.column
    try:
        found = explain_map_cell(result.input, spec, cell, question.inner, question.lane)
    except SpecError:
        return None
    told = found.turned if question.turned and found.turned is not None else found.sum
    size = (result.input.shape[0], result.input.shape[1])
    patch, products = (_planes_first(cells) for cells in (told.patch, told.products))
    return Explained(
        id=question.id,
        show=show,
        frame=frame,
        row=cell[0],
        column=cell[1],
        size=size,
        at=found.at,
        rows=_whole(told.rows),
        columns=_whole(told.columns),
        held_rows=_whole(origins(told.rows, size[0], spec.padding_mode)),
        held_columns=_whole(origins(told.columns, size[1], spec.padding_mode)),
        patch=patch.tobytes(),
        kernel=_planes_first(told.kernel).tobytes(),
        products=products.tobytes(),
        sums=_numbers(products.sum(axis=(1, 2))),
        totals=_numbers(told.total),
        bias=told.bias,
        before=_numbers(found.sum.value),
        turned=() if found.turned is None else _numbers(found.turned.value),
        detected=_numbers(found.detected),
        pool=None if found.pool is None else _pool_cells(found.pool),
        values=_numbers(found.values),
        shown=_numbers(result.map[cell]),
    )


def _planes_first(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """[kH, kW] or [kH, kW, planes] as [planes, kH, kW]."""
    return cells[np.newaxis] if cells.ndim == 2 else np.ascontiguousarray(np.moveaxis(cells, -1, 0))


def _pool_cells(pool: PoolWindow) -> PoolCells:
    height, width = pool.inside.shape
    cells = np.where(pool.inside, np.moveaxis(pool.cells, -1, 0), np.nan)
    return PoolCells(
        top=pool.top, left=pool.left, height=height, width=width, cells=cells.tobytes(), winners=pool.winners
    )


def _whole(places: NDArray[np.intp]) -> tuple[int, ...]:
    return tuple(int(place) for place in places)


def _numbers(value: Any) -> tuple[float, ...]:
    return tuple(float(number) for number in np.atleast_1d(value))
