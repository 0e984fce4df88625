"""Maps and frames as pictures, against pyqtgraph's own ways and the numpy lines of a tutorial (SPEED P4)."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import cv2
import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QImage

from app.widgets.picture_item import PictureItem
from engine.display.levels import measure
from engine.display.mosaic import layout, paint_mosaic
from engine.display.paint import paint_frame, paint_map
from engine.display.tables import palette
from engine.server.mosaics import map_levels
from engine.spec.view import ViewSpec

SIDE = 28
WINDOW = (1024, 768)
Step = Callable[[], object]


def run(quick: bool) -> list[dict[str, Any]]:
    """Every row: peer and ours in A B B A blocks; the ratio of their medians, and the blocks' own from 10 to 90 %."""
    blocks = 7 if quick else 15
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        return [
            _mosaic_against_items(blocks),
            _mosaic_against_the_clock(blocks),
            *_map_1080p(blocks),
            _frame_720p(blocks),
        ]
    finally:
        cv2.setNumThreads(threads)


def _mosaic_against_items(blocks: int) -> dict[str, Any]:
    pg.mkQApp()
    maps = cycle(_maps(512))
    peer, ours = _Items(512), _OneMosaic(512)
    row = _compare("512 maps 28x28, changing", lambda: peer.show(next(maps)), lambda: ours.show(next(maps)), blocks)
    peer.view.close()
    ours.view.close()
    return {**row, "goal": 20.0, "peer": "512 ImageItems, levels and paint"}


def _mosaic_against_the_clock(blocks: int) -> dict[str, Any]:
    pg.mkQApp()
    maps, ours = cycle(_maps(2048)), _OneMosaic(2048)
    times = [_time(lambda: ours.show(next(maps)), 1) for _ in range(4 * blocks)]
    ours.view.close()
    shares = (1000 / 60) / np.array(times[3:])
    return {
        "name": "2048 maps 28x28, changing",
        "goal": 1.0,
        "peer": "60 pictures a second",
        "ratio": float(np.median(shares)),
        "spread": _spread(shares),
        "peer_ms": 1000 / 60,
        "ours_ms": float(np.median(times[3:])),
        "note": f"p95 {np.percentile(times[3:], 95):.1f} ms",
    }


def _map_1080p(blocks: int) -> list[dict[str, Any]]:
    maps = cycle(np.random.default_rng(0).normal(size=(2, 1080, 1920)).astype(np.float32))
    out = np.empty((1080, 1920, 4), np.uint8)
    tables = palette()
    lookup = np.ascontiguousarray(tables.table("diverging")[:, [2, 1, 0, 3]])

    def ours() -> None:
        values = next(maps)
        levels = measure(values)
        paint_map(values, levels, tables.table(levels.kind), out)

    def pyqtgraph() -> None:
        values = next(maps)
        reach = max(-values.min(), values.max())
        pg.functions.makeARGB(values, lut=lookup, levels=(-reach, reach), output=out)

    def numpy() -> None:
        values = next(maps)
        reach = np.abs(values).max()
        lookup[np.clip((values + reach) / (2 * reach) * 255, 0, 255).astype(np.uint8)]

    name = "1080p map, levels and colours"
    return [
        {**_compare(name, pyqtgraph, ours, blocks), "goal": 2.0, "peer": "pyqtgraph makeARGB into a kept array"},
        {**_compare(name, numpy, ours, blocks), "goal": 5.0, "peer": "numpy: scale, clip, table[index]"},
    ]


def _frame_720p(blocks: int) -> dict[str, Any]:
    frame = np.random.default_rng(1).integers(0, 256, (720, 1280, 3), np.uint8)
    out = np.full((720, 1280, 4), 255, np.uint8)

    def peer() -> None:
        out[..., :3] = frame[..., ::-1]

    row = _compare("720p frame to RGB32", peer, lambda: paint_frame(frame, out), blocks, repeats=5)
    return {**row, "goal": 2.0, "peer": "numpy: swap channels into a kept array"}


class _Items:
    """The peer: one pyqtgraph ImageItem a map, with the same table and its own automatic levels."""

    def __init__(self, count: int) -> None:
        self.view, box = _view()
        mosaic = layout(count, SIDE, SIDE)
        lookup = palette().table("diverging")[:, [2, 1, 0]]
        self._items = []
        for top, left, _, _ in mosaic.tiles():
            item = pg.ImageItem(axisOrder="row-major")
            item.setLookupTable(lookup)
            item.setPos(left, top)
            box.addItem(item)
            self._items.append(item)
        _fit(self.view, box, mosaic.size)

    def show(self, maps: np.ndarray) -> None:
        for item, values in zip(self._items, maps, strict=True):
            item.setImage(values)
        self.view.viewport().repaint()


class _OneMosaic:
    """Ours: levels, colours and one picture, in the item that the window paints it with."""

    def __init__(self, count: int) -> None:
        self.view, box = _view()
        self._mosaic, self._palette, self._item = layout(count, SIDE, SIDE), palette(), PictureItem()
        height, width = self._mosaic.size
        self._pixels = np.zeros((height, width, 4), np.uint8)
        image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        box.addItem(self._item)
        self._item.set_image(image, height, width)
        _fit(self.view, box, self._mosaic.size)

    def show(self, maps: np.ndarray) -> None:
        paint_mosaic(maps, map_levels(maps, ViewSpec()), self._palette, self._mosaic, self._pixels)
        self.view.viewport().repaint()


def _view() -> tuple[pg.GraphicsView, pg.ViewBox]:
    view, box = pg.GraphicsView(), pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False)
    view.setCentralItem(box)
    view.resize(*WINDOW)
    view.show()
    return view, box


def _fit(view: pg.GraphicsView, box: pg.ViewBox, size: tuple[int, int]) -> None:
    box.setRange(xRange=(0, size[1]), yRange=(0, size[0]), padding=0, disableAutoRange=True)
    for _ in range(3):
        pg.QtWidgets.QApplication.processEvents()
    view.viewport().repaint()


def _maps(count: int) -> np.ndarray:
    """Four pictures of `count` maps each."""
    return np.random.default_rng(2).normal(size=(4, count, SIDE, SIDE)).astype(np.float32)


def _compare(name: str, peer: Step, ours: Step, blocks: int, repeats: int = 1) -> dict[str, Any]:
    for step in (peer, ours) * 3:
        step()
    peers, own = [], []
    gc.collect()
    gc.disable()
    try:
        for _ in range(blocks):
            order = (peer, ours, ours, peer)
            first, second, third, fourth = (_time(step, repeats) for step in order)
            peers.append((first, fourth))
            own.append((second, third))
    finally:
        gc.enable()
    return {
        "name": name,
        "ratio": float(np.median(peers) / np.median(own)),
        "spread": _spread(np.sum(peers, axis=1) / np.sum(own, axis=1)),
        "peer_ms": float(np.median(peers)),
        "ours_ms": float(np.median(own)),
        "note": f"p95 {np.percentile(own, 95):.2f} ms",
    }


def _time(step: Step, repeats: int) -> float:
    """Milliseconds for one step."""
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    return (time.perf_counter() - start) * 1000 / repeats


def _spread(ratios: np.ndarray) -> tuple[float, float]:
    return float(np.percentile(ratios, 10)), float(np.percentile(ratios, 90))
