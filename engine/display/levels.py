"""The range of values that a table of colours is spread over, and what the values of a map were.

Measured over every cell, never over a sample: the one bright cell of a map is often the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.display.tables import Kind
from engine.errors import SpecError
from engine.spec.view import ColourMap, Scale

Floats = NDArray[np.float64]

PI = float(np.float32(np.pi))
"""The largest direction that a float32 map holds; it lies a little above π."""


class Levels(msgspec.Struct, frozen=True, kw_only=True):
    """The values at both ends of the colours, and what was measured.

    `low` and `high` are finite and `low < high`; in a diverging range they lie symmetrically around zero. `minimum`,
    `maximum` and `mean` are of the `count` finite cells, 0 where there is none; `non_finite` counts the others.
    """

    low: float
    high: float
    kind: Kind = "sequential"
    minimum: float = 0.0
    maximum: float = 0.0
    mean: float = 0.0
    count: int = 0
    non_finite: int = 0


@dataclass(frozen=True, eq=False)
class MapLevels:
    """The levels of N maps as arrays [N], so that making them for thousands of maps takes no loop."""

    low: Floats
    high: Floats
    kinds: NDArray[np.str_]
    minimum: Floats
    maximum: Floats
    mean: Floats
    count: NDArray[np.int64]
    non_finite: NDArray[np.int64]

    @classmethod
    def of(cls, levels: Iterable[Levels]) -> MapLevels:
        """Levels that were measured one by one, in one table."""
        rows = [(v.low, v.high, v.kind, v.minimum, v.maximum, v.mean, v.count, v.non_finite) for v in levels]
        low, high, kinds, minimum, maximum, mean, count, non_finite = zip(*rows, strict=True) if rows else [()] * 8
        numbers = [np.array(column, np.float64) for column in (minimum, maximum, mean)]
        counts = [np.array(column, np.int64) for column in (count, non_finite)]
        return cls(np.array(low, np.float64), np.array(high, np.float64), np.array(kinds, "U10"), *numbers, *counts)

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, index: int) -> Levels:
        return Levels(
            low=float(self.low[index]),
            high=float(self.high[index]),
            kind=self.kinds[index].item(),
            minimum=float(self.minimum[index]),
            maximum=float(self.maximum[index]),
            mean=float(self.mean[index]),
            count=int(self.count[index]),
            non_finite=int(self.non_finite[index]),
        )

    def __iter__(self) -> Iterator[Levels]:
        return (self[index] for index in range(len(self)))

    def shared(self) -> Levels:
        """One range that holds the values of all the maps."""
        kind = _shared_kind(self.kinds)
        some = self.count > 0
        minimum, maximum = self.minimum[some].min(initial=np.inf), self.maximum[some].max(initial=-np.inf)
        total = int(self.count.sum())
        if total == 0:
            minimum = maximum = np.float64(0)
        low, high = _range(np.array([kind]), np.array([minimum]), np.array([maximum]))
        return Levels(
            low=float(low[0]),
            high=float(high[0]),
            kind=kind,
            minimum=float(minimum),
            maximum=float(maximum),
            mean=float((self.mean * (self.count / max(total, 1))).sum()),
            count=total,
            non_finite=int(self.non_finite.sum()),
        )


def measure(values: NDArray[Any], colour_map: ColourMap = "auto", direction: bool = False) -> Levels:
    """The range of colours for one map of any shape, and its exact smallest, largest and mean value.

    Never fails for what the cells hold: NaN and infinities are counted and left out, a blank or an empty map gets a
    range of its own.

    Args:
        values: real numbers, any shape.
        colour_map: "auto" is diverging, symmetric around zero, where any value is below zero, and otherwise
            sequential from zero to the largest value; "diverging" is always symmetric; the others are sequential
            and always hold zero, so that the same brightness of two maps never stands for different signs.
        direction: the values are angles from −π to π.

    Raises:
        SpecError: the values are complex.

    Example:
        >>> levels = measure(np.array([[-1.0, 0.5, np.nan]]))
        >>> levels.low, levels.high, levels.kind, levels.non_finite
        (-1.0, 1.0, 'diverging', 1)
    """
    return measure_each(np.asarray(values)[None], colour_map, direction)[0]


def measure_each(values: NDArray[Any], colour_map: ColourMap = "auto", direction: bool = False) -> MapLevels:
    """The levels of each of N maps, [N, …]; see `measure`."""
    minimum, maximum, mean, count, cells = _statistics(_real(values))
    if direction:
        kinds = np.full(len(values), "cyclic", "U10")
    elif colour_map == "auto":
        kinds = np.where(minimum < 0, "diverging", "sequential")
    else:
        kinds = np.full(len(values), "diverging" if colour_map == "diverging" else "sequential", "U10")
    return MapLevels(*_range(kinds, minimum, maximum), kinds, minimum, maximum, mean, count, cells - count)


def measure_channels(values: NDArray[Any], scale: Scale = "shared", direction: bool = False) -> MapLevels:
    """The levels of the three channels of a colour map [H, W, 3].

    Where nothing lies below zero they run from 0 to 1, or further if a value does: a map in [0, 1] has its natural
    colours. Where any channel goes below zero all three are symmetric around zero.
    """
    levels = measure_each(np.moveaxis(_real(values), -1, 0), "auto", direction)
    if not direction:
        natural = not (levels.kinds == "diverging").any()
        reach = np.maximum(np.maximum(-levels.minimum, levels.maximum), 1.0 if natural else 0.0)
        reach = np.where(reach > 0, reach, 1.0)
        reach = np.full(len(levels), reach.max(initial=0.0)) if scale == "shared" else reach
        kinds = np.full(len(levels), "sequential" if natural else "diverging")
        levels = replace(levels, low=np.zeros_like(reach) if natural else -reach, high=reach, kinds=kinds)
    return levels


def union(levels: Iterable[Levels]) -> Levels:
    """One range for several maps: diverging as soon as one of them is."""
    return MapLevels.of(levels).shared()
