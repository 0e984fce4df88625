"""Layers that give any part of their maps, made of no more of what comes in than that part is made of.

Each takes and gives [1, C, h, w]. Padding is put on where a part reaches the border, so that numbers are those of the
layer on the whole map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.forward.tiles_cells import Area, Axis, Cells, Sides, filled, runs, united
from engine.kinds.tiled import tiled
from engine.kinds.unshared import unshared
from engine.spec import layers as spec
from engine.spec.layers import AnyLayer, Shape
from engine.spec.layers.pooling import Pooling


@dataclass(frozen=True)
class Piece:
    """A layer in which every cell is made of the same cell of what comes in."""

    layer: AnyLayer
    module: nn.Module
    entering: Shape
    leaving: Shape

    def needs(self, wanted: Area) -> Area:
        """The part of what comes in that a part of what comes out is made of."""
        return wanted

    def make(self, block: Tensor, have: Area, wanted: Area) -> Tensor:
        """A part of what comes out, of the part `have` = `needs(wanted)` of what comes in."""
        made: Tensor = self.module(block)
        return made

    def beside(self, wanted: Area) -> tuple[int, int]:
        """(at one time, in all): how many numbers are made besides what comes in and what goes out."""
        return 0, 0


@dataclass(frozen=True)
class Moving(Piece):
    """A window on the move. Parts with gaps are made stretch by stretch."""

    rows: Axis
    columns: Axis

    def needs(self, wanted: Area) -> Area:
        """What its windows read."""
        return Area(self.rows.needs(wanted.rows), self.columns.needs(wanted.columns))

    def make(self, block: Tensor, have: Area, wanted: Area) -> Tensor:
        """Windows laid down at every place of the part."""
        return _joined([[self._at(block, have, rows, columns) for columns in runs(wanted.columns)]
                        for rows in runs(wanted.rows)])  # fmt: skip

    def _at(self, block: Tensor, have: Area, rows: range, columns: range) -> Tensor:
        cells, top, bottom = self.rows.fetch(block, 2, have.rows, self.rows.read(rows))
        cells, left, right = self.columns.fetch(cells, 3, have.columns, self.columns.read(columns))
        return self.laid(cells, (left, right, top, bottom), rows, columns)

    def laid(self, cells: Tensor, sides: Sides, rows: range, columns: range) -> Tensor:
        """The window over a stretch that lacks some cells at its sides: those of a Pad."""
        return filled(cells, sides, getattr(self.layer, "value", 0.0))

    def beside(self, wanted: Area) -> tuple[int, int]:
        """What has to be copied for the padding."""
        copied = self.entering[0] * self.needs(wanted).cells
        return copied, 0


class Shared(Moving):
    """A convolution as torch has it."""

    def laid(self, cells: Tensor, sides: Sides, rows: range, columns: range) -> Tensor:
        """torch pads by itself where it is as much at both sides."""
        inner, rest = _evenly(sides)
        m: Any = self.module
        return F.conv2d(filled(cells, rest, 0.0), m.weight, m.bias, m.stride, inner, m.dilation, m.groups)


class Fixed(Moving):
    """Kernels of a person's own."""

    def laid(self, cells: Tensor, sides: Sides, rows: range, columns: range) -> Tensor:
        """As it is."""
        m: Any = self.module
        return F.conv2d(filled(cells, sides, 0.0), m.weight, None, m.stride, 0, m.dilation)


class Table(Moving):
    """A convolution by a table of connections."""

    def laid(self, cells: Tensor, sides: Sides, rows: range, columns: range) -> Tensor:
        """The module itself, which is told to add nothing."""
        m: Any = self.module
        kept, m.sides = m.sides, [0, 0, 0, 0]
        try:
            made: Tensor = m(filled(cells, sides, 0.0))
        finally:
            m.sides = kept
        return made


