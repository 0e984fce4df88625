"""The modules that torch does not bring: exactly the ones that generated code brings along."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional as F


class SameConv2d(nn.Conv2d):
    """A convolution that makes ⌈size / stride⌉ cells: torch's own padding="same" refuses strides."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Pad as torch's "same" does, [N, C, H, W], then let the kernel take every s-th place."""
        sides: list[int] = []
        for size, gap in zip(reversed(self.kernel_size), reversed(self.dilation), strict=True):
            around = gap * (size - 1)
            sides += [around // 2, around - around // 2]
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        padded = F.pad(inputs, sides, mode=mode)
        return F.conv2d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


class Residual(nn.Module):
    """Adds what the body makes to what the shortcut passes on."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, inputs: Tensor) -> Tensor:
        """The sum."""
        return cast(Tensor, self.body(inputs) + self.shortcut(inputs))
