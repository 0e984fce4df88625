"""Pictures turned and scaled about their centre, by bilinear interpolation; numpy only."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Affine = tuple[tuple[float, float], tuple[float, float]]
"""Where each cell of the result comes from: rows, then columns, as steps from the centre."""


def rotation(degrees: float) -> Affine:
    """A turn of the picture, anticlockwise as it is seen with its rows downwards."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (cos, sin), (-sin, cos)


def scaling(factor: float) -> Affine:
    """The picture made `factor` times as large."""
    return (1 / factor, 0.0), (0.0, 1 / factor)


def reach(affine: Affine) -> float:
    """How far the corners of a square stand from its centre once the picture is moved, by how far they stood."""
    return max(abs(row[0]) + abs(row[1]) for row in affine)


def resampled(picture: Array, affine: Affine) -> Array:
    """The picture moved about its centre; [H, W], beyond the edge the edge repeated.

    Example:
        >>> resampled(np.array([[1, 2], [3, 4]], np.float32), rotation(90)).round(3).tolist()
        [[2.0, 4.0], [1.0, 3.0]]
    """
    cells, weights = _corners((picture.shape[0], picture.shape[1]), affine)
    flat = np.ascontiguousarray(picture, np.float32).ravel()
    out: Array = flat[cells[0]] * weights[0]
    for cell, weight in zip(cells[1:], weights[1:], strict=True):
        out += flat[cell] * weight
    return out.reshape(picture.shape)


@lru_cache(maxsize=8)
def _corners(size: tuple[int, int], affine: Affine) -> tuple[list[NDArray[Any]], list[Array]]:
    """The four neighbours of the place that each cell comes from, and their weights."""
    steps = [np.arange(n) - (n - 1) / 2 for n in size]
    places = [
        np.clip(row[0] * steps[0][:, None] + row[1] * steps[1] + (n - 1) / 2, 0, n - 1).ravel()
        for row, n in zip(affine, size, strict=True)
    ]
    low = [np.minimum(place.astype(np.int32), max(n - 2, 0)) for place, n in zip(places, size, strict=True)]
    part = [(place - cell).astype(np.float32) for place, cell in zip(places, low, strict=True)]
    high = [np.minimum(cell + 1, n - 1) for cell, n in zip(low, size, strict=True)]
    cells, weights = [], []
    for down, across in ((0, 0), (0, 1), (1, 0), (1, 1)):
        cells.append((high if down else low)[0].astype(np.int32) * size[1] + (high if across else low)[1])
        weights.append((part[0] if down else 1 - part[0]) * (part[1] if across else 1 - part[1]))
    return cells, weights
