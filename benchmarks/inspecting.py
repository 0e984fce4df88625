"""EfficientNet-Lite0 on a playing clip: predictions and explanations live in the window, against one loop of captum."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import numpy as np
from PySide6.QtWidgets import QApplication

from app.workbench import Workbench
from benchmarks.measure import percentile
from benchmarks.pretrained import GAP, GOAL, NAME
from benchmarks.stage import live, stage, until
from engine.frames import read_image
from engine.presets.learned import learned
from engine.protocol import Inspected
from engine.spec.inspect import InspectSpec, look_named
from engine.spec.source import Clip

METHODS = ("saliency", "grad-cam", "guided-backprop")


def _loop(method: str, count: int) -> float:
    """Frames a second of a loop that predicts, explains and goes on, in captum's own words."""
    import torch
    from captum.attr import GuidedBackprop, LayerGradCam, Saliency

    from engine.forward import frame_input
    from engine.train import pretrained

    module = pretrained(NAME).module
    picture = np.rint(read_image("sample:china.jpg") * 255).astype(np.uint8)
    asked: Any = Saliency(module) if method == "saliency" else GuidedBackprop(module)
    if method == "grad-cam":
        asked = LayerGradCam(module, module.get_submodule("head_relu"))
    begun = time.perf_counter()
    for number in range(count):
        inputs = frame_input(np.roll(picture, number, axis=1), (3, 224, 224))[0]
        with torch.no_grad():
            best = int(module(inputs).argmax())
        asked.attribute(inputs.requires_grad_(), target=best)
    return count / (time.perf_counter() - begun)


def _watch(application: QApplication, bench: Workbench, method: str, seconds: float) -> tuple[float, float, float]:
    """Predictions and explanations a second, and the window's gap at p99."""
    project = bench.document.project
    bench.document.edit(msgspec.structs.replace(project, inspect=InspectSpec(method=method)), method)  # type: ignore[arg-type]
    page: Any = bench.pages.current
    until(application, lambda: page.heat.told is not None and page.heat.told.method == method)
    live(application, 1.0)
    heard: list[Inspected] = []
    bench.link.inspected.connect(heard.append)
    gaps = live(application, seconds)
    bench.link.inspected.disconnect(heard.append)
    predictions = len({event.frame for event in heard if event.guesses})
    explanations = sum(event.heat is not None for event in heard)
    return predictions / seconds, explanations / seconds, percentile(gaps, 0.99)


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    rows = []
    seconds, count = (2.0, 4) if quick else (5.0, 12)
    entry = learned(NAME)
    with stage() as (application, bench):
        project = msgspec.structs.replace(
            bench.document.project,
            source=Clip(path="sample:webcam_scene_320x240.mp4"),
            network=entry.make(),
            pretrained=NAME,
        )
        bench.document.edit(project, "pretrained")
        bench.pages.show("inspect")
        for method in METHODS[:1] if quick else METHODS:
            rate, explained, gap = _watch(application, bench, method, seconds)
            loop = _loop(method, count)
            rows.append(
                {
                    "name": f"{entry.title}, {look_named(method).label}, live",
                    "goal": f"{GOAL:.0f} frames/s, gaps p99 {1000 * GAP:.0f} ms",
                    "peer": "captum in a loop",
                    "ratio": rate / loop,
                    "peer_ms": 1000 / loop,
                    "ours_ms": 1000 / max(rate, 1e-9),
                    "note": f"{rate:.1f} predictions/s (clip: 15), {explained:.1f} explanations/s, "
                    f"gaps p99 {1000 * gap:.1f} ms",
                }
            )
    return rows
