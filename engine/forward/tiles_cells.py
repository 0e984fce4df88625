"""Which cells of a map a piece of the next one is made of, along each axis, and how they are fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from engine.filtering.border import origins

Cells = NDArray[np.intp]
"""Numbers of cells along one axis, rising."""
Sides = tuple[int, int, int, int]
"""Cells that are missing at the left, the right, the top and the bottom: torch's order."""


class Area(NamedTuple):
    """A part of a map: the crossings of some of its rows and some of its columns."""

    rows: Cells
    columns: Cells

    @property
    def cells(self) -> int:
        """How many cells it has."""
        return len(self.rows) * len(self.columns)


def rectangle(rows: range, columns: range) -> Area:
    """A part without gaps."""
    return Area(np.arange(rows.start, rows.stop), np.arange(columns.start, columns.stop))


def runs(cells: Cells) -> list[range]:
    """Cells as stretches without gaps.

    Example:
        >>> runs(np.array([0, 1, 2, 7, 8]))
        [range(0, 3), range(7, 9)]
    """
    starts = [0, *(np.flatnonzero(np.diff(cells) > 1) + 1).tolist()]
    return [range(int(cells[a]), int(cells[b - 1]) + 1) for a, b in zip(starts, [*starts[1:], len(cells)], strict=True)]


def united(parts: Sequence[Cells]) -> Cells:
    """All cells that are in any of several lists."""
    if all(len(part) == len(parts[0]) and np.array_equal(part, parts[0]) for part in parts[1:]):
        return parts[0]
    return np.asarray(np.unique(np.concatenate(parts)), np.intp)


@dataclass(frozen=True)
class Axis:
    """A window's way along one axis of a map of `size` cells; `after` more cells than are there may be asked for."""

    size: int
    stride: int = 1
    before: int = 0
    extent: int = 1
    mode: str = "zeros"

    def read(self, made: range) -> range:
        """What a stretch of the output looks at; it may reach beyond the map."""
        return range(made.start * self.stride - self.before, (made.stop - 1) * self.stride - self.before + self.extent)

    def needs(self, made: Cells) -> Cells:
        """The cells that some cells of the output are made of; the first one if they see only padding."""
        found = []
        for run in runs(made):
            read = self.read(run)
            if self._copies(read):
                cells = np.unique(origins(np.arange(read.start, read.stop), self.size, self.mode))
            else:
                cells = np.arange(max(read.start, 0), min(read.stop, self.size))
            found.append(cells)
        every = united(found)
        return every if len(every) else np.zeros(1, np.intp)

    def _copies(self, read: range) -> bool:
        return self.mode != "zeros" and (read.start < 0 or read.stop > self.size)

    def fetch(self, block: Tensor, dim: int, have: Cells, read: range) -> tuple[Tensor, int, int]:
        """A stretch of what a window reads, and how many cells are missing before and after it.

        Args:
            block: the cells `have` along the axis `dim`.
        """
        if self._copies(read):
            places = origins(np.arange(read.start, read.stop), self.size, self.mode)
            return block.index_select(dim, torch.from_numpy(np.searchsorted(have, places))), 0, 0
        low, high = max(read.start, 0), min(read.stop, self.size)
        if high <= low:
            return block.narrow(dim, 0, 0), len(read), 0
        return block.narrow(dim, int(np.searchsorted(have, low)), high - low), low - read.start, read.stop - high


def filled(block: Tensor, sides: Sides, value: float) -> Tensor:
    """A block with the missing cells around it, [1, C, h, w]."""
    if not any(sides):
        return block
    if block.numel():
        return F.pad(block, list(sides), value=value)
    rows, columns = block.shape[2] + sides[2] + sides[3], block.shape[3] + sides[0] + sides[1]
    return block.new_full((*block.shape[:2], rows, columns), value)


def chosen(block: Tensor, have: Area, wanted: Area) -> Tensor:
    """The part of a block that holds other cells besides."""
    for dim, (there, cells) in enumerate(zip(have, wanted, strict=True), start=2):
        if len(there) != len(cells):
            at = np.searchsorted(there, cells)
            gapless = at[-1] - at[0] + 1 == len(at)
            block = block.narrow(dim, int(at[0]), len(at)) if gapless else block.index_select(dim, torch.from_numpy(at))
    return block
