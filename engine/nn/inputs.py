"""Pictures as inputs of a network."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from engine.errors import SpecError
from engine.spec.layers import Shape, shape_text

_GREY = (0.299, 0.587, 0.114)


def as_input(picture: NDArray[Any], shape: Shape, resize: bool = True) -> Tensor:
    """A picture as a batch of one for a network.

    Args:
        picture: [H, W] or [H, W, C], or already of the network's input shape; its numbers are taken as they are.
        shape: the network's input shape, (C, H, W).
        resize: bring it to the height and width of `shape`, antialiased; else its size stays.

    Returns:
        float32 [1, C, H, W]. Colours become grey (ITU-R BT.601) for one channel, grey becomes three equal channels.

    Raises:
        SpecError: if the picture's channels cannot become the network's.
    """
    values = np.asarray(picture)
    tensor = torch.from_numpy(np.array(values, dtype=np.float32, order="C"))
    if values.shape == tuple(shape):
        return tensor[None]
    if len(shape) != 3 or values.ndim not in (2, 3):
        raise SpecError(f"A picture of {shape_text(values.shape)} cannot enter a network of {shape_text(shape)}.")
    planes = tensor[None] if values.ndim == 2 else tensor.permute(2, 0, 1)  # [C, H, W]
    inputs = _with_channels(planes, shape[0])[None]
    if not resize or inputs.shape[2:] == shape[1:]:
        return inputs.contiguous()
    return F.interpolate(inputs, size=shape[1:], mode="bilinear", antialias=True)


def _with_channels(planes: Tensor, channels: int) -> Tensor:
    have = len(planes)
    if have == channels:
        return planes
    if have == 1:
        return planes.expand(channels, -1, -1)
    if have == 3 and channels == 1:
        return (planes * planes.new_tensor(_GREY)[:, None, None]).sum(0, keepdim=True)
    raise SpecError(f"A picture of {have} channels cannot enter a network of {channels}; one of {channels} would do.")
