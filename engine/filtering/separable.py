"""Kernels that are a column times a row, or a few such products: down the columns first, then along the rows."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.filtering.border import padded_columns, padded_rows
from engine.filtering.direct import Group, anchor_and_border, deposit, groups, pieces, planes
from engine.filtering.factors import Pair
from engine.filtering.geometry import Geometry
from engine.filtering.scratch import scratch

Array = NDArray[np.float32]


class Term(NamedTuple):
    """One product: the column cut up for the vertical stride and dilation, and the row [1, kW]."""

    column: tuple[Group, ...]
    row: Array


def terms(pairs: tuple[Pair, ...], geometry: Geometry) -> tuple[Term, ...]:
    """The products of one plane's kernel, ready for use."""
    stride, dilation = geometry.stride[0], geometry.dilation[0]
    return tuple(Term(groups(pair.column.astype(np.float64), stride, dilation), pair.row) for pair in pairs)


def separable_band(
    image: Array, out: Array, geometry: Geometry, kernels: tuple[tuple[Term, ...], ...], bias: float, band: tuple[int, int]
) -> None:
    """Rows `band` of the map; `kernels` has the terms of each plane."""
    low, high = band
    first, count = low * geometry.stride[0], (high - low - 1) * geometry.stride[0] + geometry.span[0]
    started = False
    for plane, products in zip(planes(image, geometry), kernels, strict=True):
        source = padded_rows(plane, geometry, first, count)
        for term in products:
            tall = _down(source, term.column, high - low, geometry)
            _along(tall, out[low:high], geometry, term.row, None if started else bias)
            started = True


def _down(source: Array, column: tuple[Group, ...], rows: int, geometry: Geometry) -> Array:
    """The band after the column kernel, [rows, W, lanes], still without padding at its sides."""
    found = pieces(source, column, rows, geometry, 0, cv2.BORDER_REPLICATE, 0.0)
    piece = next(found)
    if len(piece.values) == rows and len(column) == len(column[0].tiles) == 1:
        return piece.values
    total = scratch("down", (rows, *source.shape[1:]))
    total[piece.where] = piece.values
    for piece in found:
        part = total[piece.where]
        if piece.first:
            np.copyto(part, piece.values)
        else:
            np.add(part, piece.values, out=part)
    return total


def _along(tall: Array, out: Array, geometry: Geometry, row: Array, bias: float | None) -> None:
    """The row kernel; the result is written to `out` where a bias is given and added to it where none is."""
    native = anchor_and_border(geometry, widest=row.shape[1])
    source = tall if native else padded_columns(tall, geometry)
    anchor, border = native or (0, cv2.BORDER_REPLICATE)
    in_place = native is not None and geometry.stride[1] == 1 and bias is not None
    target = out if in_place else scratch("along", source.shape)
    cv2.filter2D(source, -1, row, target, (anchor, 0), bias or 0.0, border)
    if not in_place:
        deposit(out, target, geometry, first=bias is not None)
