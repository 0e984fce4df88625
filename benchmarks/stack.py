"""Edits of a network while its maps are live: a stride while a clip plays at 480p, and a cell of a kernel (P5)."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from app.workbench import Workbench
from benchmarks.live import REAL_FPS, write_clip
from benchmarks.measure import percentile
from benchmarks.stage import live, stage, until
from engine.presets import preset
from engine.spec.filter import KernelSpec
from engine.spec.layers import Conv2d, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import replace_field
from engine.spec.project import Planted, Project
from engine.spec.source import Clip, Pattern

HEIGHT, WIDTH = 480, 640
STACK = NetworkSpec(
    input_shape=(3, HEIGHT, WIDTH),
    layers=(
        Conv2d(out_channels=16, kernel_size=3),
        ReLU(),
        MaxPool2d(kernel_size=2),
        Conv2d(out_channels=32, kernel_size=3),
        ReLU(),
        MaxPool2d(kernel_size=2),
    ),
)
Make = Callable[[int], Project]


class Textbook:
    """The stack as `nn.Sequential`, hooks that keep what each layer makes, and an ImageItem for each map."""

    def __init__(self, application: QApplication, frame: NDArray[np.uint8], layer: int) -> None:
        import torch

        from engine.nn import build

        self._application = application
        self._torch = torch
        self._module = torch.nn.Sequential(*build(STACK))
        self._frame = torch.from_numpy(frame).permute(2, 0, 1)[None].float() / 255
        self._kept: dict[int, Any] = {}
        for number, part in enumerate(self._module):
            part.register_forward_hook(lambda _, __, made, number=number: self._kept.update({number: made}))
        self._layer = layer
        self._view = pg.GraphicsLayoutWidget()
        self._items: list[pg.ImageItem] = []
        self._view.resize(1000, 600)
        self._view.show()

    def edit(self, value: float) -> None:
        """One cell of the first kernel, from the edit to the paint."""
        with self._torch.no_grad():
            self._module[0].weight[0, 0, 1, 1] = value
            self._module(self._frame)
        maps = self._kept[self._layer][0].numpy()
        if not self._items:
            self._lay_out(len(maps))
        for item, values in zip(self._items, maps, strict=True):
            item.setImage(values)
        self._view.viewport().repaint()
        self._application.processEvents()

    def _lay_out(self, count: int) -> None:
        for number in range(count):
            box = self._view.addViewBox(row=number // 8, col=number % 8, lockAspect=True, invertY=True)
            self._items.append(pg.ImageItem(axisOrder="row-major"))
            box.addItem(self._items[-1])

    def close(self) -> None:
        """Take the window away."""
        self._view.close()
        self._view.deleteLater()


def _seconds(application: QApplication, bench: Workbench, project: Project) -> float:
    began = time.perf_counter()
    bench.document.edit(project, "edit")
    until(application, lambda: bench.link.is_settled)
    return time.perf_counter() - began


def _open(application: QApplication, bench: Workbench, project: Project, layer: str) -> None:
    bench.document.edit(project, "open")
    bench.pages.show("network")
    bench.pages.page("network").chosen.choose(layer)
    until(application, lambda: bench.link.is_settled and bench.link.on_screen.get("maps") is not None)
    live(application, 1.0)


def _strides(application: QApplication, bench: Workbench, clip: Path, name: str, count: int) -> dict[str, Any]:
    """The first convolution's stride to and fro, its maps in sight, a new frame every thirtieth of a second."""
    network = STACK if name.startswith("stack") else preset(name)
    project = Project(source=Clip(path=str(clip)), network=network)
    _open(application, bench, project, "conv1")
    waits = []
    for number in range(count):
        stride = 1 + (number + 1) % 2
        edited = replace_field(network, "conv1", "stride", (stride, stride))
        waits.append(_seconds(application, bench, msgspec.structs.replace(project, network=edited)))
        live(application, 0.05 + 0.007 * (number % 5))  # at any moment between two frames
    return {
        "name": f"stride → maps, {name}, clip of 480p playing",
        "goal": "p95 ≤ 100 ms",
        "ours_ms": 1000 * statistics.median(waits),
        "note": f"p95 {1000 * percentile(waits, 0.95):.0f} ms, longest {1000 * max(waits):.0f} ms",
    }


def _cells(application: QApplication, bench: Workbench, layer: str, number: int, count: int) -> dict[str, Any]:
    """A cell of a person's own kernel in the first convolution, the maps of a layer in sight."""
    source = Pattern(kind="noise", height=HEIGHT, width=WIDTH)

    def project(value: float) -> Project:
        kernel = KernelSpec(name="custom", weights=(((0.0, 0.0, 0.0), (0.0, value, 0.0), (0.0, 0.0, 0.0)),))
        return Project(source=source, network=STACK, planted=(Planted(layer="conv1", kernel=kernel),))

    frame = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    peer = Textbook(application, frame, number)
    _open(application, bench, project(1.0), layer)
    ours, theirs = [], []
    for block in range(4):
        values = [1.0 + 0.001 * (block * count + step + 1) for step in range(count)]
        ours += [_seconds(application, bench, project(value)) for value in values]
        for value in values:
            began = time.perf_counter()
            peer.edit(value)
            theirs.append(time.perf_counter() - began)
    peer.close()
    found = statistics.median(ours), statistics.median(theirs[3:])
    return {
        "name": f"P5 kernel cell → maps of {layer}, stack of 480p",
        "goal": "p95 ≤ 16 ms first layer",
        "peer": "nn.Sequential, hooks, an ImageItem a map",
        "ratio": found[1] / found[0],
        "peer_ms": 1000 * found[1],
        "ours_ms": 1000 * found[0],
        "note": f"p95 {1000 * percentile(ours, 0.95):.1f} ms",
    }


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    count = 10 if quick else 40
    with tempfile.TemporaryDirectory() as scratch, stage() as (application, bench):
        clip = Path(scratch) / "clip.avi"
        write_clip(clip, HEIGHT, WIDTH, REAL_FPS)
        rows = [_strides(application, bench, clip, name, count) for name in ("lenet-5", "stack of 480p")]
        for layer, number in (("conv1", 0), ("pool2", 5)):
            rows.append(_cells(application, bench, layer, number, count // 4))
    return rows
