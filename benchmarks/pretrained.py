"""EfficientNet-Lite0 on a playing clip: maps and prediction live in the window, against a plain loop that paints."""

from __future__ import annotations

import itertools
import time
from typing import Any

import msgspec
import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from app.workbench import Workbench
from benchmarks.measure import percentile
from benchmarks.stage import live, stage, until
from engine.frames import read_image
from engine.presets.learned import learned
from engine.protocol import Maps
from engine.spec.source import Clip

NAME = "efficientnet-lite0"
LAYERS = ("stem_relu", "block6_expand_relu", "head_relu")
"""An early layer, one in the middle, and the last with maps."""
SIZES = (480, 640)
GOAL = 8.0
"""Frames a second."""
GAP = 0.05
"""Seconds that the window may be still, at p99."""


class Textbook:
    """The same network in torch with a hook, resized and normalised by hand, an ImageItem for each map."""

    def __init__(self, application: QApplication, layer: str) -> None:
        import torch

        from engine.train import pretrained

        self._torch, self._application = torch, application
        self._module = pretrained(NAME).module
        self._made: list[Any] = []
        part = self._module.get_submodule(layer)
        part.register_forward_hook(lambda _, __, made: self._made.append(made))
        self._view = pg.GraphicsLayoutWidget()
        self._items: list[pg.ImageItem] = []
        self._view.resize(1000, 600)
        self._view.show()

    def frame(self, pixels: NDArray[np.uint8]) -> None:
        """One frame to the screen."""
        import cv2

        torch = self._torch
        middle = pixels[:, 80:560]
        small = cv2.resize(middle, (224, 224), interpolation=cv2.INTER_AREA)
        inputs = torch.from_numpy(small).permute(2, 0, 1)[None].float() / 255
        self._made.clear()
        with torch.inference_mode():
            self._module(inputs).softmax(1).topk(5)
        maps = self._made[0][0].numpy()[:64]
        if not self._items:
            self._lay_out(len(maps))
        for item, values in zip(self._items, maps, strict=True):
            item.setImage(values)
        self._view.viewport().repaint()
        self._application.processEvents()

    def _lay_out(self, count: int) -> None:
        for number in range(count):
            box = self._view.addViewBox(row=number // 8, col=number % 8, lockAspect=True)
            self._items.append(pg.ImageItem())
            box.addItem(self._items[-1])

    def close(self) -> None:
        """Take the window away."""
        self._view.close()


def _loop(application: QApplication, layer: str, count: int) -> float:
    """Frames a second of the plain loop."""
    picture = np.rint(read_image("sample:china.jpg") * 255).astype(np.uint8)
    frame = np.ascontiguousarray(np.pad(picture, ((0, SIZES[0] - len(picture)), (0, 0), (0, 0))))
    book = Textbook(application, layer)
    book.frame(frame)
    begun = time.perf_counter()
    for number in range(count):
        book.frame(np.roll(frame, number, axis=1))
    spent = time.perf_counter() - begun
    book.close()
    return count / spent


def _watch(
    application: QApplication, bench: Workbench, layer: str, seconds: float
) -> tuple[float, float, float, float]:
    """Frames and new predictions a second, milliseconds the engine works on a frame, and the window's gap at p99."""
    page: Any = bench.pages.current
    page.chosen.choose(layer)
    heard: list[Maps] = []
    until(application, lambda: bench.link.is_settled)
    live(application, 1.0)
    bench.link.maps.connect(heard.append)
    gaps = live(application, seconds)
    bench.link.maps.disconnect(heard.append)
    shown = {event.frame for event in heard}
    told = [event.guesses for event in heard if event.guesses]
    news = sum(before != after for before, after in itertools.pairwise(told))  # no two frames of the clip are alike
    work = sorted(event.seconds for event in heard)
    return len(shown) / seconds, news / seconds, 1000 * work[len(work) // 2], percentile(gaps, 0.99)


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    rows = []
    seconds, count = (2.0, 8) if quick else (5.0, 25)
    entry = learned(NAME)
    with stage() as (application, bench):
        project = msgspec.structs.replace(
            bench.document.project,
            source=Clip(path="sample:webcam_scene_320x240.mp4"),
            network=entry.make(),
            pretrained=NAME,
        )
        bench.document.edit(project, "pretrained")
        bench.pages.show("network")
        for layer in LAYERS[1:2] if quick else LAYERS:
            rate, news, work, gap = _watch(application, bench, layer, seconds)
            loop = _loop(application, layer, count)
            rows.append(
                {
                    "name": f"{entry.title}, {layer}, live",
                    "goal": f"{GOAL:.0f} frames/s, gaps p99 {1000 * GAP:.0f} ms",
                    "peer": "torch with a hook, 64 ImageItems",
                    "ratio": rate / loop,
                    "peer_ms": 1000 / loop,
                    "ours_ms": 1000 / max(rate, 1e-9),
                    "note": f"{rate:.1f} frames/s (clip: 15), {news:.1f} predictions/s, engine {work:.0f} ms, "
                    f"gaps p99 {1000 * gap:.1f} ms",
                }
            )
    return rows
