"""What is drawn on the planes of input and output: the cell at hand, what it meets, and what shares its kernel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF

from app.kernels.kinds.told import KindTold
from app.kernels.steps.marks import TINT, ring, tinted
from app.widgets.cell_layer import CellLayer, mask
from app.widgets.picture_overlay import Overlay
from engine.spec.kind import KindSpec

MOST_ALIKE = 400
"""Cells with the same kernel that are framed."""


def met_overlays(told: KindTold, depth: int, size: tuple[int, int]) -> list[Overlay]:
    """A frame around all that the cell meets in a plane of this size, and its cells beyond the plane."""
    rows, columns = told.rows(depth)
    if not len(rows) or not len(columns):
        return []
    top, left = int(rows[0]), int(columns[0])
    frame = Overlay(top, left, int(rows[-1]) - top + 1, int(columns[-1]) - left + 1)
    return [*_beyond(rows, columns, size), frame]


def _beyond(rows: np.ndarray, columns: np.ndarray, size: tuple[int, int]) -> list[Overlay]:
    """The crossings that lie outside of the plane, a strip for each row and each column of them."""
    outside = [(places < 0) | (places >= n) for places, n in zip((rows, columns), size, strict=True)]
    left, width = int(columns[0]), int(columns[-1] - columns[0]) + 1
    top, height = int(rows[0]), int(rows[-1] - rows[0]) + 1
    across = [Overlay(int(row), left, 1, width, "result", "hatch") for row in rows[outside[0]]]
    down = [Overlay(top, int(column), height, 1, "result", "hatch") for column in columns[outside[1]]]
    return [*across, *down]


def met_layer(told: KindTold, depth: int, size: tuple[int, int]) -> list[CellLayer]:
    """A tint on the cells that are met, where what is framed has others among them."""
    rows, columns = told.rows(depth)
    if not len(rows) or not len(columns):
        return []
    framed = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    down, across = mask(size[0], rows), mask(size[1], columns)
    if framed == len(rows) * len(columns) or not (down.any() and across.any()):
        return []
    return [tinted(down, across, "result", TINT)]


def alike_overlays(spec: KindSpec, told: KindTold, size: tuple[int, int]) -> list[Overlay]:
    """Thin frames around the output cells that the same kernel of a tiled layer makes, while they can be told apart."""
    kernel = told.event.kernel[-2:]
    if spec.kind != "tiled" or len(kernel) < 2 or spec.dimensions == 1:
        return []
    rows, columns = (range(first, n, step) for n, first, step in zip(size, kernel, spec.tile[-2:], strict=True))
    if len(rows) * len(columns) > MOST_ALIKE:
        return []
    return [Overlay(row, column, style="thin") for row in rows for column in columns]


def alike_cells(spec: KindSpec, told: KindTold, length: int) -> tuple[int, ...]:
    """The same for a signal."""
    kernel = told.event.kernel
    return tuple(range(kernel[0], length, spec.tile[0])) if spec.kind == "tiled" and kernel else ()


def around(spec: KindSpec) -> QRectF | None:
    """The room that a plane of the input and its padding need; None where nothing is around it."""
    if spec.kind in ("transposed", "dense") or spec.dimensions == 1:
        return None
    (top, bottom), (left, right) = spec.sides[-2:]
    height, width = spec.size[-2:]
    return QRectF(-left, -top, width + left + right, height + top + bottom) if top + bottom + left + right else None


def padding_ring(spec: KindSpec) -> list[Overlay]:
    """The cells around the input's plane."""
    room = around(spec)
    if room is None:
        return []
    (down, across), (height, width) = spec.sides[-2:], spec.size[-2:]
    return ring((down, across), (height, width))
