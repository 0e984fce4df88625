"""What the engine told of a cell of the layer, as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.protocol import KindExplained

Numbers = NDArray[np.float64]


class KindTold:
    """The arrays of a `KindExplained`.

    Attributes:
        event: where they come from.
        places: int64 [n, axes], on the other side.
        zero: bool [n], where a weight meets a zero of the padding.
        values, factors, products: [*shape].
    """

    def __init__(self, event: KindExplained) -> None:
        self.event = event
        axes = max(len(event.cell) - 1, 1)
        self.places: NDArray[np.int64] = np.frombuffer(event.places, np.int64).reshape(-1, axes)
        self.zero: NDArray[np.bool_] = np.frombuffer(event.zero, np.bool_)
        self._numbers = [np.frombuffer(part) for part in (event.values, event.factors, event.products)]

    @property
    def count(self) -> int:
        """Products that are told one by one."""
        return len(self.places)

    @property
    def is_block(self) -> bool:
        """Whether they lie as a block along the axes, rather than in a row."""
        return len(self.event.shape) == int(self.places.shape[1])

    def depths(self) -> NDArray[np.int64]:
        """The slices of the other side's volume that are met; none for layers that have no depth."""
        return np.unique(self.places[:, 0]) if self.places.shape[1] == 3 else np.zeros(0, np.int64)

    def sheets(self, depth: int) -> tuple[Numbers, Numbers, Numbers]:
        """Values, factors and products as rows and columns; of a volume those in the slice at `depth`."""
        first, second, third = (self._sheet(part, depth) for part in self._numbers)
        return first, second, third

    def padding(self, depth: int, size: tuple[int, ...]) -> NDArray[np.bool_]:
        """Which numbers of the sheets lie beyond an input of this size, laid out as they are."""
        beyond = ((self.places < 0) | (self.places >= np.array(size))).any(axis=1)
        return self._sheet(np.asarray(beyond, np.float64), depth) > 0

    def rows(self, depth: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns that are met, in the slice at `depth`; a signal has one row."""
        found = self.places
        if found.shape[1] == 3:
            found = found[found[:, 0] == depth][:, 1:]
        if found.shape[1] == 1:
            return np.zeros(min(len(found), 1), np.int64), np.unique(found[:, 0])
        return np.unique(found[:, 0]), np.unique(found[:, 1])

    def flat(self) -> tuple[Numbers, Numbers, Numbers]:
        """Values, factors and products in a row."""
        first, second, third = self._numbers
        return first, second, third

    def _sheet(self, numbers: Numbers, depth: int) -> Numbers:
        if not len(numbers):
            return np.full((1, 1), np.nan)
        if not self.is_block or len(self.event.shape) == 1:
            return numbers.reshape(1, -1)
        if len(self.event.shape) == 2:
            return numbers.reshape(self.event.shape)
        at = np.flatnonzero(self.depths() == depth)
        return numbers.reshape(self.event.shape)[at[0]] if len(at) else np.full((1, 1), np.nan)
