"""Many maps of one size in one picture: where each tile lies, and all of them painted at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.display.entries import Ramp, entries
from engine.display.levels import Levels, MapLevels
from engine.display.paint import Picture, check_picture, paint_entries
from engine.display.reduce import reduce_map, reduced_size
from engine.display.statistics import real
from engine.display.tables import KINDS, Palette
from engine.errors import SpecError

_CHUNK = 1 << 18
"""Cells painted at a time: few enough for all that is made of them to stay in the processor's cache."""


class Cell(NamedTuple):
    """A cell of one of the maps of a mosaic."""

    tile: int
    row: int
    column: int


@dataclass(frozen=True)
class Mosaic:
    """Where the tiles of `count` maps of height × width cells lie.

    Tiles fill the mosaic row by row, with `gap` pixels between neighbours. Each shows its map divided by `factor`.
    """

    count: int
    height: int
    width: int
    rows: int
    columns: int
    gap: int
    factor: int = 1

    @property
    def tile_size(self) -> tuple[int, int]:
        """Height and width of a tile in pixels."""
        return reduced_size(self.height, self.width, self.factor)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the whole picture in pixels."""
        height, width = self.tile_size
        return self.rows * (height + self.gap) - self.gap, self.columns * (width + self.gap) - self.gap

    def tile(self, index: int) -> tuple[int, int, int, int]:
        """(top, left, height, width) of a tile in pixels."""
        height, width = self.tile_size
        row, column = divmod(index, self.columns)
        return row * (height + self.gap), column * (width + self.gap), height, width

    def tiles(self) -> tuple[tuple[int, int, int, int], ...]:
        """(top, left, height, width) of every tile."""
        return _tiles(self)

    def tile_at(self, row: int, column: int) -> Cell | None:
        """The map and its cell under a pixel of the mosaic; None in a gap, on an empty place and outside.

        Of a reduced map it is the first cell of the pixel's block.

        Example:
            >>> layout(6, 28, 28, aspect=1.5).tile_at(30, 33)
            Cell(tile=4, row=1, column=4)
        """
        height, width = self.tile_size
        tile_row, row_in_tile = divmod(row, height + self.gap)
        tile_column, column_in_tile = divmod(column, width + self.gap)
        index = tile_row * self.columns + tile_column
        on_a_tile = row_in_tile < height and column_in_tile < width
        if not (on_a_tile and 0 <= tile_column < self.columns and tile_row >= 0 and index < self.count):
            return None
        return Cell(index, row_in_tile * self.factor, column_in_tile * self.factor)


@lru_cache(maxsize=16)
def _tiles(mosaic: Mosaic) -> tuple[tuple[int, int, int, int], ...]:
    return tuple(mosaic.tile(index) for index in range(mosaic.count))


@lru_cache(maxsize=64)
def layout(
    count: int, height: int, width: int, aspect: float = 1.6, gap: int = 1, budget: int = 4 * 1024 * 1024
) -> Mosaic:
    """Tiles for `count` maps of height × width cells, in a picture about `aspect` times as wide as high.

    Maps are reduced, all alike, as far as the picture needs to have at most `budget` pixels.

    Raises:
        SpecError: there is no map, or there are more maps than pixels to show them.

    Example:
        >>> layout(512, 28, 28).size
        (521, 840)
    """
    if count < 1 or height < 1 or width < 1:
        raise SpecError(f"{count} maps of {height}×{width} cells have nothing to show; at least one of 1×1 is needed.")
    rows = round(math.sqrt(count * (width + gap) / ((height + gap) * aspect)))
    columns = math.ceil(count / min(max(rows, 1), count))
    rows = math.ceil(count / columns)
    factor = 1
    while True:
        made = Mosaic(count, height, width, rows, columns, gap, factor)
        if math.prod(made.size) <= budget:
            return made
        if factor >= max(height, width):
            raise SpecError(f"{count:,} maps do not fit into a picture of {budget:,} pixels; choose fewer of them.")
        factor += 1


def paint_mosaic(
    values: NDArray[Any], levels: Levels | MapLevels, palette: Palette, mosaic: Mosaic, out: Picture
) -> None:
    """Paint N maps into one picture; each looks exactly as `paint_map` would paint it alone.

    Args:
        values: [N, height, width] real numbers; float32 is fast.
        levels: one range for all maps or a range for each, from `measure_each`.
        palette: the table for each kind of range, and the colour of the gaps.
        mosaic: from `layout`.
        out: uint8 of the mosaic's size × 4; every byte is written.
    """
    if values.shape != (mosaic.count, mosaic.height, mosaic.width):
        wanted = f"{mosaic.count}×{mosaic.height}×{mosaic.width}"
        raise ValueError(f"the mosaic is for maps of {wanted}, not {'×'.join(map(str, values.shape))}")
    check_picture(out, *mosaic.size)
    numbers, ranges = real(values), _ranges(levels, len(values))
    pixels, background = out.view(np.int32)[..., 0], _packed(palette)
    _paint_gaps(pixels, mosaic, background)
    places = _places(pixels, mosaic)
    step = max(1, _CHUNK // (mosaic.columns * mosaic.height * mosaic.width))
    for row in range(0, mosaic.rows, step):
        some = slice(row * mosaic.columns, (row + step) * mosaic.columns)
        tiles = _coloured(numbers[some], ranges.of(some), palette, mosaic)
        _place(tiles, places[row : row + step], background)


class _Ranges(NamedTuple):
    """The ends and the kind of each map's range, arrays [N]."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    kinds: NDArray[np.str_]

    def of(self, some: slice) -> _Ranges:
        """Those of some of the maps."""
        return _Ranges(self.low[some], self.high[some], self.kinds[some])

    def ramp(self, chosen: NDArray[np.intp]) -> Ramp:
        """For maps one to a row; simpler, and faster, where they share one range."""
        low, high = self.low[chosen, None], self.high[chosen, None]
        shared = bool((low == low[0]).all() and (high == high[0]).all())
        return Ramp(low[0], high[0]) if shared else Ramp(low, high)


