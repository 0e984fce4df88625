"""Edits of a network while its maps are live: a stride while a clip plays at 480p, and a cell of a kernel (P5)."""

from __future__ import annotations

import statistics
import tempfile
import time
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
WARM, BLOCK = 6, 3
"""Edits that are not counted, and edits after each of which the peer makes one: both meet the same load."""
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
EIGHT = NetworkSpec(
    input_shape=(3, HEIGHT, WIDTH),
    layers=(*STACK.layers, *(layer for _ in range(6) for layer in (Conv2d(out_channels=32, kernel_size=3), ReLU()))),
)
MANY = NetworkSpec(
    input_shape=(3, 64, 64),
    layers=tuple(layer for _ in range(100) for layer in (Conv2d(out_channels=8, kernel_size=3, padding=1), ReLU())),
)
PRESETS = ("lenet-5", "tiny-vgg", "mini-resnet", "mini-inception", "fixed-size", "alexnet")


class Textbook:
    """The stack as `nn.Sequential`, hooks that keep what each layer makes, and an ImageItem for each map."""

    def __init__(self, application: QApplication, frame: NDArray[np.uint8], network: NetworkSpec, layer: str) -> None:
        import torch

        from engine.nn import build

        self._application = application
        self._torch = torch
        self._module = torch.nn.Sequential(*build(network))
        self._frame = torch.from_numpy(frame).permute(2, 0, 1)[None].float() / 255
        self._kept: dict[int, Any] = {}
        for number, part in enumerate(self._module):
            part.register_forward_hook(lambda _, __, made, number=number: self._kept.update({number: made}))
        self._layer = [each.id for each in network.layers].index(layer)
        self._view = pg.GraphicsLayoutWidget()
        self._items: list[pg.ImageItem] = []
        self._view.resize(1000, 600)
        self._view.show()

    def edit(self, value: float) -> None:
        """One cell of the layer's first kernel, from the edit to the paint."""
        with self._torch.no_grad():
            self._module[self._layer].weight[0, 0, 1, 1] = value
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


def _cells(
    application: QApplication,
    bench: Workbench,
    name: str,
    network: NetworkSpec,
    layer: str,
    count: int,
    clip: Path | None = None,
    pause: float = 0.0,
    alone: bool = False,
) -> dict[str, Any]:
    """A cell of a person's own kernel in a convolution whose maps are in sight, or whose edited map is, `alone`."""
    source = Clip(path=str(clip)) if clip else Pattern(kind="noise", height=HEIGHT, width=WIDTH)

    def project(value: float) -> Project:
        kernel = KernelSpec(name="custom", weights=(((0.0, 0.0, 0.0), (0.0, value, 0.0), (0.0, 0.0, 0.0)),))
        return Project(source=source, network=network, planted=(Planted(layer=layer, kernel=kernel),))

    frame = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    peer = Textbook(application, frame, network, layer)
    _open(application, bench, project(1.0), layer)
    if alone:
        bench.pages.page("network").maps.only_wanted.emit(0)
        until(application, lambda: bench.link.is_settled)
    ours, theirs = [], []
    for step in range(-WARM, count):
        ours.append(_seconds(application, bench, project(1.0 + 0.001 * (WARM + step + 1))))
        live(application, pause)
        if step % BLOCK == 0:
            began = time.perf_counter()
            peer.edit(1.0 + 0.001 * step)
            theirs.append(time.perf_counter() - began)
    peer.close()
    goal = "≥ 8×" if network is EIGHT and layer != "conv1" else "p95 ≤ 5 ms" if alone else "p95 ≤ 16 ms"
    return _row(f"P5 kernel cell → {'its map' if alone else 'maps'} of {layer}, {name}", goal, ours[WARM:], theirs[1:])


def _row(name: str, goal: str, ours: list[float], theirs: list[float]) -> dict[str, Any]:
    found = statistics.median(ours), statistics.median(theirs)
    return {
        "name": name,
        "goal": goal,
        "peer": "nn.Sequential, hooks, an ImageItem a map",
        "ratio": found[1] / found[0],
        "peer_ms": 1000 * found[1],
        "ours_ms": 1000 * found[0],
        "note": f"p95 {1000 * percentile(ours, 0.95):.1f} ms",
    }


def _gaps(application: QApplication, bench: Workbench, clip: Path, seconds: float) -> dict[str, Any]:
    """How long the window is busy at a time while stacks are opened one after the other on a clip that plays."""
    gaps: list[float] = []
    worst = 0.0, ""
    for name, network in (*((name, preset(name)) for name in PRESETS), ("200 layers", MANY)):
        bench.document.edit(Project(source=Clip(path=str(clip)), network=network), "stack")
        found = live(application, seconds)
        gaps += found
        worst = max(worst, (max(found), name))
    return {
        "name": f"gaps of the window, {len(PRESETS)} presets and 200 layers on a clip of 480p",
        "goal": "p99 ≤ 50 ms",
        "ours_ms": 1000 * percentile(gaps, 0.99),
        "note": f"p50 {1000 * percentile(gaps, 0.5):.1f}, p99 {1000 * percentile(gaps, 0.99):.1f}, longest "
        f"{1000 * worst[0]:.0f} ms ({worst[1]})",
    }


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    count = 6 if quick else 20
    edits = 60 if quick else 200
    with tempfile.TemporaryDirectory() as scratch, stage() as (application, bench):
        clip = Path(scratch) / "clip.avi"
        write_clip(clip, HEIGHT, WIDTH, REAL_FPS)

        def cells(name: str, network: NetworkSpec, layer: str, **more: Any) -> dict[str, Any]:
            return _cells(application, bench, name, network, layer, edits, **more)

        rows = [
            cells("stack of 480p", STACK, "conv1"),
            cells("stack of 480p", STACK, "conv1", alone=True),
            cells("stack of 480p", STACK, "conv2"),
            cells("stack of 480p, edits 0.1 s apart", STACK, "conv1", pause=0.1),
            cells("8 convolutions", EIGHT, "conv8"),
            cells("8 convolutions", EIGHT, "conv1"),
            cells("stack of 480p, clip", STACK, "conv1", clip=clip, pause=0.02),
        ]
        rows += [_strides(application, bench, clip, name, count) for name in ("lenet-5", "stack of 480p")]
        rows.append(_gaps(application, bench, clip, 1.0 if quick else 2.0))
    return rows
