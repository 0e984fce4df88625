"""Tells the engine which cells of a large picture are in sight, so that these are painted as fine as they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from app.state.engine_link import EngineLink
from app.widgets.picture_view import PictureView
from engine.buffers import PIXEL_BUDGET
from engine.protocol.message import Box

MARGIN = 0.5
"""Of the size in sight, painted beyond it at each side: a small move needs nothing new."""
SNAP = 64
MUCH = 16
"""A box so many times larger than what is in sight is painted too coarsely."""


class InSight(QObject):
    """Follows the zoom of the two pictures; whatever fits into a slot as a whole needs none of this."""

    def __init__(
        self, link: EngineLink, input_view: PictureView, map_view: PictureView, counts: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._link = link
        self._counts = counts
        self._views = {"sight": input_view, "map_sight": map_view}
        self._boxes: dict[str, Box | None] = {"sight": None, "map_sight": None}
        for view in self._views.values():
            view.region_changed.connect(self._tell)
            view.extent_changed.connect(self._tell)

    def fields(self) -> dict[str, Any]:
        """What a `Show` says of it."""
        self._boxes = {name: box_in_sight(view, self._boxes[name]) for name, view in self._views.items()}
        return dict(self._boxes)

    def _tell(self) -> None:
        before = self._boxes
        if self._counts() and self.fields() != before:
            self._link.ask()


def box_in_sight(view: PictureView, before: Box | None) -> Box | None:
    """The cells in sight and some around them; `before` as long as it will do, and None where all of them fit."""
    extent = view.extent()
    if extent is None or math.prod(extent) <= PIXEL_BUDGET:
        return None
    region = view.region()
    rows = _seen(region.top(), region.height(), extent[0], 0.0)
    columns = _seen(region.left(), region.width(), extent[1], 0.0)
    if before is not None and _holds(before, rows, columns):
        return before
    top, height = _seen(region.top(), region.height(), extent[0], MARGIN)
    left, width = _seen(region.left(), region.width(), extent[1], MARGIN)
    return None if (height, width) == extent else (top, left, height, width)


def _seen(start: float, size: float, cells: int, margin: float) -> tuple[int, int]:
    """The first of the cells along one side, and how many; in whole steps, so that a small move changes nothing."""
    first = max(math.floor((start - margin * size) / SNAP) * SNAP, 0) if margin else max(math.floor(start), 0)
    last = start + size * (1 + margin)
    end = min(math.ceil(last / SNAP) * SNAP if margin else math.ceil(last), cells)
    return min(first, cells - 1), max(end - first, 1)


def _holds(box: Box, rows: tuple[int, int], columns: tuple[int, int]) -> bool:
    top, left, height, width = box
    inside = top <= rows[0] and sum(rows) <= top + height and left <= columns[0] and sum(columns) <= left + width
    return inside and height * width <= MUCH * rows[1] * columns[1]
