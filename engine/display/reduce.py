"""Pictures with more pixels than a screen shows, made smaller by a whole number in both directions."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.display.tables import Kind

_BAND = 1 << 16
"""Cells worked on at a time: few enough to stay in the processor's cache."""


def reduction(height: int, width: int, budget: int) -> int:
    """The smallest whole number by which a picture is divided to have at most `budget` pixels.

    Example:
        >>> reduction(480, 640, 4_000_000), reduction(3000, 4000, 4_000_000)
        (1, 2)
    """
    factor = max(1, math.isqrt(height * width // budget))
    while math.prod(reduced_size(height, width, factor)) > budget:
        factor += 1
    return factor


def reduced_size(height: int, width: int, factor: int) -> tuple[int, int]:
    """Height and width after a reduction; a block that the edge cuts off counts as one."""
    return -(-height // factor), -(-width // factor)


def reduce_map(values: NDArray[Any], factor: int, kind: Kind) -> NDArray[Any]:
    """Of each block of factor × factor cells the value furthest from zero, so that one hot cell stays in sight.

    A mean would let the strong answer of a single cell fade, and the two sides of an edge cancel. A block that holds
    a NaN becomes NaN: one of those is worth seeing too. Of directions there is no furthest, and half-way between −π
    and π lies the wrong one, so each block shows its first cell.

    Args:
        values: [N, H, W].
        factor: cells to a side of a block, from `reduction`.
        kind: how the maps are shown.

    Returns:
        [N, ⌈H / factor⌉, ⌈W / factor⌉].
    """
    if factor == 1:
        return values
    if kind == "cyclic":
        return values[:, ::factor, ::factor]
    maps, height, width = values.shape
    made = np.empty((maps, *reduced_size(height, width, factor)), values.dtype)
    step = max(1, _BAND // (maps * width * factor))
    for top in range(0, made.shape[1], step):
        band = values[:, top * factor : (top + step) * factor]
        made[:, top : top + step] = _value(_largest(_key(band), factor))
    return made


def reduce_frame(frame: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """The mean of each block of factor × factor pixels of a frame [H, W, 3]."""
    if factor == 1:
        return frame
    height, width = frame.shape[:2]
    made = np.empty((*reduced_size(height, width, factor), 3), np.uint8)
    # Whole blocks and those that the edges cut off are averaged apart, so that every block keeps its place.
    for rows, rows_made in _spans(height, factor):
        for columns, columns_made in _spans(width, factor):
            part = made[rows_made, columns_made]
            part[...] = cv2.resize(frame[rows, columns], part.shape[1::-1], interpolation=cv2.INTER_AREA)
    return made


def _spans(size: int, factor: int) -> list[tuple[slice, slice]]:
    """The whole blocks along one side, then the rest: where they are, and where they go."""
    whole = size // factor
    spans = [(slice(0, whole * factor), slice(0, whole)), (slice(whole * factor, size), slice(whole, whole + 1))]
    return [span for span in spans if span[0].start < span[0].stop]


def _key(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers in the order of distance from zero: the bits of a float with the sign moved to the end.

    One comparison then does for both signs; infinities come after all other values, and NaN after those.
    """
    bits: NDArray[Any] = values.view(f"u{values.itemsize}")
    return (bits << 1) | (bits >> (8 * values.itemsize - 1))


def _value(keys: NDArray[Any]) -> NDArray[Any]:
    """The inverse of `_key`."""
    bits: NDArray[Any] = (keys >> 1) | (keys << (8 * keys.itemsize - 1))
    return bits.view(f"f{keys.itemsize}")


def _largest(keys: NDArray[Any], factor: int) -> NDArray[Any]:
    """Of each block of factor × factor the largest, [N, H, W] to [N, ⌈H / factor⌉, ⌈W / factor⌉]."""
    rows = keys[:, ::factor].copy()
    for start in range(1, factor):
        more = keys[:, start::factor]
        np.maximum(rows[:, : more.shape[1]], more, out=rows[:, : more.shape[1]])
    made = rows[:, :, ::factor].copy()
    for start in range(1, factor):
        more = rows[:, :, start::factor]
        np.maximum(made[:, :, : more.shape[2]], more, out=made[:, :, : more.shape[2]])
    return made
