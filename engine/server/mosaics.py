"""Many feature maps as one picture."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.buffers import budget
from engine.display.contrast import tightened_each
from engine.display.levels import Levels, MapLevels, measure_each
from engine.display.mosaic import layout, paint_mosaic
from engine.display.tables import palette
from engine.protocol import Box, Plane, Range, Show
from engine.server.paint import Painter, range_of
from engine.spec.view import ViewSpec

MAX_MAPS = 4096
ASPECT = 1.3
Maps = NDArray[np.float32]


def paint_maps(
    painter: Painter,
    maps: Maps,
    show: Show,
    direction: bool = False,
    aspect: float = ASPECT,
    order: Sequence[int] | None = None,
) -> tuple[Plane, tuple[Box, ...], Range]:
    """Paint maps [N, H, W], or the one that `show.only` names, into a slot of the view "maps".

    `direction` says that they are angles; `aspect` is how wide the picture is to be for its height; `order` are the
    numbers of the maps that are laid out, all of them as they are counted if left out.

    Returns:
        The plane, each map's tile in it, and the range of colours with what was measured on all maps.
    """
    view = show.project.view
    chosen = _chosen(maps, show.only, order)
    each = map_levels(chosen, view, direction)
    whole = widest_of(each)
    # A layer of single values would otherwise give each of them a range of its own, and so one of two colours.
    single = chosen.shape[1] * chosen.shape[2] == 1
    levels = whole if single or view.scale == "shared" else each
    height, width = chosen.shape[1:]
    mosaic = layout(len(chosen), height, width, aspect, gap_between(height, width), budget("maps"))
    plane, out = painter.plane("maps", *mosaic.size)
    tables = palette(view.colour_map, show.dark)
    paint_mosaic(chosen, levels, tables, mosaic, out)
    found = each if len(chosen) == len(maps) else measure_each(maps)
    return plane, mosaic.tiles(), range_of(measured(whole, found.shared()), tables.name(whole.kind))


def _chosen(maps: Maps, only: int, order: Sequence[int] | None) -> Maps:
    if 0 <= only < len(maps):
        return maps[only : only + 1]
    return maps[:MAX_MAPS] if order is None else maps[np.asarray(order[:MAX_MAPS], np.intp)]


def map_levels(maps: Maps, view: ViewSpec, direction: bool = False) -> MapLevels:
    """The range of each map; all are of one kind, so that one legend is true of all."""
    found = measure_each(maps, view.colour_map, direction)
    if view.colour_map == "auto" and len(set(found.kinds.tolist())) > 1:
        found = measure_each(maps, "diverging", direction)
    return tightened_each(found, maps, view.saturated)


def widest_of(each: MapLevels) -> Levels:
    """One range that holds all of these; symmetric around zero as soon as one of them is."""
    low, high = float(each.low.min()), float(each.high.max())
    kind = each[0].kind
    if kind == "diverging":
        low, high = -max(-low, high), max(-low, high)
    return Levels(low=low, high=high, kind=kind)


def gap_between(height: int, width: int) -> int:
    """Pixels between the tiles of maps of this size."""
    if height * width == 1:
        return 0
    return max(1, min(max(height, width) // 14, height, width, 8))


def measured(shown: Levels, found: Levels) -> Levels:
    """The range that is shown, with what was measured on all maps."""
    return msgspec.structs.replace(
        shown, minimum=found.minimum, maximum=found.maximum, mean=found.mean, non_finite=found.non_finite
    )
