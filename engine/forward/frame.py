"""A frame as the input of a network, and in words what was done to it."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import SpecError
from engine.spec.layers import Shape

GREY = np.array([[0.299, 0.587, 0.114]], np.float32)


def frame_input(frame: NDArray[np.uint8], shape: Shape) -> tuple[Tensor, str]:
    """The middle of a frame, brought to the network's size.

    Args:
        frame: uint8 [H, W, 3], red first.
        shape: (1 or 3, height, width) of the network's input.

    Returns:
        float32 [1, C, height, width] in [0, 1], and what was done: "middle 427×427 of 427×640 → 28×28, grey".

    Raises:
        SpecError: if the network does not take pictures.

    Example:
        >>> made, note = frame_input(np.zeros((480, 640, 3), np.uint8), (1, 28, 28))
        >>> tuple(made.shape), note
        ((1, 1, 28, 28), 'middle 480×480 of 480×640 → 28×28, grey')
    """
    if len(shape) != 3 or shape[0] not in (1, 3):
        raise SpecError(
            f"The network's input is {shape}; a picture can enter one of 1 or 3 channels, height and width."
        )
    channels, height, width = shape
    middle, part = _middle(frame, height, width)
    area = middle.shape[0] >= height
    sized = cv2.resize(middle, (width, height), interpolation=cv2.INTER_AREA if area else cv2.INTER_LINEAR)
    values = sized.astype(np.float32) / np.float32(255)
    planes = cv2.transform(values, GREY).reshape(1, height, width) if channels == 1 else np.moveaxis(values, -1, 0)
    resized = "" if middle.shape[:2] == (height, width) else f" → {height}×{width}"
    note = f"{part}{resized}{', grey' if channels == 1 else ''}"
    return torch.from_numpy(np.ascontiguousarray(planes))[None], note


def any_input(frame: NDArray[np.uint8], shape: Shape) -> tuple[Tensor, str]:
    """A frame as the input of any network, for looking at what its layers make; a picture enters as by `frame_input`.

    A network of signals, (channels, length), sees the frame's middle row. One of single values sees its grey picture
    brought to as many cells, row by row; one of volumes sees the same picture in every slice. Channels beyond three
    begin again with red.

    Returns:
        float32 [1, *shape] in [0, 1], and what was done.

    Example:
        >>> any_input(np.zeros((48, 64, 3), np.uint8), (2, 16))[1]
        'the middle row of 48×64 → 16, red and green'
    """
    if len(shape) == 3 and shape[0] in (1, 3):
        return frame_input(frame, shape)
    rows, columns = frame.shape[:2]
    if len(shape) == 1:
        height = max(size for size in range(1, math.isqrt(shape[0]) + 1) if shape[0] % size == 0)
        made, note = frame_input(frame, (1, height, shape[0] // height))
        return made.reshape(1, *shape), f"{note}, row by row"
    if len(shape) == 2:
        line = frame[rows // 2 : rows // 2 + 1]
        made = _channels(_line(line, shape[1]), shape[0])
        return made.reshape(1, *shape), f"the middle row of {rows}×{columns} → {shape[1]}{_named(shape[0])}"
    made, note = frame_input(frame, (3, *shape[-2:]))
    planes = _channels(made, shape[0])
    if len(shape) == 4:
        planes = planes[:, :, None].expand(1, *shape)
        note += f", in each of {shape[1]} slices"
    return planes.contiguous(), note + _named(shape[0])


def _line(row: NDArray[np.uint8], width: int) -> Tensor:
    """[1, W, 3] as [1, 3, 1, width], all of it."""
    area = row.shape[1] >= width
    sized = cv2.resize(row, (width, 1), interpolation=cv2.INTER_AREA if area else cv2.INTER_LINEAR)
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(sized.astype(np.float32) / np.float32(255), -1, 0)))[None]


def _channels(planes: Tensor, count: int) -> Tensor:
    """Red, green, blue and again, or their grey: [1, 3, H, W] as [1, count, H, W]."""
    if count == 1:
        return (planes * torch.from_numpy(GREY[0])[None, :, None, None]).sum(1, keepdim=True)
    return planes[:, torch.arange(count) % 3]


def _named(count: int) -> str:
    return {1: ", grey", 2: ", red and green", 3: ""}.get(count, ", red, green, blue and so on")


def window_of(rows: int, columns: int, height: int, width: int) -> tuple[int, int, int, int]:
    """(top, left, height, width) of the largest part around a frame's centre with the proportions of height × width.

    Example:
        >>> window_of(480, 640, 28, 28)
        (0, 80, 480, 480)
    """
    scale = min(rows / height, columns / width)
    high, wide = max(1, round(height * scale)), max(1, round(width * scale))
    return (rows - high) // 2, (columns - wide) // 2, high, wide


def _middle(frame: NDArray[np.uint8], height: int, width: int) -> tuple[NDArray[np.uint8], str]:
    rows, columns = frame.shape[:2]
    top, left, high, wide = window_of(rows, columns, height, width)
    whole = (high, wide) == (rows, columns)
    part = f"{rows}×{columns}" if whole else f"middle {high}×{wide} of {rows}×{columns}"
    return frame[top : top + high, left : left + wide], part
