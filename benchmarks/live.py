"""A clip, live (P3): frames painted a second and latency, against the textbook loop on the same clip."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PySide6.QtWidgets import QApplication

from app.workbench import Workbench
from benchmarks.edit import SIZES
from benchmarks.measure import percentile
from benchmarks.stage import live, stage, until
from benchmarks.textbook import Textbook
from engine.kernels import kernel
from engine.spec.project import Project
from engine.spec.source import Clip

CLIP_FRAMES = 60
CLIP_FPS = 240.0
REAL_FPS = 30.0
"""Fast enough that nothing waits for the next frame; and what a camera gives."""


def write_clip(path: Path, height: int, width: int, fps: float) -> None:
    """A clip of moving colour noise."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (width, height))
    small = np.random.default_rng(0).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    for number in range(CLIP_FRAMES):
        writer.write(np.roll(large, 4 * number, axis=1))
    writer.release()


def _ours(application: QApplication, bench: Workbench, path: Path, seconds: float) -> dict[str, float]:
    bench.document.edit(Project(source=Clip(path=str(path))), "clip")
    until(application, lambda: bench.link.is_settled)
    live(application, 0.5)
    shown, began = bench.link.shown, time.perf_counter()
    gaps = live(application, seconds)
    rate = (bench.link.shown - shown) / (time.perf_counter() - began)
    p50, p95 = bench.link.latency.percentiles()
    return {"rate": rate, "p50": p50, "p95": p95, "gap": percentile(gaps, 0.99)}


def _textbook(application: QApplication, path: Path, seconds: float) -> float:
    peer = Textbook(application, np.array(kernel("sobel-vertical").weights))
    capture, shown = cv2.VideoCapture(str(path)), 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        there, frame = capture.read()
        if not there:
            capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            continue
        peer.show(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
        shown += 1
    rate = shown / (time.perf_counter() - began)
    capture.release()
    peer.close()
    return rate


def _row(application: QApplication, bench: Workbench, name: str, folder: Path, seconds: float) -> list[dict[str, Any]]:
    fast, real = folder / f"{name}-fast.avi", folder / f"{name}-real.avi"
    write_clip(fast, *SIZES[name], CLIP_FPS)
    write_clip(real, *SIZES[name], REAL_FPS)
    ours = _ours(application, bench, fast, seconds)
    bench.link.transport("pause")
    peer = _textbook(application, fast, seconds)
    calm = _ours(application, bench, real, seconds)
    return [
        {
            "name": f"live {name}, as fast as can be",
            "goal": "≥ 2× frames/s",
            "peer": "cv2 + ImageItem in one loop",
            "ratio": ours["rate"] / peer,
            "peer_ms": 1000 / peer,
            "ours_ms": 1000 / max(ours["rate"], 1e-9),
            "note": f"{ours['rate']:.0f} against {peer:.0f} frames/s; overload p95 {1000 * ours['p95']:.0f} ms",
        },
        {
            "name": f"live {name}, 30 frames/s",
            "goal": "p95 ≤ 5 ms VGA, ≤ 16 ms 1080p",
            "ours_ms": 1000 * calm["p50"],
            "note": f"p95 {1000 * calm['p95']:.1f} ms; {calm['rate']:.1f}/s; gap p99 {1000 * calm['gap']:.1f} ms",
        },
    ]


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch, stage() as (application, bench):
        for name in SIZES:
            rows += _row(application, bench, name, Path(scratch), 2.0 if quick else 5.0)
    return rows
