"""Inputs of a data set as small pictures in a row or a grid: pictures as they are, other channels beside each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.buffers import View, budget
from engine.protocol import Box, Plane
from engine.server.paint import Painter

GAP = 2
GROUND = {True: (0x1B, 0x1B, 0x1B), False: (0xFF, 0xFF, 0xFF)}
"""Behind tiles and series, on a dark screen and on a light one."""
LINES = ((0xF0, 0x83, 0x3A), (0x3C, 0x96, 0xEB), (0x4C, 0xB0, 0x6A), (0xB0, 0x6A, 0xC8))
"""Of the channels of a series, which take turns where there are more."""
SERIES = (48, 96)
"""(height, width) that a series is drawn in."""
LARGEST = 128
"""No tile is longer."""
Tiles = NDArray[np.uint8]


def as_tiles(inputs: NDArray[Any], dark: bool, count: int, view: View) -> Tiles:
    """Inputs as colours, small enough that `count` of them fit into a view.

    Args:
        inputs: uint8 [N, C, H, W], or float [N, C, L] of series.
        dark: whether the screen is.
        count: how many tiles there will be in all.
        view: where.

    Returns:
        uint8 [N, h, w, 3], RGB.

    Example:
        >>> as_tiles(np.zeros((2, 1, 6, 4), np.uint8), True, 2, "data").shape
        (2, 6, 4, 3)
    """
    tiles = drawn(inputs, dark) if inputs.ndim == 3 else coloured(inputs)
    height, width = tiles.shape[1:3]
    most = math.sqrt(budget(view) / (max(count, 1) * (height + GAP) * (width + GAP)) * 0.9)
    scale = min(1.0, LARGEST / max(height, width), most)
    if scale == 1.0 or not len(tiles):
        return tiles
    size = max(1, int(width * scale)), max(1, int(height * scale))
    return np.stack([cv2.resize(tile, size, interpolation=cv2.INTER_AREA) for tile in tiles]).astype(np.uint8)


def coloured(pictures: NDArray[np.uint8]) -> Tiles:
    """One channel as grey, three as colours, any others as grey pictures beside each other: uint8 [N, h, w, 3]."""
    count, channels, height, width = pictures.shape
    if channels == 3:
        return np.ascontiguousarray(pictures.transpose(0, 2, 3, 1))
    columns = math.ceil(math.sqrt(channels))
    rows = -(-channels // columns)
    made = np.zeros((count, rows * height, columns * width), np.uint8)
    for channel in range(channels):
        top, left = channel // columns * height, channel % columns * width
        made[:, top : top + height, left : left + width] = pictures[:, channel]
    return np.repeat(made[..., None], 3, axis=-1)


def drawn(series: NDArray[Any], dark: bool) -> Tiles:
    """Series as lines over one scale for all, a colour a channel: uint8 [N, h, w, 3]."""
    height, width = SERIES
    made = np.empty((len(series), height, width, 3), np.uint8)
    made[:] = GROUND[dark]
    if not series.size:
        return made
    values = np.nan_to_num(series.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    levels = (height - 5) * (1 - (values - low) / ((high - low) or 1.0)) + 2
    across = np.linspace(1, width - 2, series.shape[2])
    for tile, channels in zip(made, levels, strict=True):
        for number, heights in enumerate(channels):
            points = np.rint(np.stack([across, heights], axis=1) * 16).astype(np.int32)
            cv2.polylines(tile, [points], False, LINES[number % len(LINES)], 1, cv2.LINE_AA, 4)
    return made


def laid_out(tiles: Tiles, columns: int, dark: bool) -> tuple[Tiles, tuple[Box, ...]]:
    """Tiles in rows of so many: the picture, uint8 [H, W, 3], and where each lies.

    Example:
        >>> laid_out(np.zeros((3, 4, 4, 3), np.uint8), 2, True)[1]
        ((0, 0, 4, 4), (0, 6, 4, 4), (6, 0, 4, 4))
    """
    height, width = tiles.shape[1:3]
    rows, columns = max(1, -(-len(tiles) // columns)), max(1, columns)
    made = np.empty((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), np.uint8)
    made[:] = GROUND[dark]
    boxes: list[Box] = []
    for number, tile in enumerate(tiles):
        top, left = number // columns * (height + GAP), number % columns * (width + GAP)
        made[top : top + height, left : left + width] = tile
        boxes.append((top, left, height, width))
    return made, tuple(boxes)


def paint(painter: Painter, view: View, picture: Tiles) -> Plane:
    """Show a picture, RGB, that fits into the view."""
    plane, out = painter.plane(view, *picture.shape[:2])
    out[..., :3], out[..., 3] = picture[..., ::-1], 255
    return plane


def grid(count: int, box: Sequence[int]) -> int:
    """How many columns make a sheet of `count` tiles of (height, width) about as wide as it is high."""
    return max(1, math.ceil(math.sqrt(count * (box[0] + GAP) / (box[1] + GAP))))
