"""What the engine told of a cell, as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.protocol import Explained

Numbers = NDArray[np.float64]
Cell = tuple[int, int]


class Told:
    """The arrays of an `Explained`.

    Attributes:
        event: where they come from.
        patch: [planes, kH, kW], and the products the same.
        kernel: the weights as they are laid down, one plane for each of the patch, the same array where they share one.
        zero: bool [kH, kW], where a weight meets a zero of the padding.
        padding: bool [kH, kW], where it meets padding of any kind.
        pool: [lanes, h, w], what the detector made of the pooling window's cells, NaN on padding; None without one.
    """

    def __init__(self, event: Explained) -> None:
        self.event = event
        shape = (-1, len(event.rows), len(event.columns))
        self.patch, kernel, self.products = (
            np.frombuffer(part).reshape(shape) for part in (event.patch, event.kernel, event.products)
        )
        self.kernel = np.broadcast_to(kernel, self.patch.shape)
        there = [
            np.array([0 <= place < n for place in places])
            for places, n in zip((event.rows, event.columns), event.size, strict=True)
        ]
        held = [np.array(places) >= 0 for places in (event.held_rows, event.held_columns)]
        self.padding: NDArray[np.bool_] = ~np.outer(*there)
        self.zero: NDArray[np.bool_] = ~np.outer(*held)
        pool = event.pool
        self.pool = None if pool is None else np.frombuffer(pool.cells).reshape(-1, pool.height, pool.width)

    @property
    def planes(self) -> int:
        """How many channels the patch has."""
        return len(self.patch)

    @property
    def count(self) -> int:
        """Products in one plane's sum."""
        return len(self.event.rows) * len(self.event.columns)

    def winner(self, lane: int) -> Cell | None:
        """Which cell of the pooling window is its largest."""
        pool = self.event.pool
        return None if pool is None else pool.winners[lane % len(pool.winners)]

    def inner(self) -> Cell | None:
        """Which cell of the pooling window is written out."""
        pool, at = self.event.pool, self.event.at
        return None if pool is None else (at[0] - pool.top, at[1] - pool.left)
