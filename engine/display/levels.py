"""The range of values that a table of colours is spread over, and what the values of a map were.

Measured over every cell, never over a sample: the one bright cell of a map is often the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.display.statistics import Floats, Statistics, of_channels, of_maps, real
from engine.display.tables import Kind
from engine.spec.view import ColourMap, Scale

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
    found: Statistics

    @classmethod
    def of(cls, levels: Iterable[Levels]) -> MapLevels:
        """Levels that were measured one by one."""
        each = list(levels)

        def column(name: str, dtype: type) -> NDArray[Any]:
            return np.array([getattr(one, name) for one in each], dtype)

        found = Statistics(
            column("minimum", np.float64),
            column("maximum", np.float64),
            column("mean", np.float64),
            column("count", np.int64),
            column("non_finite", np.int64),
        )
        return cls(column("low", np.float64), column("high", np.float64), column("kind", np.str_), found)

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, index: int) -> Levels:
        minimum, maximum, mean, count, non_finite = (column[index].item() for column in self.found)
        return Levels(
            low=self.low[index].item(),
            high=self.high[index].item(),
            kind=self.kinds[index].item(),
            minimum=minimum,
            maximum=maximum,
            mean=mean,
            count=count,
            non_finite=non_finite,
        )

    def __iter__(self) -> Iterator[Levels]:
        return (self[index] for index in range(len(self)))

    def shared(self) -> Levels:
        """One range that holds the values of all the maps: diverging as soon as one of theirs is."""
        some = self.found.finite > 0
        total = int(self.found.finite.sum())
        joined = Statistics(
            np.array([self.found.minimum[some].min() if total else 0.0]),
            np.array([self.found.maximum[some].max() if total else 0.0]),
            np.array([(self.found.mean * (self.found.finite / max(total, 1))).sum()]),
            np.array([total]),
            np.array([self.found.non_finite.sum()]),
        )
        kinds = set(self.kinds.tolist()) or {"sequential"}
        kind = kinds.pop() if len(kinds) == 1 else "diverging"
        if len(self) and (self.low == self.low[0]).all() and (self.high == self.high[0]).all():
            return MapLevels(self.low[:1], self.high[:1], np.array([kind]), joined)[0]
        return _levels(np.array([kind]), joined)[0]


def measure(values: NDArray[Any], colour_map: ColourMap = "auto", direction: bool = False) -> Levels:
    """The range of colours for one map, and its exact smallest, largest and mean value.

    Never fails for what the cells hold: NaN and infinities are counted and left out; a blank or an empty map gets a
    range of its own.

    Args:
        values: real numbers, any shape.
        colour_map: "auto" is diverging, symmetric around zero, where any value lies below zero, and otherwise
            sequential from zero to the largest value. "diverging" is always symmetric. The others are sequential
            and always hold zero, so that an even map does not look like noise.
        direction: the values are angles from −π to π, whose colours close to a circle.

    Raises:
        SpecError: the values are no real numbers.

    Example:
        >>> levels = measure(np.array([[-1.0, 0.5, np.nan]]))
        >>> levels.low, levels.high, levels.kind, levels.non_finite
        (-1.0, 1.0, 'diverging', 1)
    """
    return measure_each(np.asarray(values)[None], colour_map, direction)[0]


def measure_each(values: NDArray[Any], colour_map: ColourMap = "auto", direction: bool = False) -> MapLevels:
    """The levels of each of N maps, [N, …]; see `measure`."""
    return ranges(of_maps(real(values)), colour_map, direction)


def ranges(found: Statistics, colour_map: ColourMap = "auto", direction: bool = False) -> MapLevels:
    """The levels of maps of which is known what `measure_each` would find."""
    return _levels(_kinds(found, colour_map, direction), found)


def measure_channels(values: NDArray[Any], scale: Scale = "shared", direction: bool = False) -> MapLevels:
    """The levels of a colour map [H, W, C]: one for all its channels, or with scale "own" one for each.

    Where nothing lies below zero they run from 0 to 1, or further if a value does: a map in [0, 1] has its natural
    colours. Where any channel goes below zero all of them are symmetric around zero.
    """
    channels = real(np.asarray(values))
    found = of_maps(channels[None]) if scale == "shared" else of_channels(channels)
    kinds = _kinds(found, "auto", direction)
    if direction:
        return _levels(kinds, found)
    natural = bool((kinds == "sequential").all())
    reach = np.maximum(-found.minimum, found.maximum)
    reach = np.maximum(reach, 1.0) if natural else np.where(reach > 0, reach, 1.0)
    low = np.zeros(len(reach)) if natural else -reach
    return MapLevels(low, reach, np.full(len(reach), "sequential" if natural else "diverging"), found)


def union(levels: Iterable[Levels]) -> Levels:
    """One range for several maps, so that their strengths compare."""
    return MapLevels.of(levels).shared()


def _kinds(found: Statistics, colour_map: ColourMap, direction: bool) -> NDArray[np.str_]:
    if direction:
        return np.full(len(found.finite), "cyclic")
    if colour_map == "auto":
        return np.where(found.minimum < 0, "diverging", "sequential")
    return np.full(len(found.finite), "diverging" if colour_map == "diverging" else "sequential")


def _levels(kinds: NDArray[np.str_], found: Statistics) -> MapLevels:
    """The range that each kind of map is shown in."""
    reach = np.maximum(-found.minimum, found.maximum)
    reach = np.where(reach > 0, reach, 1.0)
    low, high = np.minimum(found.minimum, 0.0), np.maximum(found.maximum, 0.0)
    high = np.where(high > low, high, 1.0)
    diverging, cyclic = kinds == "diverging", kinds == "cyclic"
    low = np.where(cyclic, -PI, np.where(diverging, -reach, low))
    high = np.where(cyclic, PI, np.where(diverging, reach, high))
    return MapLevels(low, high, kinds, found)
