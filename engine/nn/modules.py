"""The modules that torch does not bring: exactly the ones that generated code brings along."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SameConv1d(nn.Conv1d):
    """A convolution that makes ⌈size / stride⌉ cells: torch's own padding="same" refuses strides."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Pad as torch's "same" does, [N, C, L], then let the kernel take every s-th place."""
        padded = _padded(inputs, self.kernel_size, self.dilation, self.padding_mode)
        return F.conv1d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


class SameConv2d(nn.Conv2d):
    """A convolution that makes ⌈size / stride⌉ cells: torch's own padding="same" refuses strides."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Pad as torch's "same" does, [N, C, H, W], then let the kernel take every s-th place."""
        padded = _padded(inputs, self.kernel_size, self.dilation, self.padding_mode)
        return F.conv2d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


class SameConv3d(nn.Conv3d):
    """A convolution that makes ⌈size / stride⌉ cells: torch's own padding="same" refuses strides."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Pad as torch's "same" does, [N, C, D, H, W], then let the kernel take every s-th place."""
        padded = _padded(inputs, self.kernel_size, self.dilation, self.padding_mode)
        return F.conv3d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


def _padded(inputs: Tensor, kernel: Sequence[int], dilation: Sequence[int], mode: str) -> Tensor:
    sides: list[int] = []
    for size, gap in zip(reversed(kernel), reversed(dilation), strict=True):
        around = gap * (size - 1)
        sides += [around // 2, around - around // 2]
    return added(inputs, sides, mode)


def added(inputs: Tensor, sides: Sequence[int], mode: str) -> Tensor:
    """The input with cells around it; `sides` are torch's, the last axis first."""
    if not any(sides):
        return inputs
    return F.pad(inputs, list(sides), mode="constant" if mode == "zeros" else mode)


class Residual(nn.Module):
    """Adds what the body makes to what the shortcut passes on."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, inputs: Tensor) -> Tensor:
        """The sum."""
        return cast(Tensor, self.body(inputs) + self.shortcut(inputs))


class Branches(nn.Module):
    """Gives its input to several paths; their channels come out one after the other, or their sum does."""

    def __init__(self, paths: OrderedDict[str, nn.Module], merge: str) -> None:
        super().__init__()
        for name, path in paths.items():
            self.add_module(name, path)
        self.merge = merge

    def forward(self, inputs: Tensor) -> Tensor:
        """All paths, put together."""
        made: list[Tensor] = [path(inputs) for path in self.children()]
        if self.merge == "concat":
            return torch.cat(made, dim=1)
        total = made[0]
        for each in made[1:]:
            total = total + each
        return total


class Normalize(nn.Module):
    """Takes a mean from each channel and divides it by a standard deviation; nothing here is learned or stored."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: float | Sequence[float], std: float | Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.as_tensor(mean, dtype=torch.float32).reshape(-1), persistent=False)
        self.register_buffer("std", torch.as_tensor(std, dtype=torch.float32).reshape(-1), persistent=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """[N, C, …], channel by channel."""
        shape = (1, -1, *[1] * (inputs.ndim - 2))
        return (inputs - self.mean.view(shape)) / self.std.view(shape)