def _ranges(levels: Levels | MapLevels, count: int) -> _Ranges:
    if isinstance(levels, MapLevels):
        return _Ranges(levels.low, levels.high, levels.kinds)
    return _Ranges(np.full(count, levels.low), np.full(count, levels.high), np.full(count, levels.kind))


def _coloured(values: NDArray[np.floating], ranges: _Ranges, palette: Palette, mosaic: Mosaic) -> NDArray[np.int32]:
    """[N, tile height, tile width], every pixel one 32-bit number. Maps of one kind are coloured together."""
    made = np.empty((len(values), *mosaic.tile_size), np.int32)
    for kind in KINDS:
        chosen = np.flatnonzero(ranges.kinds == kind)
        if not len(chosen):
            continue
        everything = len(chosen) == len(values)
        shown = reduce_map(values if everything else values[chosen], mosaic.factor, kind)
        rows = np.ascontiguousarray(shown).reshape(len(chosen), -1)
        target = made if everything else np.empty((len(chosen), *mosaic.tile_size), np.int32)
        picture = target.view(np.uint8).reshape(*rows.shape, 4)
        paint_entries(entries(rows, ranges.ramp(chosen)), palette.table(kind), picture)
        if not everything:
            made[chosen] = target
    return made


def _place(tiles: NDArray[np.int32], places: NDArray[np.int32], background: int) -> None:
    """Copy the tiles to their places, and the background to places without a tile."""
    _, columns, height, width = places.shape
    full, rest = divmod(len(tiles), columns)
    places[:full] = tiles[: full * columns].reshape(full, columns, height, width)
    if rest:
        places[full, :rest] = tiles[full * columns :]
        places[full, rest:] = background


def _places(pixels: NDArray[np.int32], mosaic: Mosaic) -> NDArray[np.int32]:
    """[rows, columns, tile height, tile width]: a view of the picture without its gaps."""
    height, width = mosaic.tile_size
    line, pixel = pixels.strides
    strides = ((height + mosaic.gap) * line, (width + mosaic.gap) * pixel, line, pixel)
    return np.lib.stride_tricks.as_strided(pixels, (mosaic.rows, mosaic.columns, height, width), strides)


def _paint_gaps(pixels: NDArray[np.int32], mosaic: Mosaic, background: int) -> None:
    height, width = mosaic.tile_size
    for row in range(1, mosaic.rows):
        end = row * (height + mosaic.gap)
        pixels[end - mosaic.gap : end] = background
    for column in range(1, mosaic.columns):
        end = column * (width + mosaic.gap)
        pixels[:, end - mosaic.gap : end] = background


def _packed(palette: Palette) -> int:
    """The background as one 32-bit number in the memory order of the picture."""
    red, green, blue = palette.background
    return int(np.array([blue, green, red, 255], np.uint8).view(np.int32)[0])
