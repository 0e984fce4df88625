"""A frame as the input of a network, and in words what was done to it."""

from __future__ import annotations

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


def _middle(frame: NDArray[np.uint8], height: int, width: int) -> tuple[NDArray[np.uint8], str]:
    """The largest part around the centre that has the proportions of height × width."""
    rows, columns = frame.shape[:2]
    scale = min(rows / height, columns / width)
    high, wide = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (rows - high) // 2, (columns - wide) // 2
    whole = (high, wide) == (rows, columns)
    part = f"{rows}×{columns}" if whole else f"middle {high}×{wide} of {rows}×{columns}"
    return frame[top : top + high, left : left + wide], part
