"""One edited kernel changes one map: that map alone, before the layer is computed again.

What is shown so differs from the layer's own maps by rounding at most, and gives way to them as soon as there is time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import cv2
import torch
from torch import Tensor, nn

FEW_MAPS = 4
"""Edited maps up to which they are computed one by one."""
FEW_CELLS = 3
"""Edited cells of a kernel up to which each is laid on by itself."""
_MOST_CHANNELS = 4
"""That cv2.transform takes."""
_PLACE_BY_PLACE = (
    nn.Identity,
    nn.ReLU,
    nn.LeakyReLU,
    nn.ReLU6,
    nn.ELU,
    nn.GELU,
    nn.SiLU,
    nn.Sigmoid,
    nn.Tanh,
    nn.Dropout,
    nn.Dropout2d,
    nn.MaxPool2d,
    nn.AvgPool2d,
)
"""Layers that make each map of one map alone."""


@dataclass(eq=False)
class Edited:
    """A convolution as it was when its maps were last computed, and those maps."""

    path: str
    weight: Tensor
    bias: Tensor | None
    made: Tensor
    touched: set[int] = field(default_factory=set)
    """Maps that were shown as something else since."""
    maps: dict[int, Tensor] = field(default_factory=dict)

    def map(self, number: int) -> Tensor:
        """A copy of one of the maps, [H, W]."""
        if number not in self.maps:
            self.maps[number] = self.made[0, number].clone(memory_format=torch.contiguous_format)
        return self.maps[number].clone()

    def changed(self, layer: nn.Conv2d) -> list[int]:
        """The maps that are not what they were, or not shown as such."""
        rows = (layer.weight != self.weight).flatten(1).any(1)
        if layer.bias is not None and self.bias is not None:
            rows |= layer.bias != self.bias
        self.touched |= set(rows.nonzero().flatten().tolist())
        return sorted(self.touched)


def is_plain(layer: nn.Module) -> bool:
    """Whether one map of a convolution can be told from the others: no groups, and nothing but zeros around."""
    return (
        type(layer) is nn.Conv2d
        and layer.groups == 1
        and layer.padding_mode == "zeros"
        and isinstance(layer.padding, tuple)
    )


def passes(layers: Iterable[nn.Module]) -> bool:
    """Whether each of these layers makes each map of one map alone."""
    return all(type(layer) in _PLACE_BY_PLACE for layer in layers)


@torch.no_grad()
def edited_map(layer: nn.Conv2d, inputs: Tensor, before: Edited, number: int) -> Tensor:
    """One map of a convolution after an edit, [1, 1, H, W].

    Args:
        layer: as it is now; see `is_plain`.
        inputs: [1, C, H, W] what enters it.
        before: as it was, with what it made of the same inputs.
        number: of the map.
    """
    difference = layer.weight[number] - before.weight[number]  # [C, kH, kW]
    cells = difference.abs().sum(0).nonzero().tolist()
    flat = inputs[0].permute(1, 2, 0)  # [H, W, C]
    if len(cells) > FEW_CELLS or not flat.is_contiguous():
        some = slice(number, number + 1)
        bias = None if layer.bias is None else layer.bias[some]
        whole: Tensor = layer._conv_forward(inputs, layer.weight[some], bias)
        return whole
    made = before.map(number)
    for row, column in cells:
        _lay_on(made, _weighted(flat, difference[:, row, column].contiguous()), layer, (row, column))
    if layer.bias is not None and before.bias is not None:
        made += layer.bias[number] - before.bias[number]
    return made[None, None]


def _weighted(flat: Tensor, weights: Tensor) -> Tensor:
    """The sum [H, W] of the channels of [H, W, C], each times its weight."""
    if len(weights) > _MOST_CHANNELS:  # below, a product with a vector takes ten times as long
        return torch.mv(flat.flatten(0, 1), weights).view(flat.shape[:2])
    return torch.from_numpy(cv2.transform(flat.numpy(), weights[None].numpy())).view(flat.shape[:2])


def _lay_on(made: Tensor, share: Tensor, layer: nn.Conv2d, cell: tuple[int, int]) -> None:
    """Add what one cell of a kernel makes of the input, where the kernel's steps bring it."""
    targets, sources = [], []
    for axis in (0, 1):
        step, padding, gap = layer.stride[axis], int(layer.padding[axis]), layer.dilation[axis]
        shift = cell[axis] * gap - padding
        first = max(0, -(shift // step))
        last = min(made.shape[axis] - 1, (share.shape[axis] - 1 - shift) // step)
        if last < first:
            return
        targets.append(slice(first, last + 1))
        sources.append(slice(first * step + shift, last * step + shift + 1, step))
    made[targets[0], targets[1]] += share[sources[0], sources[1]]
