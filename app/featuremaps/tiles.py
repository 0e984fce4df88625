"""Where the maps of a mosaic lie: which one is under a cell, and which one is beside another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.protocol import Box

FAR = 4.0
"""How much a step aside costs more than a step ahead when the next map in a direction is looked for."""


class Spot(NamedTuple):
    """A pixel of one of the maps: number of the map among the tiles, row and column in the tile."""

    tile: int
    row: int
    column: int


class Tiles:
    """(top, left, height, width) of every map, in the order of the maps."""

    def __init__(self, boxes: Sequence[Box] = ()) -> None:
        self.boxes: tuple[Box, ...] = tuple(boxes)
        self._array = np.array(self.boxes, np.int64).reshape(-1, 4)

    def __len__(self) -> int:
        return len(self.boxes)

    def at(self, row: int, column: int) -> Spot | None:
        """What lies at a cell of the mosaic; None between the maps.

        Example:
            >>> Tiles([(0, 0, 4, 4), (0, 5, 4, 4)]).at(1, 7)
            Spot(tile=1, row=1, column=2)
        """
        top, left, height, width = self._array.T
        inside = (top <= row) & (row < top + height) & (left <= column) & (column < left + width)
        found = np.flatnonzero(inside)
        if not len(found):
            return None
        tile = int(found[0])
        return Spot(tile, row - self.boxes[tile][0], column - self.boxes[tile][1])

    def beside(self, tile: int, down: int, right: int) -> int:
        """The nearest map in a direction, such as (0, 1) for the right; the same one at the edge.

        Example:
            >>> Tiles([(0, 0, 4, 4), (0, 5, 4, 4)]).beside(0, 0, 1)
            1
        """
        top, left, height, width = self._array.T
        rows, columns = top + height / 2, left + width / 2
        ahead = (rows - rows[tile]) * down + (columns - columns[tile]) * right
        aside = abs((rows - rows[tile]) * right) + abs((columns - columns[tile]) * down)
        cost = np.where(ahead > 0, ahead + FAR * aside, np.inf)
        best = int(cost.argmin())
        return best if np.isfinite(cost[best]) else tile
