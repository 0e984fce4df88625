"""Pictures and maps as planes: painted into a free slot of the shared buffers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
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
from engine.filtering.run import Cancelled
from engine.frames import Frame
from engine.protocol import Box, Plane, Range
from engine.server.slots import SlotPool
from engine.spec.project import Project

Picture = NDArray[np.uint8]
Stale = Callable[[], bool]
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
    values: NDArray[Any],
    project: Project,
    dark: bool,
    out: Picture,
    factor: int = 1,
    shared: Levels | None = None,
    part: Box | None = None,
    stale: Stale | None = None,
) -> Range:
    """Paint a feature map, or `part` of it, as the view settings say, and tell how; `Cancelled` if it turns stale."""
    levels = levels_of(values, project, shared)
    whole, values = values, cut(values, part)
    if isinstance(levels, MapLevels):
        paint_colour(values, levels, out, factor)
        return range_of(levels.shared(), COLOUR)
    tables = palette(project.view.colour_map, dark)
    # What was measured of this very map; a shared range changes only the ends of the colours.
    bounds = (levels.minimum, levels.maximum) if levels.count == whole.size else None
    paint_map(values, levels, tables.table(levels.kind), out, factor, bounds, stale)
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
        self.written: Counter[tuple[View, int]] = Counter()
        """How often each slot was given out to be painted."""

    def plane(self, view: View, rows: int, columns: int) -> tuple[Plane, Picture]:
        """A slot for a picture of that many cells, reduced if they are more than the screen needs."""
        factor = reduction(rows, columns, budget(view))
        height, width = reduced_size(rows, columns, factor)
        slot = self._slots.take(view)
        self.written[view, slot] += 1
        memory = self._buffers.slot(view, slot, height, width)
        pixels = np.frombuffer(memory, np.uint8).reshape(height, width, 4)
        plane = Plane(view=view, slot=slot, height=height, width=width, rows=rows, columns=columns, reduction=factor)
        return plane, pixels

    def frame(self, pixels: Picture, sight: Box | None = None) -> Plane:
        """Show a frame in the input view, or what is in sight of it."""
        part = finer(sight, (pixels.shape[0], pixels.shape[1]), "input")
        shown = cut(pixels, part)
        plane, out = self.plane("input", *shown.shape[:2])
        paint_frame(shown, out, plane.reduction)
        return of_part(plane, part, pixels.shape)

    def moving(self, frame: Frame, small: Frame) -> Plane:
        """Show a frame in the input view that was made smaller because it moves."""
        plane = self.frame(small.pixels)
        return of_larger(plane, (frame.pixels.shape[0], frame.pixels.shape[1]))

    def map(
        self,
        values: NDArray[np.float32],
        project: Project,
        dark: bool,
        shared: Levels | None,
        sight: Box | None = None,
        stale: Stale | None = None,
    ) -> tuple[Plane, Range]:
        """Show a feature map, or what is in sight of it; raises `Cancelled` when it turns stale."""
        part = finer(sight, (values.shape[0], values.shape[1]), "map")
        plane, out = self.plane("map", *cut(values, part).shape[:2])
        try:
            told = paint_values(values, project, dark, out, plane.reduction, shared, part, stale)
        except Cancelled:
            self._slots.release("map", plane.slot)
            raise
        return of_part(plane, part, values.shape), told


def of_larger(plane: Plane, size: tuple[int, int]) -> Plane:
    """A plane of what was worked on smaller, for a picture of `size` (height, width)."""
    factor = max(round(size[0] / plane.height), 1)
    return msgspec.structs.replace(plane, rows=size[0], columns=size[1], reduction=factor, live=True)


def finer(sight: Box | None, size: tuple[int, int], view: View) -> Box | None:
    """What lies in the picture of the cells in sight, if they can be painted finer than the whole can.

    Example:
        >>> finer((2900, 0, 500, 500), (3000, 4000), "map"), finer((0, 0, 9, 9), (30, 40), "map")
        ((2900, 0, 100, 500), None)
    """
    if sight is None:
        return None
    top, left = max(sight[0], 0), max(sight[1], 0)
    height, width = min(sight[0] + sight[2], size[0]) - top, min(sight[1] + sight[3], size[1]) - left
    if height < 1 or width < 1 or reduction(height, width, budget(view)) >= reduction(*size, budget(view)):
        return None
    return top, left, height, width


def cut(values: NDArray[Any], part: Box | None) -> NDArray[Any]:
    """A part of a picture; all of it if None."""
    if part is None:
        return values
    top, left, height, width = part
    return values[top : top + height, left : left + width]


def of_part(plane: Plane, part: Box | None, shape: tuple[int, ...]) -> Plane:
    """A plane that shows a part of a picture of that shape."""
    if part is None:
        return plane
    return msgspec.structs.replace(plane, rows=shape[0], columns=shape[1], part=part)
