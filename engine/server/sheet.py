"""The maps of a layer as one picture, of which only the tiles are painted anew that have changed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.buffers import budget
from engine.display.contrast import tightened_each
from engine.display.levels import Levels, MapLevels, ranges
from engine.display.mosaic import Mosaic, layout, paint_mosaic
from engine.display.paint import Picture, paint_map
from engine.display.statistics import Statistics, of_maps
from engine.display.tables import Palette, palette
from engine.protocol import Box, Plane, Range, Show
from engine.server.mosaics import ASPECT, MAX_MAPS, gap_between, measured, widest_of
from engine.server.paint import Painter, range_of
from engine.spec.view import ColourMap

SAMPLE = 1 << 11
"""Cells of each map that are looked at to choose its range, where there are many maps."""
MANY = 4
FEW_TILES = 8
"""Tiles up to which they are painted one by one."""
Maps = NDArray[np.float32]
Stamps = NDArray[np.int64]


class Sheet:
    """Remembers what it has measured and painted of each map, by the map's stamp: the same stamp, the same map."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._measures = _Measures()
        self._picture = _Copy()
        self._slots: dict[int, tuple[int, _Wanted]] = {}
        """What each slot holds, and how often it had been given out then."""

    def found(self, maps: Maps, stamps: Stamps) -> Statistics:
        """What the maps [N, H, W] hold."""
        return self._measures.found(maps, stamps)

    def paint(
        self, maps: Maps, stamps: Stamps, show: Show, order: Sequence[int] = ()
    ) -> tuple[Plane, tuple[Box, ...], Range]:
        """Paint maps [N, H, W], or the one that `show.only` names, into a slot of the view "maps".

        `order` are the numbers of the maps that are laid out; all of them as they are counted if it is empty.

        Returns:
            The plane, each map's tile in it, and the range of colours with what was measured on all maps.
        """
        view, found = show.project.view, self.found(maps, stamps)
        chosen = _chosen(len(maps), show.only, order)
        each = self._measures.levels(maps, stamps, chosen, view.colour_map, view.saturated)
        whole, (height, width) = widest_of(each), maps.shape[1:]
        # A layer of single values would otherwise give each of them a range of its own, and so one of two colours.
        if height * width == 1 or view.scale == "shared":
            each = _all_alike(whole, each)
        tables = palette(view.colour_map, show.dark)
        mosaic = layout(len(chosen), height, width, ASPECT, gap_between(height, width), budget("maps"))
        plane, out = self._painter.plane("maps", *mosaic.size)
        wanted = _Wanted(mosaic, tables, chosen, stamps[chosen], each)
        self._picture.bring(maps, wanted)
        self._bring(plane.slot, wanted, out)
        every = ranges(found).shared()
        return plane, mosaic.tiles(), range_of(measured(whole, every), tables.name(whole.kind))

    def _bring(self, slot: int, wanted: _Wanted, out: Picture) -> None:
        """Copy the picture into a slot; only some tiles, where the slot holds the others since it was painted last."""
        times = self._painter.written["maps", slot]
        since, before = self._slots.get(slot, (0, wanted))
        self._slots[slot] = times, wanted
        pixels = self._picture.pixels
        tiles = _outdated(before, wanted) if since == times - 1 and before.mosaic == wanted.mosaic else None
        if tiles is None or since == 0 or 2 * len(tiles) > len(wanted.chosen):
            out[...] = pixels
            return
        for tile in tiles.tolist():
            top, left, height, width = wanted.mosaic.tile(tile)
            some = np.s_[top : top + height, left : left + width]
            out[some] = pixels[some]


