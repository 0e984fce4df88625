"""Numbers that arrive one after another, kept whole and shown as a bounded number of points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_FIRST = 1024


class Drawn(NamedTuple):
    """What is put on the screen: points of a line."""

    x: Array
    y: Array


class Series:
    """Pairs (x, y) in growing memory; what is no finite number is left out."""

    def __init__(self) -> None:
        self._x = np.empty(_FIRST)
        self._y = np.empty(_FIRST)
        self._sum = np.zeros(_FIRST + 1)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def last(self) -> tuple[float, float] | None:
        """The newest pair."""
        return (float(self._x[self._count - 1]), float(self._y[self._count - 1])) if self._count else None

    def clear(self) -> None:
        """Begin anew."""
        self._count = 0

    def append(self, x: Sequence[float], y: Sequence[float]) -> None:
        """Add pairs at the end; the longer of the two is cut."""
        count = min(len(x), len(y))
        new_x, new_y = np.asarray(x[:count], np.float64), np.asarray(y[:count], np.float64)
        good = np.isfinite(new_y) & np.isfinite(new_x)
        new_x, new_y = new_x[good], new_y[good]
        end = self._count + len(new_x)
        self._reserve(end)
        self._x[self._count : end], self._y[self._count : end] = new_x, new_y
        self._sum[self._count + 1 : end + 1] = self._sum[self._count] + np.cumsum(new_y)
        self._count = end

    def _reserve(self, count: int) -> None:
        if count > len(self._x):
            size = max(2 * len(self._x), count)
            self._x, self._y = np.resize(self._x, size), np.resize(self._y, size)
            self._sum = np.resize(self._sum, size + 1)

    def drawn(self, most: int) -> Drawn:
        """At most `most` points that keep every peak: of each stretch its smallest and its largest value."""
        x, y = self._x[: self._count], self._y[: self._count]
        if self._count <= most:
            return Drawn(x.copy(), y.copy())
        edges = np.linspace(0, self._count, most // 2 + 1).astype(np.intp)[:-1]
        low, high = np.minimum.reduceat(y, edges), np.maximum.reduceat(y, edges)
        return Drawn(np.repeat(x[edges], 2), np.column_stack([low, high]).ravel())

    def mean(self, window: int, most: int) -> Drawn:
        """The mean of each point and the `window` − 1 before it, at no more than `most` places, the last among them."""
        places = np.unique(np.linspace(0, max(self._count - 1, 0), min(self._count, most)).astype(np.intp))
        start = np.maximum(places + 1 - window, 0)
        # A difference of sums has the rounding of the largest: below the smallest value it would not be a mean.
        means = (self._sum[places + 1] - self._sum[start]) / np.maximum(places + 1 - start, 1)
        return Drawn(self._x[places], means)
