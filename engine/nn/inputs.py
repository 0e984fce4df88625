"""Arrays as inputs of a network."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import SpecError
from engine.spec.layers import Shape, shape_text

_GREY = (0.299, 0.587, 0.114)


def as_input(array: NDArray[Any], shape: Shape) -> Tensor:
    """An array of numbers as a batch of one for a network; its numbers and its size are taken as they are.

    Args:
        array: [H, W] or [H, W, C], or already of the network's input shape.
        shape: the network's input shape, (C, H, W).

    Returns:
        float32 [1, C, H, W]. Colours become grey (ITU-R BT.601) for one channel, grey becomes equal channels.

    Raises:
        SpecError: if the array's channels cannot become the network's.

    Example:
        >>> as_input(np.zeros((28, 28)), (3, 28, 28)).shape
        torch.Size([1, 3, 28, 28])
    """
    tensor = torch.from_numpy(np.array(array, dtype=np.float32, order="C"))
    if tensor.shape == shape:
        return tensor[None]
    if len(shape) != 3 or tensor.ndim not in (2, 3):
        raise SpecError(
            f"An array of {shape_text(tuple(tensor.shape))} cannot enter a network of {shape_text(shape)}; [height, "
            f"width] or [height, width, channels] would do."
        )
    planes = tensor[None] if tensor.ndim == 2 else tensor.permute(2, 0, 1)  # [C, H, W]
    return _with_channels(planes, shape[0])[None].contiguous()


def _with_channels(planes: Tensor, channels: int) -> Tensor:
    have = len(planes)
    if have == channels:
        return planes
    if have == 1:
        return planes.expand(channels, -1, -1)
    if have == 3 and channels == 1:
        return (planes * planes.new_tensor(_GREY)[:, None, None]).sum(0, keepdim=True)
    raise SpecError(f"An array of {have} channels cannot enter a network of {channels}; one of {channels} would do.")
