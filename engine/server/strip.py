"""Every layer in sight as one small mosaic: the network at a glance."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.display.mosaic import Mosaic, layout, paint_mosaic
from engine.display.tables import Palette, palette
from engine.forward.origins import INPUT, origins
from engine.protocol import Box, Plane, Show
from engine.server.mosaics import map_levels
from engine.server.paint import Painter, Picture
from engine.spec.view import ViewSpec

SIDE = 80
"""Pixels of height and width that a layer has."""
MOST_LAYERS = 128
MOST_MAPS = 16
MOST_VALUES = 1024
SECONDS = 1 / 15
"""Between two pictures: the maps that are shown large come with every frame, and these need not."""
Maps = NDArray[np.float32]


class Glances:
    """Says when the layers at a glance are to be painted again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._show = -1
        self._at = 0.0
        self._missed = False

    def due(self, show: Show) -> tuple[str, ...]:
        """The layers that are to be painted now; none if they were painted just before."""
        if show.id == self._show and self._clock() - self._at < SECONDS:
            return ()
        known = {INPUT, *origins(show.project.network)} if show.strip else set()
        return tuple(path for path in dict.fromkeys(show.strip[:MOST_LAYERS]) if path in known)

    def made(self, show: Show, painted: bool) -> None:
        """A frame was shown, among the layers at a glance as well or not."""
        self._missed = bool(show.strip) and not painted
        if painted:
            self._show, self._at = show.id, self._clock()

    @property
    def behind(self) -> bool:
        """Whether the newest frame was not painted, and it is time that it was."""
        return self._missed and self._clock() - self._at >= SECONDS


def paint_strip(painter: Painter, made: Mapping[str, Maps], show: Show) -> tuple[Plane, tuple[Box, ...]]:
    """Paint the maps [N, H, W] of each layer beside those of the one before, into a slot of the view "strip".

    Only the first maps of a layer are painted: as many as can be told apart on so little room.

    Returns:
        The plane, and where each layer lies in it.
    """
    plane, out = painter.plane("strip", SIDE, SIDE * len(made))
    tables = palette(show.project.view.colour_map, show.dark)
    out[:] = (*tables.background[::-1], 255)
    boxes = []
    for place, maps in enumerate(made.values()):
        height, width = _paint(maps, show.project.view, tables, out[:, place * SIDE : (place + 1) * SIDE])
        boxes.append((0, place * SIDE, height, width))
    return plane, tuple(boxes)


def _paint(maps: Maps, view: ViewSpec, tables: Palette, out: Picture) -> tuple[int, int]:
    """Paint some maps into the corner of a square; how large the picture has become."""
    small, mosaic = _small(maps)
    picture = np.empty((*mosaic.size, 4), np.uint8)
    paint_mosaic(small, map_levels(small, view), tables, mosaic, picture)
    height, width = mosaic.size
    out[:height, :width] = picture
    return height, width


def _small(maps: Maps) -> tuple[Maps, Mosaic]:
    """The maps that are shown, each made small enough, and where they lie."""
    if maps.shape[1] * maps.shape[2] == 1:
        values = maps[:MOST_VALUES].reshape(1, -1)
        columns = int(np.ceil(np.sqrt(values.size)))
        rows = -(-values.size // columns)
        grid = np.zeros((1, rows, columns), np.float32)
        grid.ravel()[: values.size] = values
        return grid, layout(1, rows, columns, 1.0, 0)
    some = maps[:MOST_MAPS]
    rows, columns = layout(len(some), some.shape[1], some.shape[2], 1.0, 1).size
    factor = max(rows, columns, SIDE) / SIDE
    while True:
        height, width = (max(1, int(side / factor)) for side in some.shape[1:])
        mosaic = layout(len(some), height, width, 1.0, 1)
        if max(mosaic.size) <= SIDE:
            return _resized(_thinned(some, height, width), height, width) if factor > 1 else some, mosaic
        factor *= 1.05


def _thinned(maps: Maps, height: int, width: int) -> Maps:
    """Every so many-th cell, of which at least two stand for each that is shown."""
    step = max(1, min(maps.shape[1] // (2 * height), maps.shape[2] // (2 * width)))
    return np.ascontiguousarray(maps[:, ::step, ::step])


def _resized(maps: Maps, height: int, width: int) -> Maps:
    return np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA) for one in maps])
