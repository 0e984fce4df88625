"""A locally connected layer for torch, forwards and backwards.

Every place multiplies its patch by a matrix of its own, so the whole layer is one batched product once the patches lie
place by place in memory. Fetching them that way is what takes the time elsewhere: here whole runs of the batch, or of
a kernel's row, are copied at once, some rows of places at a time, so that what is fetched is still in the cache when it
is multiplied. The patches are fetched again on the way back instead of being kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import torch
from torch.autograd.function import once_differentiable

MOST_CELLS = 1 << 19
"""Numbers in the patches that are fetched at once."""
BATCH_LAST = 8
"""From so many inputs on, the batch lies innermost in memory."""


def unshared(
    x: torch.Tensor, weight: torch.Tensor, stride: tuple[int, ...], dilation: tuple[int, ...], groups: int = 1
) -> torch.Tensor:
    """Multiply the patch at each place by that place's own kernel.

    Args:
        x: [N, C, *size], padding included.
        weight: [*out_size, O, C/groups, *k].
        stride, dilation: for each axis.
        groups: how the channels are split.

    Returns:
        [N, O, *out_size], with out_size = ⌊(size − d(k − 1) − 1) / s⌋ + 1. Gradients flow to both.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), equation 9.9.

    Example:
        >>> unshared(torch.ones(1, 1, 3), torch.arange(4.0).view(2, 1, 1, 2), (1,), (1,)).tolist()
        [[[1.0, 5.0]]]
    """
    found: torch.Tensor = _Unshared.apply(x, weight, stride, dilation, groups)  # type: ignore[no-untyped-call]
    return found


class _Layout:
    """Where the numbers of a layer lie in memory.

    Cells are seen as [N, g, C/g, *size] however they lie. Patches lie place by place, and each place and group has a
    matrix of them: [C/g · k, N] where the batch lies last, else its transpose.
    """

    def __init__(self, weight: torch.Tensor, batch: int, moves: tuple[Any, ...]) -> None:
        self.stride, self.dilation, self.groups = moves
        self.axes = len(self.stride)
        self.batch, self.last = batch, batch >= BATCH_LAST
        self.made = tuple(weight.shape[: self.axes])
        self.taps = tuple(weight.shape[self.axes + 2 :])
        self.outputs = weight.shape[self.axes] // self.groups
        self.channels = weight.shape[self.axes + 1]
        self.factors = self.channels * math.prod(self.taps)

    def cells(self, x: torch.Tensor) -> torch.Tensor:
        """[N, C, *size] as [N, g, C/g, *size], with the batch and the last axis innermost if the batch lies last."""
        split = x.reshape(self.batch, self.groups, self.channels, *x.shape[2:])
        if not self.last:
            return split.contiguous()
        width = self.axes + 2
        order = (*range(3, width), 1, 2, width, 0)
        return split.permute(order).contiguous().permute(_inverse(order))

    def windows(self, cells: torch.Tensor) -> torch.Tensor:
        """A view of cells, ordered as patches lie: [*out, g, C/g, *k, N] or [*out, g, N, C/g, *k]."""
        for axis, (k, s, d) in enumerate(zip(self.taps, self.stride, self.dilation, strict=True)):
            cells = cells.unfold(3 + axis, d * (k - 1) + 1, s)[..., ::d]
        return cells.permute(self._patch_order())

    def _patch_order(self) -> tuple[int, ...]:
        """Of the axes of [N, g, C/g, *out, *k]."""
        places, taps = range(3, 3 + self.axes), range(3 + self.axes, 3 + 2 * self.axes)
        return (*places, 1, 2, *taps, 0) if self.last else (*places, 1, 0, 2, *taps)

    @property
    def rows(self) -> int:
        """How many rows of places are worked on at once."""
        row: int = self.factors * self.groups * self.batch * math.prod(self.made[1:])
        return min(self.made[0], max(1, MOST_CELLS // max(1, row)))

    def bands(self) -> Iterator[tuple[int, int]]:
        """The first axis of places, some at a time."""
        for low in range(0, self.made[0], self.rows):
            yield low, min(low + self.rows, self.made[0])

    def room(self, like: torch.Tensor) -> torch.Tensor:
        """Memory for the patches of one band: a matrix for each place and group."""
        matrix = (self.factors, self.batch) if self.last else (self.batch, self.factors)
        return like.new_empty(self.rows * math.prod(self.made[1:]) * self.groups, *matrix)

    def fetch(self, windows: torch.Tensor, room: torch.Tensor) -> torch.Tensor:
        """Copy a band of windows into the room; returns the part that is used."""
        patches = room[: math.prod(windows.shape[: self.axes + 1])]
        patches.view(windows.shape).copy_(windows)
        return patches

    def fold(self, cells: torch.Tensor, patches: torch.Tensor, low: int) -> None:
        """Add a band of patches, from place `low` on, to cells: each number to the cell that it was fetched from."""
        shape = (self.channels, *self.taps, self.batch) if self.last else (self.batch, self.channels, *self.taps)
        lying = patches.view(-1, *self.made[1:], self.groups, *shape)
        windows = lying.permute(_inverse(self._patch_order()))
        sizes = windows.shape[3 : 3 + self.axes]
        for tap in product(*map(range, self.taps)):
            first = [t * d for t, d in zip(tap, self.dilation, strict=True)]
            first[0] += low * self.stride[0]
            spans = zip(first, sizes, self.stride, strict=True)
            places: tuple[Any, ...] = (..., *(slice(at, at + (n - 1) * step + 1, step) for at, n, step in spans))
            cells[places] += windows[_last(tap)]

    def slopes(self, gradient: torch.Tensor) -> torch.Tensor:
        """[N, O, *out] as the results lie: [*out, g, O/g, N] or [*out, g, N, O/g]."""
        split = gradient.reshape(self.batch, self.groups, self.outputs, *self.made)
        return split.permute(self._result_order()).contiguous()

    def results(self, lying: torch.Tensor) -> torch.Tensor:
        """The way back."""
        return lying.permute(_inverse(self._result_order())).flatten(1, 2)

    def _result_order(self) -> tuple[int, ...]:
        places = range(3, 3 + self.axes)
        return (*places, 1, 2, 0) if self.last else (*places, 1, 0, 2)


def _inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(order.index(axis) for axis in range(len(order)))


def _last(index: tuple[Any, ...]) -> tuple[Any, ...]:
    """An index of the last axes."""
    return (..., *index)


class _Unshared(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, *moves: Any) -> torch.Tensor:
        layout = _Layout(weight, len(x), moves)
        cells = layout.cells(x)
        kernels = weight.contiguous().view(*layout.made, layout.groups, layout.outputs, layout.factors)
        shape = (layout.outputs, len(x)) if layout.last else (len(x), layout.outputs)
        out = x.new_empty((*layout.made, layout.groups, *shape))
        windows, room = layout.windows(cells), layout.room(cells)
        for low, high in layout.bands():
            patches, band = layout.fetch(windows[low:high], room), kernels[low:high].flatten(0, -3)
            left, right = (band, patches) if layout.last else (patches, band.mT)
            torch.bmm(left, right, out=out[low:high].flatten(0, -3))
        ctx.save_for_backward(cells, kernels)
        ctx.layout, ctx.shape = layout, weight.shape
        return layout.results(out)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        cells, kernels = ctx.saved_tensors
        layout: _Layout = ctx.layout
        windows, room, slopes = layout.windows(cells), layout.room(cells), layout.slopes(gradient)
        of_cells = torch.zeros_like(cells) if ctx.needs_input_grad[0] else None
        of_kernels = torch.empty_like(kernels) if ctx.needs_input_grad[1] else None
        for low, high in layout.bands():
            slope, band = slopes[low:high].flatten(0, -3), kernels[low:high].flatten(0, -3)
            if of_kernels is not None:
                patches = layout.fetch(windows[low:high], room)
                left, right = (slope, patches.mT) if layout.last else (slope.mT, patches)
                torch.bmm(left, right, out=of_kernels[low:high].flatten(0, -3))
            if of_cells is not None:
                left, right = (band.mT, slope) if layout.last else (slope, band)
                layout.fold(of_cells, torch.bmm(left, right, out=room[: len(slope)]), low)
        of_weight = None if of_kernels is None else of_kernels.view(ctx.shape)
        return (None if of_cells is None else of_cells.flatten(1, 2)), of_weight, None, None, None
