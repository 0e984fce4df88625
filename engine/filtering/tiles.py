"""Kernels cut into what one pass of cv2.filter2D takes and sums without losing digits.

cv2 adds the products one after the other in float32. On a flat part of a picture equal weights make equal products,
whose rounding errors all go the same way: 121 of them lose five times more than a random picture shows. Short chains,
added up afterwards, do not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
LARGEST_TILE = 121
"""Weights that one call of cv2.filter2D takes; from 130 on it would turn to a double precision Fourier transform."""
SHORTEST_CHAIN = 8
_GREYS = (0.5 + np.modf(np.arange(1, 1001) * 0.618034)[0] / 2).astype(np.float32)


class Tile(NamedTuple):
    """A rectangle of weights, float32, and where it sits in its group."""

    row: int
    column: int
    weights: Array


class Group(NamedTuple):
    """Kernel rows `first`, `first + q`, …: those that meet the same rows of the picture where strides skip some."""

    first: int
    tiles: tuple[Tile, ...]


def groups(weights: NDArray[Any], loss: float, stride: int = 1, dilation: int = 1) -> tuple[Group, ...]:
    """Cut a kernel for a vertical stride and dilation.

    Args:
        weights: [kH, kW].
        loss: what a sum may lose on a flat picture, as a share of Σ|K|·max|x|.
        stride: the vertical stride.
        dilation: the vertical dilation.
    """
    step = stride // math.gcd(stride, dilation)
    firsts = range(min(step, len(weights)))
    return tuple(Group(first, _tiles(weights[first::step].astype(np.float32), loss)) for first in firsts)


def flat_loss(tiles: Sequence[Array]) -> float:
    """How far the sum is off on a flat picture, as a share of Σ|K|·max|x|: each tile weight after weight, then all.

    Example:
        >>> flat_loss([np.ones(5, np.float32)]) < 1e-7 < flat_loss([np.ones(121, np.float32)])
        True
    """
    total, size = np.zeros_like(_GREYS, np.float64), 0.0
    found = np.zeros_like(_GREYS)
    for tile in tiles:
        taken = tile[tile != 0]
        if taken.size:
            chain = np.zeros_like(_GREYS)
            for weight in taken:
                chain += weight * _GREYS
            found += chain
            total += taken.sum(dtype=np.float64)
            size += float(np.abs(taken).sum(dtype=np.float64))
    return float(np.abs(found / _GREYS.astype(np.float64) - total).max() / size) if size else 0.0


def _tiles(weights: Array, loss: float) -> tuple[Tile, ...]:
    """As few tiles as lose little enough."""
    most = int(np.count_nonzero(weights)) // SHORTEST_CHAIN
    parts, tiles = 1, _cut(weights, 1)
    while parts < most and math.isfinite(loss) and flat_loss([tile.weights for tile in tiles]) > loss:
        parts = max(parts, len({tile.row for tile in tiles})) + 1
        tiles = _cut(weights, parts)
    return tiles


def _cut(weights: Array, parts: int) -> tuple[Tile, ...]:
    """At least `parts` tiles: bands of rows, or where there are not as many rows, pieces of each row."""
    height, width = weights.shape
    columns = min(width, LARGEST_TILE)
    rows = max(1, min(LARGEST_TILE // columns, -(-height // parts)))
    cut = [
        Tile(i, j, np.ascontiguousarray(weights[i : i + rows, j : j + columns]))
        for i in range(0, height, rows)
        for j in range(0, width, columns)
    ]
    if parts > height:
        cut = [piece for tile in cut for piece in _pieces(tile, -(-parts // height))]
    return tuple(tile for tile in cut if tile.weights.any()) or tuple(cut[:1])


def _pieces(tile: Tile, parts: int) -> list[Tile]:
    """A row as so many rows of its length, each with a part of the weights and zeros elsewhere."""
    place = np.arange(tile.weights.shape[1])
    edges = [part * len(place) // parts for part in range(parts + 1)]
    return [
        Tile(tile.row, tile.column, np.where((place >= low) & (place < high), tile.weights, np.float32(0)))
        for low, high in pairwise(edges)
    ]
