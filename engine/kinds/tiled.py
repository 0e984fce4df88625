"""A tiled convolution for torch: as many ordinary convolutions as there are kernels, each over its own places.

The kernel of phase (a, b) makes the output cells a, a + t, … by b, b + t, …: that is a convolution with stride s·t on
the input from cell (a·s, b·s) on. Together they multiply exactly as often as one shared kernel would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

import torch
import torch.nn.functional as F

Axes = tuple[int, ...]
Phase = tuple[int, ...]

CONVOLUTIONS: dict[int, Callable[..., torch.Tensor]] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def tiled(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    made: Axes,
    stride: Axes,
    dilation: Axes,
    groups: int = 1,
) -> torch.Tensor:
    """Let the kernels take turns from place to place.

    Args:
        x: [N, C, *size], padding included.
        weight: [*tile, O, C/groups, *k].
        bias: [*tile, O], or None.
        made: the size of the output along each axis.
        stride, dilation: for each axis.
        groups: how the channels are split.

    Returns:
        [N, O, *made]; pictures with their channels innermost in memory.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), equation 9.10.

    Example:
        >>> kernels = torch.tensor([1.0, 10.0]).view(2, 1, 1, 1)
        >>> tiled(torch.ones(1, 1, 5), kernels, None, (5,), (1,), (1,)).tolist()
        [[[1.0, 10.0, 1.0, 10.0, 1.0]]]
    """
    tile = tuple(weight.shape[: len(made)])
    layout = torch.channels_last if len(made) == 2 else torch.contiguous_format
    out = torch.empty((len(x), weight.shape[len(made)], *made), dtype=x.dtype, device=x.device, memory_format=layout)
    strides = tuple(s * t for s, t in zip(stride, tile, strict=True))
    phases = _pictures(x, tile, made, stride) if len(made) == 2 else _parts(x, tile, made, stride)
    for phase, seen in phases:
        offset = None if bias is None else bias[phase]
        found = CONVOLUTIONS[len(made)](seen, weight[phase], offset, strides, 0, dilation, groups)
        places = out[_at(slice(a, None, t) for a, t in zip(phase, tile, strict=True))]
        places.copy_(found[_at(slice(n) for n in places.shape[2:])])
    return out


def _at(slices: Iterable[slice]) -> tuple[slice, ...]:
    """An index for places in every picture and channel."""
    return slice(None), slice(None), *slices


def _used(tile: Axes, made: Axes) -> Iterator[Phase]:
    """The phases that have a place in the output."""
    return product(*(range(min(t, n)) for t, n in zip(tile, made, strict=True)))


def _parts(x: torch.Tensor, tile: Axes, made: Axes, stride: Axes) -> Iterator[tuple[Phase, torch.Tensor]]:
    """The input as each phase sees it."""
    for phase in _used(tile, made):
        yield phase, x[_at(slice(a * s, None) for a, s in zip(phase, stride, strict=True))]


def _pictures(x: torch.Tensor, tile: Axes, made: Axes, stride: Axes) -> Iterator[tuple[Phase, torch.Tensor]]:
    """The same for pictures, as dense tensors without a copy for each phase.

    All numbers lie in a row, channels innermost, so that to start elsewhere is to look some numbers further on. What
    was cut off at the front of each row then stands at its end, where it reaches no place of the phase.
    """
    n, channels, height, width = x.shape
    row, cells = width * channels, x.numel()
    furthest = (tile[0] - 1) * stride[0] * row + (tile[1] - 1) * stride[1] * channels
    room = x.new_empty(cells + furthest)
    room[:cells].view(n, height, width, channels).copy_(x.movedim(1, -1))
    room[cells:] = 0
    for down, across in _used(tile, made):
        start = down * stride[0] * row + across * stride[1] * channels
        yield (down, across), room.as_strided(x.shape, (height * row, 1, row, channels), start)
