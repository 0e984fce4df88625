"""From an edit to the paint that shows it, and a storm of edits over a slow picture (P5 for one kernel, P6)."""

from __future__ import annotations

import statistics
import time
from typing import Any

import msgspec
import numpy as np
from PySide6.QtWidgets import QApplication

from app.workbench import Workbench
from benchmarks.measure import percentile
from benchmarks.stage import live, stage, until
from benchmarks.textbook import Textbook
from engine.kernels import kernel
from engine.spec.edit import set_cells, with_kernel
from engine.spec.project import Project
from engine.spec.source import Pattern

SIZES = {"480p": (480, 640), "720p": (720, 1280), "1080p": (1080, 1920)}
IMPORTING = 4.0
"""Seconds after the start in which the engine imports torch."""
STORM_SECONDS, STORMS = 3.0, 5
STORM_RATE = 500


def _cell(project: Project, value: float) -> Project:
    return msgspec.structs.replace(project, filter=set_cells(project.filter, 0, [(1, 1, value)]))


def _open(application: QApplication, bench: Workbench, height: int, width: int, name: str = "sobel-vertical") -> None:
    source = Pattern(kind="noise", height=height, width=width)
    spec = with_kernel(bench.document.project.filter, kernel(name).spec())
    bench.document.edit(Project(source=source, filter=spec), "open")
    until(application, lambda: bench.link.is_settled)


def _edit_seconds(application: QApplication, bench: Workbench, value: float) -> float:
    began = time.perf_counter()
    bench.document.edit(_cell(bench.document.project, value), "cell")
    until(application, lambda: bench.link.is_settled)
    return time.perf_counter() - began


def _textbook_seconds(application: QApplication, frame: np.ndarray, count: int) -> list[float]:
    peer = Textbook(application, np.array(kernel("sobel-vertical").weights))
    times = []
    for _ in range(count):
        began = time.perf_counter()
        peer.show(frame)
        times.append(time.perf_counter() - began)
    peer.close()
    return times[3:]


def _edits(application: QApplication, bench: Workbench, name: str, count: int) -> dict[str, Any]:
    height, width = SIZES[name]
    _open(application, bench, height, width)
    frame = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    ours: list[float] = []
    peer: list[float] = []
    for block in range(4):
        ours += [_edit_seconds(application, bench, 0.01 * (block * count + n + 1)) for n in range(count)]
        peer += _textbook_seconds(application, frame, count + 3)
    p50, p95 = percentile(ours, 0.5), percentile(ours, 0.95)
    return {
        "name": f"edit → paint {name}",
        "goal": "p95 ≤ 16 ms",
        "peer": "cv2 + ImageItem on the window's thread",
        "ratio": statistics.median(peer) / p50,
        "peer_ms": 1000 * statistics.median(peer),
        "ours_ms": 1000 * p50,
        "note": f"p95 {1000 * p95:.1f} ms",
    }


def _first_seconds(application: QApplication, bench: Workbench) -> dict[str, Any]:
    """While torch is imported beside the pictures, the interpreter of the engine is not always free."""
    _open(application, bench, *SIZES["720p"])
    spent: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < IMPORTING:
        spent.append(_edit_seconds(application, bench, 0.001 * len(spent)))
    return {
        "name": "edit → paint 720p, first seconds",
        "goal": "p95 ≤ 33 ms",
        "ours_ms": 1000 * percentile(spent, 0.5),
        "note": f"p95 {1000 * percentile(spent, 0.95):.1f} ms, longest {1000 * max(spent):.0f} ms, while torch comes",
    }


def _storm(application: QApplication, bench: Workbench) -> dict[str, Any]:
    _open(application, bench, 2160, 3840, "gabor")
    alone = statistics.median(_edit_seconds(application, bench, 0.5 + 0.01 * n) for n in range(7))
    gaps: list[float] = []
    last: list[float] = []
    value = 0.0
    for _ in range(STORMS):
        began = time.perf_counter()
        while time.perf_counter() - began < STORM_SECONDS / STORMS:
            value += 1e-3
            bench.document.edit(_cell(bench.document.project, value), "cell", merge="storm")
            gaps += live(application, 1 / STORM_RATE)
        ended = time.perf_counter()
        until(application, lambda: bench.link.is_settled)
        last.append((time.perf_counter() - ended) / alone)
    return {
        "name": f"storm of {STORM_RATE} edits/s over 4K",
        "goal": "gap p99 ≤ 20 ms, last state ≤ 1.2 computations",
        "ours_ms": 1000 * percentile(gaps, 0.99),
        "note": f"gap p99; last state after {statistics.median(last):.2f}, at most {max(last):.2f} "
        f"of {1000 * alone:.0f} ms",
    }


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    with stage() as (application, bench):
        rows = [_first_seconds(application, bench)]
        rows += [_edits(application, bench, name, 10 if quick else 40) for name in SIZES]
        rows.append(_storm(application, bench))
    return rows
