"""Pictures and maps as planes: painted into a free slot of the shared buffers."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.buffers import PictureBuffers, View, budget
from engine.display.contrast import tightened
from engine.display.levels import Levels, MapLevels, measure, measure_channels
from engine.display.paint import paint_colour, paint_frame, paint_map
from engine.display.reduce import reduced_size, reduction
from engine.display.tables import palette
from engine.display.thumbnails import widest
from engine.frames import Frame
from engine.protocol import Plane, Range
from engine.server.slots import SlotPool
from engine.spec.project import Project

Picture = NDArray[np.uint8]
COLOUR = "colour"
"""The table's name of a map whose three channels are shown as red, green and blue."""


def levels_of(values: NDArray[Any], project: Project, shared: Levels | None = None) -> Levels | MapLevels:
    """The range of colours for a feature map: one, or one for each of three channels.

    `shared` is the range of the other maps on the page; it counts where the scale is shared.
    """
    view, direction = project.view, project.filter.detector.kind == "direction"
    if values.ndim == 3:
        return measure_channels(values, view.scale, direction)
    levels = tightened(measure(values, view.colour_map, direction), values, view.saturated)
    if view.scale == "own" or shared is None or direction:
        return levels
    both = widest([levels, shared])
    return msgspec.structs.replace(levels, low=both.low, high=both.high, kind=both.kind)


def paint_values(
    values: NDArray[Any], project: Project, dark: bool, out: Picture, factor: int = 1, shared: Levels | None = None
) -> Range:
    """Paint a feature map as the view settings say, and tell how."""
    levels = levels_of(values, project, shared)
    if isinstance(levels, MapLevels):
        paint_colour(values, levels, out, factor)
        return range_of(levels.shared(), COLOUR)
    tables = palette(project.view.colour_map, dark)
    # What was measured of this very map; a shared range changes only the ends of the colours.
    bounds = (levels.minimum, levels.maximum) if levels.count == values.size else None
    paint_map(values, levels, tables.table(levels.kind), out, factor, bounds)
    return range_of(levels, tables.name(levels.kind))


def range_of(levels: Levels, table: str) -> Range:
    """Levels as the window is told them."""
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
        factor = reduction(rows, columns, budget(view))
        height, width = reduced_size(rows, columns, factor)
        slot = self._slots.take(view)
        memory = self._buffers.slot(view, slot, height, width)
        pixels = np.frombuffer(memory, np.uint8).reshape(height, width, 4)
        plane = Plane(view=view, slot=slot, height=height, width=width, rows=rows, columns=columns, reduction=factor)
        return plane, pixels

    def frame(self, pixels: Picture) -> Plane:
        """Show a frame in the input view."""
        plane, out = self.plane("input", *pixels.shape[:2])
        paint_frame(pixels, out, plane.reduction)
        return plane

    def moving(self, frame: Frame, small: Frame) -> Plane:
        """Show a frame in the input view that was made smaller because it moves."""
        plane = self.frame(small.pixels)
        return of_larger(plane, (frame.pixels.shape[0], frame.pixels.shape[1]))

    def map(
        self, values: NDArray[np.float32], project: Project, dark: bool, shared: Levels | None
    ) -> tuple[Plane, Range]:
        """Show a feature map."""
        plane, out = self.plane("map", *values.shape[:2])
        return plane, paint_values(values, project, dark, out, plane.reduction, shared)


def of_larger(plane: Plane, size: tuple[int, int]) -> Plane:
    """A plane of what was worked on smaller, for a picture of `size` (height, width)."""
    factor = max(round(size[0] / plane.height), 1)
    return msgspec.structs.replace(plane, rows=size[0], columns=size[1], reduction=factor, live=True)
