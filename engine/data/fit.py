"""Pictures brought to the channels and the size that a network takes, and said in words."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.errors import SpecError
from engine.spec.layers import Shape, shape_text

GREY = (0.299, 0.587, 0.114)
"""The share of red, green and blue in a grey value (ITU-R BT.601)."""
_AT_ONCE = 2**24
"""How many values are in work at a time, as float32."""


def conversion(have: Shape, wanted: Shape) -> str:
    """What `fit_pictures` does to pictures of one shape for a network of another; empty if nothing.

    Raises:
        SpecError: if it cannot be done.

    Example:
        >>> conversion((3, 32, 32), (1, 28, 28))
        'Its colours become grey, and its pictures of 32×32 are resized to 28×28.'
    """
    if len(wanted) != 3 or wanted[0] not in (1, 3, have[0]) or have[0] not in (1, 3, wanted[0]):
        raise SpecError(
            f"The network takes inputs of {shape_text(wanted)} and the pictures are of {shape_text(have)}; 1 or 3 "
            f"channels, height and width would do."
        )
    done = []
    if have[0] != wanted[0]:
        done.append("its colours become grey" if wanted[0] == 1 else "its grey becomes three equal channels")
    if have[1:] != wanted[1:]:
        done.append(f"its pictures of {shape_text(have[1:])} are resized to {shape_text(wanted[1:])}")
    text = ", and ".join(done)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def fit_pictures(pictures: Tensor, wanted: Shape) -> Tensor:
    """Bring pictures to a network's input shape.

    Args:
        pictures: uint8 [N, C, H, W].
        wanted: (channels, height, width); the proportions of height and width are not kept.

    Returns:
        uint8 [N, *wanted]: resized linearly, averaging over all pixels that become one.
    """
    if tuple(pictures.shape[1:]) == tuple(wanted):
        return pictures
    made = torch.empty((len(pictures), *wanted), dtype=torch.uint8)
    largest = max(pictures[:1].numel(), made[:1].numel(), 1)
    step = max(1, _AT_ONCE // largest)
    for start in range(0, len(pictures), step):
        made[start : start + step] = _fitted(pictures[start : start + step], wanted)
    return made


def _fitted(pictures: Tensor, wanted: Shape) -> Tensor:
    values = _with_channels(pictures.to(torch.float32), wanted[0])
    if tuple(values.shape[2:]) != tuple(wanted[1:]):
        values = F.interpolate(values, size=wanted[1:], mode="bilinear", antialias=True)
    return values.round_().clamp_(0, 255).to(torch.uint8)


def _with_channels(values: Tensor, channels: int) -> Tensor:
    if values.shape[1] == channels:
        return values
    if channels == 1:
        return (values * values.new_tensor(GREY)[:, None, None]).sum(1, keepdim=True)
    return values.repeat(1, channels, 1, 1)
