"""Many feature maps as one picture."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.buffers import budget
from engine.display.contrast import tightened
from engine.display.levels import Levels, MapLevels, measure
from engine.display.mosaic import layout, paint_mosaic
from engine.display.tables import palette
from engine.display.thumbnails import widest
from engine.protocol import Box, Plane, Range, Show
from engine.server.paint import Painter, range_of
from engine.spec.view import ViewSpec

MAX_MAPS = 4096
ASPECT = 1.3


def paint_maps(
    painter: Painter, maps: NDArray[np.float32], show: Show, direction: bool = False, aspect: float = ASPECT
) -> tuple[Plane, tuple[Box, ...], Range]:
    """Paint maps [N, H, W], or the one that `show.only` names, into a slot of the view "maps".

    `direction` says that they are angles; `aspect` is how wide the picture is to be for its height.

    Returns:
        The plane, each map's tile in it, and the range of colours with what was measured on all maps.
    """
    chosen = maps[show.only : show.only + 1] if 0 <= show.only < len(maps) else maps[:MAX_MAPS]
    view = show.project.view
    each = _levels(chosen, view, direction)
    whole = widest(each)
    # A layer of single values would otherwise give each of them a range of its own, and so one of two colours.
    single = chosen.shape[1] * chosen.shape[2] == 1
    levels = whole if single or view.scale == "shared" else MapLevels.of(each)
    height, width = chosen.shape[1:]
    mosaic = layout(len(chosen), height, width, aspect, _gap(chosen), budget("maps"))
    plane, out = painter.plane("maps", *mosaic.size)
    tables = palette(view.colour_map, show.dark)
    paint_mosaic(chosen, levels, tables, mosaic, out)
    found = measure(maps)
    return plane, mosaic.tiles(), range_of(_measured(whole, found), tables.name(whole.kind))


def _levels(maps: NDArray[np.float32], view: ViewSpec, direction: bool) -> list[Levels]:
    """The range of each map; all are of one kind, so that one legend is true of all."""
    signed = view.colour_map == "auto" and bool((maps < 0).any())
    colours = "diverging" if signed else view.colour_map
    return [tightened(measure(values, colours, direction), values, view.saturated) for values in maps]


def _gap(maps: NDArray[Any]) -> int:
    return 0 if maps.shape[1] * maps.shape[2] == 1 else max(1, min(min(maps.shape[1:]) // 14, 8))


def _measured(shown: Levels, found: Levels) -> Levels:
    """The range that is shown, with what was measured on all maps."""
    return msgspec.structs.replace(
        shown, minimum=found.minimum, maximum=found.maximum, mean=found.mean, non_finite=found.non_finite
    )