class Unshared(Moving):
    """Kernels of its own for every place: those of the part are taken out."""

    def laid(self, cells: Tensor, sides: Sides, rows: range, columns: range) -> Tensor:
        """As the module does it."""
        m: Any = self.module
        places = slice(rows.start, rows.stop), slice(columns.start, columns.stop)
        made = unshared(filled(cells, sides, 0.0), m.weight[places], m.stride, m.dilation, m.groups)
        return made if m.bias is None else made + m.bias[(slice(None), *places)]

    def beside(self, wanted: Area) -> tuple[int, int]:
        """A patch for each place."""
        m: Any = self.module
        patches = wanted.cells * self.entering[0] * m.weight.shape[-1] * m.weight.shape[-2]
        return Moving.beside(self, wanted)[0] + patches, 0


class Tiled(Moving):
    """Kernels that take turns: they are turned so far that the first one of the part comes first."""

    def laid(self, cells: Tensor, sides: Sides, rows: range, columns: range) -> Tensor:
        """As the module does it."""
        m: Any = self.module
        back = (-rows.start, -columns.start)
        weight, bias = m.weight.roll(back, (0, 1)), None if m.bias is None else m.bias.roll(back, (0, 1))
        made = len(rows), len(columns)
        return tiled(filled(cells, sides, 0.0), weight, bias, made, m.stride, m.dilation, m.groups)


class Largest(Moving):
    """Max pooling."""

    def laid(self, cells: Tensor, sides: Sides, rows: range, columns: range) -> Tensor:
        """What is missing is smaller than anything."""
        assert isinstance(self.layer, Pooling)
        inner, rest = _evenly(sides)
        return F.max_pool2d(filled(cells, rest, -torch.inf), self.layer.window, self.layer.step, inner, self.layer.gaps)


class Mean(Moving):
    """Average pooling: sums, divided by how many cells count at each place."""

    def laid(self, cells: Tensor, sides: Sides, rows: range, columns: range) -> Tensor:
        """As torch does it."""
        return self._mean(cells, sides, rows, columns)

    def _mean(self, cells: Tensor, sides: Sides, rows: range, columns: range) -> Tensor:
        assert isinstance(self.layer, Pooling)
        inner, rest = _evenly(sides)
        sums = F.avg_pool2d(filled(cells, rest, 0.0), self.layer.window, self.layer.step, inner, divisor_override=1)
        counts = np.outer(self._counts(0, self.rows, rows), self._counts(1, self.columns, columns))
        return sums / torch.from_numpy(counts.astype(np.float32))

    def _counts(self, axis: int, moved: Axis, made: range) -> Cells:
        """How many cells of each window count along one axis."""
        assert isinstance(self.layer, Pooling)
        first = np.arange(made.start, made.stop) * moved.stride - moved.before
        end = np.minimum(first + moved.extent, moved.size + self.layer.added[axis])
        if getattr(self.layer, "count_include_pad", True):
            return np.asarray(end - first, np.intp)
        return np.asarray(np.minimum(end, moved.size) - np.maximum(first, 0), np.intp)


class Power(Mean):
    """Pooling by powers."""

    def laid(self, cells: Tensor, sides: Sides, rows: range, columns: range) -> Tensor:
        """As torch does it, by a mean of powers."""
        assert isinstance(self.layer, spec.LPPool2d)
        power = float(self.layer.norm_type)
        mean = self._mean(cells.pow(power), sides, rows, columns)
        taps = self.layer.window[0] * self.layer.window[1]
        return (torch.sign(mean) * F.relu(torch.abs(mean))).mul(taps).pow(1.0 / power)


