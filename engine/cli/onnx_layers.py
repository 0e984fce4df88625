"""Convolutions that share their kernels less, made of what ONNX has operators for."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.nn.local import TiledConv2d, UnsharedConv2d


def replaced(module: nn.Module) -> nn.Module:
    """The module with every such convolution in it made anew; the module itself is changed."""
    for name, child in list(module.named_children()):
        if isinstance(child, UnsharedConv2d):
            setattr(module, name, _Unshared(child))
        elif isinstance(child, TiledConv2d):
            setattr(module, name, _Tiled(child))
        else:
            replaced(child)
    return module


class _Unshared(nn.Module):
    """A product for each cell of the kernel, and their sum."""

    def __init__(self, held: UnsharedConv2d) -> None:
        super().__init__()
        self.held = held

    def forward(self, inputs: Tensor) -> Tensor:
        """[N, C, H, W] to [N, O, H', W']."""
        held, weight = self.held, self.held.weight
        height, width, _, channels, rows, columns = weight.shape
        padded = held.padded(inputs)
        cells = padded.reshape(-1, held.groups, channels, *padded.shape[2:])
        total: Tensor | None = None
        for row in range(rows):
            for column in range(columns):
                seen = cells[(..., _every(row, height, 0, held), _every(column, width, 1, held))]
                kernel = weight[..., row, column].reshape(height, width, held.groups, -1, channels)
                part = torch.einsum("ngcyx,yxgoc->ngoyx", seen, kernel)
                total = part if total is None else total + part
        assert total is not None
        made = total.flatten(1, 2)
        return made if held.bias is None else made + held.bias


def _every(tap: int, places: int, axis: int, held: UnsharedConv2d) -> slice:
    """The cells that a cell of the kernel meets at all places."""
    first, step = tap * held.dilation[axis], held.stride[axis]
    return slice(first, first + (places - 1) * step + 1, step)


class _Tiled(nn.Module):
    """An ordinary convolution for each kernel, laid between each other as the places take turns."""

    def __init__(self, held: TiledConv2d) -> None:
        super().__init__()
        self.held = held

    def forward(self, inputs: Tensor) -> Tensor:
        """[N, C, H, W] to [N, O, H', W']."""
        held, cells = self.held, self.held.padded(inputs)
        down, across, outputs = (int(size) for size in held.weight.shape[:3])
        height, width = (self._made(int(cells.shape[2 + axis]), axis) for axis in (0, 1))
        size = (-(-height // down), -(-width // across))
        rows = []
        for a in range(down):
            phases = [self._phase(cells, a, b, size) for b in range(across)]
            rows.append(torch.stack(phases, dim=-1))
        made = torch.stack(rows, dim=3)  # [N, O, h, tH, w, tW]
        return made.reshape(-1, outputs, size[0] * down, size[1] * across)[:, :, :height, :width]

    def _made(self, size: int, axis: int) -> int:
        spans = self.held.dilation[axis] * (int(self.held.weight.shape[-2 + axis]) - 1) + 1
        return (size - spans) // self.held.stride[axis] + 1

    def _phase(self, cells: Tensor, a: int, b: int, size: tuple[int, int]) -> Tensor:
        """What one kernel makes, [N, O, h, w]; zeros where it has no place."""
        held = self.held
        tile = (int(held.weight.shape[0]), int(held.weight.shape[1]))
        strides = (held.stride[0] * tile[0], held.stride[1] * tile[1])
        # Cells behind the edge let every kernel make as many places; those too many are cut off.
        more = (strides[0] * tile[0], strides[1] * tile[1])
        seen = F.pad(cells, (0, more[1], 0, more[0]))[:, :, a * held.stride[0] :, b * held.stride[1] :]
        bias = None if held.bias is None else held.bias[a, b]
        made = F.conv2d(seen, held.weight[a, b], bias, strides, 0, held.dilation, held.groups)
        return made[:, :, : size[0], : size[1]]
