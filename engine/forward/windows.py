"""The cells under a window: of a convolution, of a pooling, of a part of an adaptive one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.forward.unit import Cell, Terms, block
from engine.nn.modules import SameConv1d, SameConv2d, SameConv3d

Places = list[NDArray[np.int64]]
_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
LARGEST = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)
MEANS = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
PARTS = (
    nn.AdaptiveAvgPool1d,
    nn.AdaptiveAvgPool2d,
    nn.AdaptiveAvgPool3d,
    nn.AdaptiveMaxPool1d,
    nn.AdaptiveMaxPool2d,
    nn.AdaptiveMaxPool3d,
)
_ADAPTIVE_MAX = PARTS[3:]


class Told(NamedTuple):
    """The terms of a number, what is added to them, and whether only the largest counts."""

    terms: Terms
    bias: float = 0.0
    largest: bool = False


def convolution(module: Any, inputs: Tensor, cell: Cell) -> Told:
    """The patch under a kernel, and the kernel. `inputs` are [C, …], `cell` is (channel, …)."""
    axes, channel = inputs.ndim - 1, cell[0]
    depth = module.weight.shape[1]
    first = channel // (module.out_channels // module.groups) * depth
    before = _before(module, axes)
    along = [
        cell[1 + axis] * module.stride[axis] - before[axis] + module.dilation[axis] * np.arange(size)
        for axis, size in enumerate(module.kernel_size)
    ]
    held = [_held(places, inputs.shape[1 + axis], module.padding_mode) for axis, places in enumerate(along)]
    values, places, inside = _patch(inputs, list(range(first, first + depth)), held)
    bias = 0.0 if module.bias is None else float(module.bias[channel].detach())
    return Told(block(values, _numbers(module.weight[channel]), places, inside), bias)


def _before(module: Any, axes: int) -> list[int]:
    """How many cells the padding adds before the first, along each axis."""
    if isinstance(module, (SameConv1d, SameConv2d, SameConv3d)):
        return [gap * (size - 1) // 2 for size, gap in zip(module.kernel_size, module.dilation, strict=True)]
    sides = module._reversed_padding_repeated_twice
    return [int(sides[2 * (axes - 1 - axis)]) for axis in range(axes)]


def _held(places: NDArray[Any], size: int, mode: str) -> NDArray[np.int64]:
    """Which cells' values stand at these places; −1 for zeros."""
    outside = (places < 0) | (places >= size)
    if mode == "zeros" or not outside.any():
        return np.where(outside, -1, places)
    far = int(max(-places.min(), places.max() - size + 1, 0))
    kept: NDArray[np.int64] = np.pad(np.arange(size), far, mode=_MODES[mode])  # type: ignore[call-overload]
    return np.asarray(kept[places + far])


def pooling(module: Any, inputs: Tensor, cell: Cell) -> Told:
    """The window of a pooling on the move: its cells with the share of each, or with the largest chosen."""
    axes, largest = inputs.ndim - 1, isinstance(module, LARGEST)
    sizes, gaps = _each(module.kernel_size, axes), _each(getattr(module, "dilation", 1), axes)
    steps, padding = _each(module.stride, axes), _each(module.padding, axes)
    starts = [cell[1 + axis] * steps[axis] - padding[axis] for axis in range(axes)]
    along = [starts[axis] + gaps[axis] * np.arange(sizes[axis]) for axis in range(axes)]
    kept = [places[(places >= 0) & (places < inputs.shape[1 + axis])] for axis, places in enumerate(along)]
    if largest:
        return _chosen(inputs, cell[0], kept)
    ends = [min(starts[a] + sizes[a], inputs.shape[1 + a] + padding[a]) for a in range(axes)]
    whole = int(np.prod([end - start for start, end in zip(starts, ends, strict=True)]))
    count = whole if module.count_include_pad else int(np.prod([len(places) for places in kept]))
    return _mean(inputs, cell[0], kept, getattr(module, "divisor_override", None) or count)


def part(module: Any, inputs: Tensor, made: Sequence[int], cell: Cell) -> Told:
    """The part of each map that an adaptive pooling sums up; `made` are the sizes of what comes out."""
    along = [
        np.arange(cell[1 + axis] * size // made[1 + axis], -(-(cell[1 + axis] + 1) * size // made[1 + axis]))
        for axis, size in enumerate(inputs.shape[1:])
    ]
    if isinstance(module, _ADAPTIVE_MAX):
        return _chosen(inputs, cell[0], along)
    return _mean(inputs, cell[0], along, int(np.prod([len(places) for places in along])))


def _chosen(inputs: Tensor, channel: int, along: Places) -> Told:
    values, places, _ = _patch(inputs, [channel], along)
    weights = np.zeros(values.shape)
    weights.flat[int(np.argmax(values))] = 1.0
    return Told(block(values, weights, places), largest=True)


def _mean(inputs: Tensor, channel: int, along: Places, count: int) -> Told:
    values, places, _ = _patch(inputs, [channel], along)
    return Told(block(values, np.full(values.shape, 1 / count), places))


def _patch(inputs: Tensor, channels: list[int], held: Places) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Values [C, k…], places [C, k…, axes] and whether each is in the map; a place of −1 holds zero."""
    where = np.meshgrid(np.array(channels), *held, indexing="ij")
    inside = np.all([places >= 0 for places in where], axis=0)
    safe = tuple(np.maximum(places, 0) for places in where)
    values = np.where(inside, _numbers(inputs[safe]), 0.0)
    return values, np.stack(where, axis=-1), inside


def _each(amount: Any, axes: int) -> tuple[int, ...]:
    return (int(amount),) * axes if isinstance(amount, int) else tuple(int(one) for one in amount)


def _numbers(tensor: Tensor) -> NDArray[np.float64]:
    return tensor.detach().double().cpu().numpy()
