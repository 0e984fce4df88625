"""Where the weights that an optimiser changes lie in memory."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from functools import partial

import torch
from torch import Tensor, nn

_ALIGNED = 16
"""A weight begins at a multiple of so many numbers, 64 bytes: as far apart as the processor's vectors are long."""

View = Callable[[Tensor], Tensor]


class Row:
    """A parameter of an optimiser, and the weights of a module that it stands for.

    Attributes:
        parameter: what the optimiser knows.
        views: for each weight's name, what takes its part, in its shape, out of a tensor like the parameter.
    """

    def __init__(self, parameter: nn.Parameter, views: Mapping[str, View]) -> None:
        self.parameter = parameter
        self.views = views

    def forget_gradient(self) -> None:
        """The next step begins."""
        if len(self.views) == 1:
            self.parameter.grad = None
        elif self.parameter.grad is not None:
            self.parameter.grad.zero_()  # the weights' gradients are parts of it


def rows_of(module: nn.Module, device: torch.device, only: Container[str] | None = None) -> list[Row]:
    """The weights of a module that are not frozen, or some of them by name, as an optimiser should see them.

    On the processor they are laid into one row: an optimiser that is not one operation in torch takes ten for each of
    its parameters, and for a small network that is a tenth of a step. On a GPU torch does many parameters at once.
    """
    learning = {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
    weights = {name: weight for name, weight in learning.items() if only is None or name in only}
    if device.type != "cpu" or len(weights) < 2:
        return [Row(weight, {name: _whole}) for name, weight in weights.items()]
    return [_in_one_row(weights)]


def _in_one_row(weights: Mapping[str, nn.Parameter]) -> Row:
    views: dict[str, View] = {}
    end = 0
    for name, weight in weights.items():
        views[name] = partial(torch.as_strided, size=weight.shape, stride=weight.stride(), storage_offset=end)
        end += -(-weight.numel() // _ALIGNED) * _ALIGNED
    parameter = nn.Parameter(torch.zeros(end))
    parameter.grad = torch.zeros(end)
    for name, weight in weights.items():
        views[name](parameter.data).copy_(weight.data)
        weight.data, weight.grad = views[name](parameter.data), views[name](parameter.grad)
    return Row(parameter, views)


def _whole(tensor: Tensor) -> Tensor:
    return tensor