@dataclass(frozen=True)
class Transposed(Piece):
    """A transposed convolution."""

    def _read(self, axis: int, made: range) -> range:
        """The cells whose kernels reach a stretch of the output; at least one."""
        spans, step, cut = self._numbers(axis)
        n = self.entering[1 + axis]
        low = min(max(-((spans - 1 - cut - made.start) // step), 0), n - 1)
        return range(low, max(min((made.stop - 1 + cut) // step + 1, n), low + 1))

    def _numbers(self, axis: int) -> tuple[int, int, int]:
        m: Any = self.module
        return m.dilation[axis] * (m.kernel_size[axis] - 1) + 1, m.stride[axis], m.padding[axis]

    def needs(self, wanted: Area) -> Area:
        """The cells whose kernels reach the part."""
        rows, columns = (
            united([np.arange(read.start, read.stop) for read in (self._read(axis, run) for run in runs(cells))])
            for axis, cells in enumerate(wanted)
        )
        return Area(rows, columns)

    def make(self, block: Tensor, have: Area, wanted: Area) -> Tensor:
        """Kernels laid down, and what lies beside the part cut off."""
        return _joined([[self._at(block, have, (rows, columns)) for columns in runs(wanted.columns)]
                        for rows in runs(wanted.rows)])  # fmt: skip

    def _at(self, block: Tensor, have: Area, made: tuple[range, range]) -> Tensor:
        m: Any = self.module
        into, out, cells = [slice(None)] * 2, [slice(None)] * 2, block
        reads = [self._read(axis, run) for axis, run in enumerate(made)]
        for axis, read in enumerate(reads):
            cells = cells.narrow(2 + axis, int(np.searchsorted(have[axis], read.start)), len(read))
        laid = F.conv_transpose2d(cells, m.weight, m.bias, m.stride, 0, 0, m.groups, m.dilation)
        for axis, (read, run) in enumerate(zip(reads, made, strict=True)):
            _, step, cut = self._numbers(axis)
            first = read.start * step - cut
            low, high = max(run.start, first), max(min(run.stop, first + laid.shape[2 + axis]), run.start)
            into.append(slice(low - run.start, max(high, low) - run.start))
            out.append(slice(low - first, max(high, low) - first))
        whole = laid.new_zeros((1, laid.shape[1], len(made[0]), len(made[1])))
        whole = whole if m.bias is None else whole + m.bias[:, None, None]
        whole[tuple(into)] = laid[tuple(out)]
        return whole


@dataclass(frozen=True)
class Resized(Piece):
    """Maps made finer or coarser: each cell a weighted sum of a few, first along the height and then the width."""

    taps: tuple[tuple[Cells, Tensor], ...]
    """For each axis which cells a cell is made of, [cells, taps], and their weights."""

    def needs(self, wanted: Area) -> Area:
        """The cells that others are drawn from."""
        rows, columns = (np.unique(reads[cells]) for (reads, _), cells in zip(self.taps, wanted, strict=True))
        return Area(rows, columns)

    def make(self, block: Tensor, have: Area, wanted: Area) -> Tensor:
        """Cells repeated, or weighed and added."""
        for axis, (reads, weights) in enumerate(self.taps):
            at = torch.from_numpy(np.searchsorted(have[axis], reads[wanted[axis]]))
            shape = (-1, 1) if axis == 0 else (-1,)
            parts = [block.index_select(2 + axis, at[:, tap].contiguous()) for tap in range(at.shape[1])]
            if len(parts) > 1:
                held = weights[torch.from_numpy(wanted[axis])]
                parts = [part * held[:, tap].view(shape) for tap, part in enumerate(parts)]
            block = torch.stack(parts).sum(0) if len(parts) > 1 else parts[0]
        return block


def _evenly(sides: Sides) -> tuple[tuple[int, int], Sides]:
    """((down, across), the rest): what torch can pad by itself, being as much at both sides."""
    left, right, top, bottom = sides
    across, down = (left if left == right else 0), (top if top == bottom else 0)
    return (down, across), (left - across, right - across, top - down, bottom - down)


def _joined(parts: list[list[Tensor]]) -> Tensor:
    """Stretches side by side, and these rows of stretches below one another."""
    rows = [row[0] if len(row) == 1 else torch.cat(row, 3) for row in parts]
    return rows[0] if len(rows) == 1 else torch.cat(rows, 2)
