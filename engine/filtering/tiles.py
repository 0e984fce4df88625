"""Kernels cut into what one pass of cv2.filter2D takes and sums without losing digits.

cv2 adds the products one after the other in float32. On a flat part of a picture equal weights make equal products,
whose rounding errors all go the same way: 121 of them lose five times more than a random picture shows. Short chains,
added up afterwards, do not.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
LARGEST_TILE = 121
"""Weights that one call of cv2.filter2D takes; from 130 on it would turn to a double precision Fourier transform."""
SHORTEST_CHAIN = 8
_GREYS = (0.5 + np.modf(np.arange(1, 25) * 0.618034)[0] / 2).astype(np.float32)


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


def flat_loss(weights: Array) -> float:
    """How far a float32 sum, weight after weight, is off on a flat picture, as a share of Σ|K|·max|x|.

    Example:
        >>> flat_loss(np.ones(5, np.float32)) < 1e-7 < flat_loss(np.ones(121, np.float32))
        True
    """
    taken = weights[weights != 0]
    if not taken.size:
        return 0.0
    sums = np.add.accumulate(taken[:, np.newaxis] * _GREYS)[-1]
    wide = taken.astype(np.float64)
    return float(np.abs(sums / _GREYS.astype(np.float64) - wide.sum()).max() / np.abs(wide).sum())


def _tiles(weights: Array, loss: float) -> tuple[Tile, ...]:
    columns = min(weights.shape[1], LARGEST_TILE)
    rows = max(1, LARGEST_TILE // columns)
    cut = [
        Tile(i, j, np.ascontiguousarray(weights[i : i + rows, j : j + columns]))
        for i in range(0, weights.shape[0], rows)
        for j in range(0, weights.shape[1], columns)
    ]
    found = tuple(calm for tile in cut if tile.weights.any() for calm in _calmed(tile, loss))
    return found or tuple(cut[:1])


def _calmed(tile: Tile, loss: float) -> tuple[Tile, ...]:
    """The tile, or its halves' halves: rows are cut apart; a single row keeps its length, half of it zero."""
    row, column, weights = tile
    count = np.count_nonzero(weights)
    if count <= SHORTEST_CHAIN or flat_loss(weights) <= loss:
        return (tile,) if count else ()
    if len(weights) > 1:
        middle = len(weights) // 2
        halves = Tile(row, column, weights[:middle]), Tile(row + middle, column, weights[middle:])
    else:
        place = np.arange(weights.shape[1])
        middle = int(weights[0].nonzero()[0][count // 2])
        halves = (
            Tile(row, column, np.where(place < middle, weights, np.float32(0))),
            Tile(row, column, np.where(place < middle, np.float32(0), weights)),
        )
    return _calmed(halves[0], loss) + _calmed(halves[1], loss)
