"""Pictures and maps as planes: painted into a free slot of the shared buffers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.buffers import PIXEL_BUDGET, PictureBuffers, View
from engine.display.levels import Levels, MapLevels, measure, measure_channels
from engine.display.paint import paint_colour, paint_frame, paint_map
from engine.display.reduce import reduced_size, reduction
from engine.display.tables import palette
from engine.protocol import Plane, Range
from engine.server.slots import SlotPool
from engine.spec.project import Project

Picture = NDArray[np.uint8]
COLOUR = "colour"
"""The table's name of a map whose three channels are shown as red, green and blue."""


def levels_of(values: NDArray[Any], project: Project) -> Levels | MapLevels:
    """The range of colours for a feature map: one, or one for each of three channels."""
    view, direction = project.view, project.filter.detector.kind == "direction"
    if values.ndim == 3:
        return measure_channels(values, view.scale, direction)
    return measure(values, view.colour_map, direction)


def paint_values(values: NDArray[Any], project: Project, dark: bool, out: Picture, factor: int = 1) -> Range:
    """Paint a feature map as the view settings say, and tell how."""
    levels = levels_of(values, project)
    if isinstance(levels, MapLevels):
        paint_colour(values, levels, out, factor)
        return _range(levels.shared(), COLOUR)
    tables = palette(project.view.colour_map, dark)
    paint_map(values, levels, tables.table(levels.kind), out, factor)
    return _range(levels, tables.name(levels.kind))


def _range(levels: Levels, table: str) -> Range:
    return Range(
        table=table,
        low=levels.low,
        high=levels.high,
        minimum=levels.minimum,
        maximum=levels.maximum,
        mean=levels.mean,
        bad_cells=levels.non_finite,
    )


class Painter:
    """Writes pictures where the window can see them. Ask the pool for room first."""

    def __init__(self, buffers: PictureBuffers, slots: SlotPool) -> None:
        self._buffers = buffers
        self._slots = slots

    def plane(self, view: View, rows: int, columns: int) -> tuple[Plane, Picture]:
        """A slot for a picture of that many cells, reduced if they are more than the screen needs."""
        factor = reduction(rows, columns, PIXEL_BUDGET)
        height, width = reduced_size(rows, columns, factor)
        slot = self._slots.take(view)
        memory = self._buffers.slot(view, slot, height, width)
        pixels = np.frombuffer(memory, np.uint8).reshape(height, width, 4)
        plane = Plane(
            view=view, slot=slot, height=height, width=width, rows=rows, columns=columns, reduction=factor
        )
        return plane, pixels

    def frame(self, pixels: Picture) -> Plane:
        """Show a frame in the input view."""
        plane, out = self.plane("input", *pixels.shape[:2])
        paint_frame(pixels, out, plane.reduction)
        return plane

    def map(self, values: NDArray[np.float32], project: Project, dark: bool) -> tuple[Plane, Range]:
        """Show a feature map."""
        plane, out = self.plane("map", *values.shape[:2])
        return plane, paint_values(values, project, dark, out, plane.reduction)
