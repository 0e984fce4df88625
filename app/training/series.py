"""Numbers that arrive one after another, kept whole and shown as a bounded number of points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_FIRST = 1024


class Drawn(NamedTuple):
    """What is put on the screen: points of a line."""

    x: Array
    y: Array


class _Kept(NamedTuple):
    """Smoothed values so far, by which factor, of how many points, and the running mean behind the last."""

    values: Array
    factor: float
    size: int
    mean: float


class Series:
    """Pairs (x, y) in growing memory; what is no finite number is left out."""

    def __init__(self) -> None:
        self._x = np.empty(_FIRST)
        self._y = np.empty(_FIRST)
        self._kept = _Kept(np.empty(0), 0.0, 0, 0.0)
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
        self._kept = _Kept(np.empty(0), 0.0, 0, 0.0)

    def append(self, x: Sequence[float], y: Sequence[float]) -> None:
        """Add pairs at the end; the longer of the two is cut."""
        count = min(len(x), len(y))
        new_x, new_y = np.asarray(x[:count], np.float64), np.asarray(y[:count], np.float64)
        good = np.isfinite(new_y) & np.isfinite(new_x)
        new_x, new_y = new_x[good], new_y[good]
        end = self._count + len(new_x)
        self._reserve(end)
        self._x[self._count : end], self._y[self._count : end] = new_x, new_y
        self._count = end

    def _reserve(self, count: int) -> None:
        if count > len(self._x):
            size = max(2 * len(self._x), count)
            self._x, self._y = np.resize(self._x, size), np.resize(self._y, size)

    def drawn(self, most: int) -> Drawn:
        """At most `most` points that keep every peak: of each stretch its smallest and its largest value."""
        x, y = self._x[: self._count], self._y[: self._count]
        if self._count <= most:
            return Drawn(x.copy(), y.copy())
        edges = np.linspace(0, self._count, most // 2 + 1).astype(np.intp)[:-1]
        low, high = np.minimum.reduceat(y, edges), np.maximum.reduceat(y, edges)
        return Drawn(np.repeat(x[edges], 2), np.column_stack([low, high]).ravel())

    def at(self, x: float) -> float | None:
        """The value of the point that is nearest to a place; None if there is none."""
        if not self._count:
            return None
        place = int(np.searchsorted(self._x[: self._count], x))
        near = [each for each in (place - 1, place) if 0 <= each < self._count]
        return float(self._y[min(near, key=lambda each: abs(self._x[each] - x))])

    def smooth(self, factor: float, most: int) -> Drawn:
        """An exponential mean: each point counts `factor` times as much as the one after it.

        What is missing before the first point is made up for. Only new points are worked on.

        Args:
            factor: from 0, nothing is smoothed, to below 1.
            most: how many points at most, the last among them.

        Source: D. P. Kingma and J. Ba, Adam, 2015, section 3, for the correction at the beginning.
        """
        kept = self._kept if self._kept.factor == factor else _Kept(np.empty(0), factor, 0, 0.0)
        if kept.size < self._count:
            kept = self._smoothed_on(kept)
        self._kept = kept
        places = np.unique(np.linspace(0, max(self._count - 1, 0), min(self._count, most)).astype(np.intp))
        return Drawn(self._x[places], kept.values[places])

    def _smoothed_on(self, kept: _Kept) -> _Kept:
        factor, size = kept.factor, len(self._x)
        values = np.resize(kept.values, size) if len(kept.values) != size and kept.size else kept.values
        if not kept.size:
            values = np.empty(size)
        new = self._y[kept.size : self._count]
        means = list(accumulate(new.tolist(), lambda mean, y: factor * mean + (1 - factor) * y, initial=kept.mean))[1:]
        values[kept.size : self._count] = means / (1 - factor ** np.arange(kept.size + 1, self._count + 1))
        return _Kept(values, factor, self._count, means[-1])