class _Measures:
    """What was measured of each map."""

    def __init__(self) -> None:
        self._stamps = np.zeros(0, np.int64)
        self._found: Statistics | None = None
        self._key: Hashable = None
        self._levelled = np.zeros(0, np.int64)
        self._low = self._high = np.zeros(0)

    def found(self, maps: Maps, stamps: Stamps) -> Statistics:
        """Of all maps; only those that are others now are looked at."""
        if self._found is None or len(stamps) != len(self._stamps):
            self._found, self._stamps, self._key = of_maps(maps), stamps.copy(), None
            return self._found
        rows = np.flatnonzero(stamps != self._stamps)
        if len(rows):
            for column, new in zip(self._found, of_maps(_some(maps, rows)), strict=True):
                column[rows] = new
            self._stamps = stamps.copy()
        return self._found

    def levels(
        self, maps: Maps, stamps: Stamps, chosen: NDArray[np.intp], colour_map: ColourMap, saturated: float
    ) -> MapLevels:
        """The range of each of the chosen maps; all are of one kind, so that one legend is true of all."""
        found = self.found(maps, stamps)
        if colour_map == "auto" and bool((found.minimum[chosen] < 0).any()):
            colour_map = "diverging"
        if (colour_map, saturated) != self._key:
            self._key = colour_map, saturated
            self._levelled = np.full(len(stamps), -1, np.int64)
            self._low, self._high = np.zeros(len(stamps)), np.zeros(len(stamps))
        rows = chosen[stamps[chosen] != self._levelled[chosen]]
        if len(rows):
            levels = ranges(_of(found, rows), colour_map)
            levels = tightened_each(levels, _sampled(maps, rows), saturated)
            self._low[rows], self._high[rows], self._levelled[rows] = levels.low, levels.high, stamps[rows]
        some = _of(found, chosen)
        return MapLevels(self._low[chosen], self._high[chosen], ranges(some, colour_map).kinds, some)


class _Wanted(NamedTuple):
    """A picture: which maps lie where in it, and in which colours."""

    mosaic: Mosaic
    tables: Palette
    chosen: NDArray[np.intp]
    stamps: Stamps
    levels: MapLevels


class _Copy:
    """The picture as it was painted last."""

    def __init__(self) -> None:
        self.pixels: Picture = np.zeros((0, 0, 4), np.uint8)
        self._made: _Wanted | None = None

    def bring(self, maps: Maps, wanted: _Wanted) -> None:
        """Make the picture what is wanted."""
        before, self._made = self._made, None
        tiles = np.arange(len(wanted.chosen)) if before is None else _outdated(before, wanted)
        if len(tiles) <= FEW_TILES and before is not None and before.mosaic == wanted.mosaic:
            for tile in tiles.tolist():
                _repaint(maps[wanted.chosen[tile]], wanted, tile, self.pixels)
        else:
            if self.pixels.shape[:2] != wanted.mosaic.size:
                self.pixels = np.empty((*wanted.mosaic.size, 4), np.uint8)
            paint_mosaic(_some(maps, wanted.chosen), wanted.levels, wanted.tables, wanted.mosaic, self.pixels)
        self._made = wanted


def _outdated(before: _Wanted, wanted: _Wanted) -> NDArray[np.intp]:
    """The tiles that do not show what is wanted."""
    if (before.mosaic, before.tables) != (wanted.mosaic, wanted.tables):
        return np.arange(len(wanted.chosen))
    old, new = before.levels, wanted.levels
    same = (before.chosen == wanted.chosen) & (before.stamps == wanted.stamps) & (old.kinds == new.kinds)
    return np.flatnonzero(~(same & (old.low == new.low) & (old.high == new.high)))


def _repaint(values: Maps, wanted: _Wanted, tile: int, pixels: Picture) -> None:
    top, left, height, width = wanted.mosaic.tile(tile)
    levels = wanted.levels[tile]
    out = pixels[top : top + height, left : left + width]
    paint_map(values, levels, wanted.tables.table(levels.kind), out, wanted.mosaic.factor)


def _chosen(count: int, only: int, order: Sequence[int]) -> NDArray[np.intp]:
    if 0 <= only < count:
        return np.array([only], np.intp)
    return np.asarray(order[:MAX_MAPS], np.intp) if order else np.arange(min(count, MAX_MAPS))


def _some(maps: Maps, rows: NDArray[np.intp]) -> Maps:
    """Some of the maps, without a copy where they lie side by side."""
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and bool((np.diff(rows) == 1).all()):
        return maps[rows[0] : rows[-1] + 1]
    return maps[rows]


def _sampled(maps: Maps, rows: NDArray[np.intp]) -> Maps:
    """Enough cells of some of the maps to choose their ranges by, [n, cells]."""
    flat = _some(maps, rows).reshape(len(rows), -1)
    return flat[:, :: max(1, flat.shape[1] // SAMPLE)] if len(maps) > MANY else flat


def _of(found: Statistics, rows: NDArray[np.intp]) -> Statistics:
    low, high, mean, finite, non_finite = found
    return Statistics(low[rows], high[rows], mean[rows], finite[rows], non_finite[rows])


def _all_alike(whole: Levels, each: MapLevels) -> MapLevels:
    count = len(each)
    return MapLevels(np.full(count, whole.low), np.full(count, whole.high), np.full(count, whole.kind), each.found)
