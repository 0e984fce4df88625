"""A kernel laid on every position, weight by weight: exact to float32 rounding, and the quickest for small kernels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.filtering.bands import Band
from engine.filtering.border import padded_columns, padded_rows
from engine.filtering.geometry import Geometry
from engine.filtering.scratch import scratch
from engine.filtering.tiles import LARGEST_TILE, Group

Array = NDArray[np.float32]
Weights = NDArray[np.float64]
Kernels = tuple[tuple[Group, ...], ...]
"""One kernel, cut up, for each plane."""
MOST_LANES = 128
"""Channels that OpenCV 5 takes."""
BORDERS = {
    "zeros": cv2.BORDER_CONSTANT,
    "reflect": cv2.BORDER_REFLECT_101,
    "replicate": cv2.BORDER_REPLICATE,
}
"""Padding modes that cv2 makes up while it filters; it refuses BORDER_WRAP."""


class InPlace(NamedTuple):
    """Weights (float32), anchor (column, row) and border of a single call of cv2.filter2D."""

    weights: Array
    anchor: tuple[int, int]
    border: int


class Piece(NamedTuple):
    """A part of the result: belongs to rows `where` of the band, to be added unless it is the first for them."""

    where: slice
    values: Array
    first: bool


def pieces(
    source: Array, kernel: tuple[Group, ...], rows: int, geometry: Geometry, anchor: int, border: int
) -> Iterator[Piece]:
    """Correlate a padded band with a kernel, dense along the rows and with stride and dilation down the columns.

    Args:
        source: [≥ (rows − 1)·stride + span, w, lanes].
        kernel: its groups.
        rows: output rows of the band.
        geometry: for the vertical stride and dilation.
        anchor: columns before the kernel that cv2 is to make up; 0 where the band is padded.
        border: how it makes them up.

    Yields:
        Pieces [r, w, lanes] in scratch memory that the next one overwrites; columns where the kernel does not lie
        wholly on a padded band are meaningless.
    """
    stride, dilation = geometry.stride[0], geometry.dilation[0]
    gap = dilation // math.gcd(stride, dilation)
    for phase in range(min(gap, rows)):
        count = -(-(rows - phase) // gap)
        started = False
        for group in kernel:
            lines = source[group.first * dilation + phase * stride :: stride * gap]
            for row, column, weights in group.tiles:
                view = lines[row : row + count + len(weights) - 1, column:]
                target = scratch("piece", view.shape)
                cv2.filter2D(view, -1, weights, target, (anchor, 0), borderType=border)
                yield Piece(slice(phase, None, gap), target[:count], not started)
                started = True


def anchor_and_border(geometry: Geometry, widest: int) -> tuple[int, int] | None:
    """How cv2 can make up the padding at the sides itself, or None if the band must be padded for it."""
    border = BORDERS.get(geometry.mode)
    if border is None or geometry.dilation[1] > 1 or sum(geometry.columns) != geometry.kernel_size[1] - 1:
        return None
    if geometry.kernel_size[1] > widest or geometry.lanes > MOST_LANES:
        return None
    return geometry.columns[0], border


def deposit(target: Array, values: NDArray[Any], geometry: Geometry, first: bool) -> None:
    """Keep every s-th column of [r, w, lanes] and write it into, or add it to, the map's rows [r, W', lanes]."""
    columns = values.reshape(len(values), -1, geometry.lanes)[:, :: geometry.stride[1]][:, : target.shape[1]]
    if first:
        np.copyto(target, columns, casting="same_kind")
    else:
        np.add(target, columns, out=target)


def planes(image: Array, geometry: Geometry) -> list[Array]:
    """The picture [H, W, C] as one plane of C lanes, or as C planes of one where the channels are summed."""
    if not geometry.summed:
        return [image]
    return [image[:, :, channel : channel + 1] for channel in range(geometry.channels)]


def direct_band(image: Array, out: Array, geometry: Geometry, kernels: Kernels, band: Band) -> None:
    """Rows `band` of the map; `kernels` has one kernel for each plane."""
    low, high = band
    first, count = low * geometry.stride[0], (high - low - 1) * geometry.stride[0] + geometry.span[0]
    native = anchor_and_border(geometry, LARGEST_TILE)
    for number, (plane, kernel) in enumerate(zip(planes(image, geometry), kernels, strict=True)):
        source = padded_rows(plane, geometry, first, count)
        anchor, border = native or (0, cv2.BORDER_REPLICATE)
        if native is None:
            source = padded_columns(source, geometry)
        for piece in pieces(source, kernel, high - low, geometry, anchor, border):
            deposit(out[low:high][piece.where], piece.values, geometry, piece.first and number == 0)


def in_place(geometry: Geometry, kernels: Kernels) -> InPlace | None:
    """What cv2 needs to write the map where it belongs, with no copy; None unless size kept, one plane, one tile."""
    native = anchor_and_border(geometry, LARGEST_TILE)
    simple = geometry.stride == geometry.dilation == (1, 1) and not geometry.summed
    if not simple or native is None or sum(geometry.rows) != geometry.kernel_size[0] - 1:
        return None
    if len(kernels[0]) > 1 or len(kernels[0][0].tiles) > 1:
        return None
    weights = kernels[0][0].tiles[0].weights
    if weights.shape != geometry.kernel_size:  # the only tile of several that is not all zeros
        return None
    return InPlace(weights, (native[0], geometry.rows[0]), native[1])


def seamless_band(image: Array, out: Array, geometry: Geometry, how: InPlace, band: Band) -> None:
    """Rows `band` of a map as large as the picture, written in place.

    cv2 takes the band's edges for the picture's and makes up what lies beyond, so the rows there are done again with
    their true neighbours.
    """
    low, high = band
    before, after = geometry.rows
    weights, anchor, border = how
    cv2.filter2D(image[low:high], -1, weights, out[low:high], anchor, 0.0, border)
    for seam, rows in ((low, before), (high - after, after)):
        if rows and seam > 0 and seam + rows < geometry.height:
            view = image[seam - before : seam + rows + after]
            redone = scratch("piece", view.shape)
            cv2.filter2D(view, -1, weights, redone, anchor, 0.0, border)
            out[seam : seam + rows] = redone[before : before + rows]


def taps_band(image: Array, out: Array, geometry: Geometry, weights: Weights, band: Band) -> None:
    """Rows `band` of the map, one weight at a time: for more lanes than cv2 takes. `weights` is [planes, kH, kW]."""
    low, high = band
    (sy, _), (dy, dx) = geometry.stride, geometry.dilation
    first, count = low * sy, (high - low - 1) * sy + geometry.span[0]
    wide = geometry.dense[1] * geometry.lanes
    total = scratch("taps", (high - low, wide), np.float64)
    total.fill(0)
    for plane, kernel in zip(planes(image, geometry), weights, strict=True):
        flat = padded_columns(padded_rows(plane, geometry, first, count), geometry).reshape(count, -1)
        for i, j in zip(*kernel.nonzero(), strict=True):
            shift = int(j) * dx * geometry.lanes
            view = flat[int(i) * dy :: sy][: high - low, shift : shift + wide]
            total += view * kernel[i, j]
    deposit(out[low:high], total, geometry, first=True)
