"""Kernels that are a column times a row, or a few such products: down the columns first, then along the rows."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.filtering.bands import Band
from engine.filtering.border import padded_columns, padded_rows
from engine.filtering.direct import anchor_and_border, deposit, pieces, planes
from engine.filtering.factors import Pair
from engine.filtering.geometry import Geometry
from engine.filtering.scratch import scratch
from engine.filtering.tiles import LARGEST_TILE, Group, Tile, groups

Array = NDArray[np.float32]
LOSS = 1.8e-7
"""Each of the two passes may lose this much on a flat picture, as a share of Σ|K|·max|x|."""


class Term(NamedTuple):
    """One product: the column cut up for the vertical stride and dilation, and the row cut into chains."""

    column: tuple[Group, ...]
    row: tuple[Tile, ...]


def terms(pairs: tuple[Pair, ...], geometry: Geometry) -> tuple[Term, ...]:
    """The products of one plane's kernel, ready for use."""
    stride, dilation = geometry.stride[0], geometry.dilation[0]
    return tuple(Term(groups(pair.column, LOSS, stride, dilation), groups(pair.row, LOSS)[0].tiles) for pair in pairs)


def separable_band(
    image: Array, out: Array, geometry: Geometry, kernels: tuple[tuple[Term, ...], ...], band: Band
) -> None:
    """Rows `band` of the map; `kernels` has the terms of each plane."""
    low, high = band
    top, count = low * geometry.stride[0], (high - low - 1) * geometry.stride[0] + geometry.span[0]
    first = True
    for plane, products in zip(planes(image, geometry), kernels, strict=True):
        source = padded_rows(plane, geometry, top, count)
        for term in products:
            tall = _down(source, term.column, high - low, geometry)
            _along(tall, out[low:high], geometry, term.row, first)
            first = False


def _down(source: Array, column: tuple[Group, ...], rows: int, geometry: Geometry) -> Array:
    """The band after the column kernel, [rows, W, lanes], still without padding at its sides."""
    found = pieces(source, column, rows, geometry, 0, cv2.BORDER_REPLICATE)
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


def _along(tall: Array, out: Array, geometry: Geometry, row: tuple[Tile, ...], first: bool) -> None:
    """The row kernel; the result is written to `out` if it is the first there and added otherwise."""
    native = anchor_and_border(geometry, LARGEST_TILE)
    source = tall if native else padded_columns(tall, geometry)
    anchor, border = native or (0, cv2.BORDER_REPLICATE)
    for tile in row:
        view = source[:, tile.column :]
        in_place = native is not None and geometry.stride[1] == 1 and first
        target = out if in_place else scratch("along", view.shape)
        cv2.filter2D(view, -1, tile.weights, target, (anchor, 0), borderType=border)
        if not in_place:
            deposit(out, target, geometry, first)
        first = False
