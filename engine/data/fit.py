"""Pictures brought to the channels and the size that a network takes, and said in words."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import SpecError
from engine.spec.layers import Shape, shape_text

GREY = np.array([[0.299, 0.587, 0.114]], np.float32)
"""The share of red, green and blue in a grey value (ITU-R BT.601)."""


def conversion(have: Shape, wanted: Shape) -> str:
    """What `fit_pictures` does to pictures of one shape for a network of another; empty if nothing.

    Raises:
        SpecError: if it cannot be done.

    Example:
        >>> conversion((3, 32, 32), (1, 28, 28))
        'Colours become grey, and pictures of 32×32 become 28×28.'
    """
    if len(wanted) != 3 or wanted[0] not in (1, 3, have[0]) or have[0] not in (1, 3, wanted[0]):
        raise SpecError(
            f"The network takes inputs of {shape_text(wanted)} and the pictures are of {shape_text(have)}; 1 or 3 "
            f"channels, height and width would do."
        )
    done = []
    if have[0] != wanted[0]:
        done.append("colours become grey" if wanted[0] == 1 else "grey becomes three equal channels")
    if have[1:] != wanted[1:]:
        whole = middle(have[1], have[2], wanted[1], wanted[2])[2:] == tuple(have[1:])
        part = "" if whole else "the middle of "
        done.append(f"{part}pictures of {shape_text(have[1:])} become {shape_text(wanted[1:])}")
    text = ", and ".join(done)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def fit_pictures(pictures: Tensor, wanted: Shape) -> Tensor:
    """Bring all pictures of a set to a network's input shape, as `fit_picture` does.

    Args:
        pictures: uint8 [N, C, H, W].
        wanted: (channels, height, width).

    Returns:
        uint8 [N, *wanted].
    """
    if tuple(pictures.shape[1:]) == tuple(wanted):
        return pictures
    made = torch.empty((len(pictures), *wanted), dtype=torch.uint8)
    for index, picture in enumerate(pictures.permute(0, 2, 3, 1).numpy()):
        made[index] = torch.from_numpy(fit_picture(picture, wanted))
    return made


def fit_picture(pixels: NDArray[np.uint8], wanted: Shape) -> NDArray[np.uint8]:
    """The largest middle part of a picture that has the network's proportions, in the network's size and channels.

    Args:
        pixels: uint8 [H, W, C].
        wanted: (channels, height, width).

    Returns:
        uint8 [channels, height, width]; a pixel is the mean of those that it stands for.

    Example:
        >>> fit_picture(np.full((4, 6, 3), 100, np.uint8), (1, 2, 2)).tolist()
        [[[100, 100], [100, 100]]]
    """
    (rows, columns), (channels, height, width) = pixels.shape[:2], wanted
    top, left, high, wide = middle(rows, columns, height, width)
    part = pixels[top : top + high, left : left + wide]
    if part.shape[:2] != (height, width):
        method = cv2.INTER_AREA if high >= height else cv2.INTER_LINEAR
        resized: NDArray[Any] = cv2.resize(np.ascontiguousarray(part), (width, height), interpolation=method)
        part = resized.reshape(height, width, -1)
    return np.ascontiguousarray(np.moveaxis(_with_channels(part, channels), -1, 0))


def middle(rows: int, columns: int, height: int, width: int) -> tuple[int, int, int, int]:
    """The largest part around the centre that has the proportions of height × width: (top, left, rows, columns).

    Example:
        >>> middle(480, 640, 28, 28)
        (0, 80, 480, 480)
    """
    scale = min(rows / height, columns / width)
    high, wide = max(1, round(height * scale)), max(1, round(width * scale))
    return (rows - high) // 2, (columns - wide) // 2, high, wide


def _with_channels(pixels: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    if pixels.shape[-1] == channels:
        return pixels
    if channels == 1:
        grey: NDArray[Any] = np.rint(pixels.astype(np.float32) @ GREY[0])
        return grey.astype(np.uint8)[..., np.newaxis]
    return np.repeat(pixels, channels, axis=-1)
