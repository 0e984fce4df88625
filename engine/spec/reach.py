"""Which part of the network's input a cell of a layer depends on, followed from layer to layer.

Along one axis, cell o of a chain of windows looks at the cells from `first + o · jump` up to `end + o · jump`. Where
branches meet, a cell looks at all that any of them looks at, so there may be several such lines, one for each jump.
Where maps have been made finer, jumps are fractions, cells of every layer on the way are whole, and so each line has
several beginnings and ends, which take turns from cell to cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.arithmetic import Box
from engine.spec.layers import AxisWindow
from engine.spec.layers.base import Number

_MOST_PHASES = 64


class Line(NamedTuple):
    """Where a cell's field begins and ends along one axis, as a function of the cell."""

    jump: Number
    firsts: tuple[Number, ...]
    ends: tuple[Number, ...]

    def low(self, cell: int) -> int:
        """Where the field of a cell begins."""
        return math.ceil(self.firsts[cell % len(self.firsts)] + cell * self.jump)

    def high(self, cell: int) -> int:
        """Where the field of a cell ends: the cell after its last."""
        return math.floor(self.ends[cell % len(self.ends)] + cell * self.jump)

    def through(self, window: AxisWindow) -> Line:
        """The line of a window that moves over cells with this one.

        Source: Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks (Distill, 2019).
        """
        jump, back = self.jump * window.stride, window.before * self.jump
        turns = window.stride.denominator * _turns(len(self.firsts), window.stride.numerator)
        whole = len(self.firsts) == 1 and all(number.denominator == 1 for number in (self.jump, *window))
        if whole or turns > _MOST_PHASES:
            # Beyond so many turns a field may be told a cell or two too large.
            reach = (window.extent - 1) * self.jump
            return Line(_plain(jump), (_plain(min(self.firsts) - back),), (_plain(max(self.ends) - back + reach),))
        firsts, ends = [], []
        for cell in range(turns):
            place = cell * window.stride - window.before
            firsts.append(_plain(self.low(math.ceil(place)) - cell * jump))
            ends.append(_plain(self.high(math.floor(place + window.extent) - 1) - cell * jump))
        return Line(_plain(jump), tuple(firsts), tuple(ends))

    def beside(self, other: Line) -> Line:
        """The line of cells that look at what either of two lines of one jump looks at."""
        turns = math.lcm(len(self.firsts), len(other.firsts))
        if turns > _MOST_PHASES:
            return Line(self.jump, (min(*self.firsts, *other.firsts),), (max(*self.ends, *other.ends),))
        firsts = map(min, *(each.firsts * (turns // len(each.firsts)) for each in (self, other)))
        ends = map(max, *(each.ends * (turns // len(each.ends)) for each in (self, other)))
        return Line(self.jump, tuple(firsts), tuple(ends))


@dataclass(frozen=True)
class Reach:
    """The receptive fields of all cells of a layer; `axes` holds the lines of each axis of the input."""

    axes: tuple[tuple[Line, ...], ...]

    def through(self, windows: Sequence[AxisWindow]) -> Reach:
        """Those after a layer with these windows."""
        return Reach(
            tuple(
                _gathered(line.through(window) for line in lines)
                for lines, window in zip(self.axes, windows, strict=True)
            )
        )

    def together(self, other: Reach) -> Reach:
        """Those of cells that look at both."""
        return Reach(tuple(_gathered((*a, *b)) for a, b in zip(self.axes, other.axes, strict=True)))

    def repeated(self, axes: Iterable[int]) -> Reach:
        """Those of a map of one cell that is repeated along some axes."""
        still = set(axes)
        return Reach(
            tuple(
                _gathered(_fixed(line.low(0), line.high(0)) for line in lines) if axis in still else lines
                for axis, lines in enumerate(self.axes)
            )
        )

    def settled(self, sizes: Sequence[int]) -> Reach:
        """Those of cells that no longer lie in a map of these sizes: only how much they see is kept."""
        return Reach(tuple((_fixed(0, size),) for size in self.size(sizes)))

    def range_of(self, axis: int, cell: int) -> range:
        """The input's cells along one axis, not clipped to it."""
        lines = self.axes[axis]
        return range(min(line.low(cell) for line in lines), max(line.high(cell) for line in lines))

    def box(self, row: int, column: int) -> Box:
        """The rectangle of the input that a cell of a map depends on; it may reach into the padding."""
        return Box(self.range_of(0, row), self.range_of(1, column))

    def size(self, sizes: Sequence[int] | None = None) -> tuple[int, ...]:
        """The size of the largest field of any cell.

        Args:
            sizes: how many cells the layer has along each axis; one where left out.
        """
        counts = sizes if sizes is not None else [1] * len(self.axes)
        return tuple(
            max(len(self.range_of(axis, cell)) for cell in self._extremes(axis, counts[axis]))
            for axis in range(len(self.axes))
        )

    def _extremes(self, axis: int, count: int) -> Iterable[int]:
        """Cells one of which has the largest field: a hull of straight lines is largest at one of its ends.

        Rounding to whole cells repeats after as many cells as all denominators and turns go into.
        """
        lines = self.axes[axis]
        turns = (number for line in lines for number in (line.jump.denominator, len(line.firsts)))
        period = min(_MOST_PHASES, math.lcm(*turns))
        return {0, count - 1} | {*range(min(count, period))} | {*range(max(0, count - period), count)}

    @property
    def jumps(self) -> tuple[Number | None, ...]:
        """How far the fields of neighbouring cells are apart on each axis; None where branches of others meet."""
        return tuple(lines[0].jump if len(lines) == 1 else None for lines in self.axes)

    @property
    def offsets(self) -> tuple[Number, ...]:
        """Where the field of the first cell begins on each axis, counted from the input's first cell."""
        return tuple(min(line.low(0) for line in lines) for lines in self.axes)


def own_cells(shape: Sequence[int]) -> Reach:
    """Every cell of the input sees itself. `shape` is (channels, …)."""
    return Reach(tuple((Line(1, (0,), (1,)),) for _ in shape[1:]))


def everything(shape: Sequence[int]) -> Reach:
    """Every cell sees the whole input of this shape."""
    return Reach(tuple((_fixed(0, size),) for size in shape[1:]))


def _fixed(first: int, end: int) -> Line:
    """The same field for every cell."""
    return Line(0, (first,), (end,))


def _turns(turns: int, step: int) -> int:
    """After how many steps of so many cells a line with so many turns begins anew."""
    return turns // math.gcd(turns, step)


def _plain(number: Number) -> Number:
    """A whole number as one: fractions are slow."""
    return number.numerator if number.denominator == 1 else number


def _gathered(lines: Iterable[Line]) -> tuple[Line, ...]:
    """One line for each jump."""
    found: dict[Number, Line] = {}
    for line in lines:
        known = found.get(line.jump)
        found[line.jump] = line if known is None or known == line else known.beside(line)
    return tuple(found[jump] for jump in sorted(found))
