"""One plane of a layer's input and one of its output, painted."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.display.contrast import tightened
from engine.display.levels import Levels, measure
from engine.display.paint import paint_map
from engine.display.tables import palette
from engine.protocol import Plane, Range, Show
from engine.server.paint import Painter, range_of

Array = NDArray[np.float32]


def paint_input(painter: Painter, values: Array, show: Show) -> tuple[Plane, Range]:
    """An input plane [H, W] in grey: 0 is black and 1 is white, unless there is more."""
    levels = measure(values, "grey")
    levels = msgspec.structs.replace(levels, low=min(levels.minimum, 0.0), high=max(levels.maximum, 1.0))
    return _painted(painter, "layer", values, levels, show, "grey")


def paint_output(painter: Painter, maps: Array, place: int, show: Show) -> tuple[Plane, Range]:
    """One of the output's planes [N, H, W], in the colours that the project's view chooses."""
    view, values = show.project.view, maps[place]
    measured = maps if view.scale == "shared" else values
    levels = tightened(measure(measured, view.colour_map), measured, view.saturated)
    return _painted(painter, "maps", values, levels, show, view.colour_map)


def _painted(
    painter: Painter, view: str, values: Array, levels: Levels, show: Show, colours: str
) -> tuple[Plane, Range]:
    assert view in ("layer", "maps")
    assert colours in ("auto", "diverging", "viridis", "grey", "magma", "cividis")
    plane, out = painter.plane(view, *values.shape)  # type: ignore[arg-type]
    tables = palette(colours, show.dark)  # type: ignore[arg-type]
    paint_map(values, levels, tables.table(levels.kind), out, plane.reduction)
    return plane, range_of(levels, tables.name(levels.kind))
