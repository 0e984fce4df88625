"""The live path (P3): frames a second against the textbook loop; latency at ease, and with more than can be served."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
from PySide6.QtWidgets import QApplication

from app.hud import Hud
from app.state.figures import WINDOW_SECONDS
from app.workbench import Workbench
from benchmarks.clips import at_rate, write_clip
from benchmarks.edit import IMPORTING, SIZES
from benchmarks.measure import percentile, summary
from benchmarks.processes import family, own_memory, worked
from benchmarks.stage import live, stage, until
from benchmarks.stamps import Stamps
from benchmarks.textbook import After, Textbook, relu_and_pool
from engine.kernels import kernel
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, PoolingSpec
from engine.spec.project import Project

REAL_FPS = 30.0
"""What a camera gives."""
MORE_THAN_ENOUGH = {"480p": 480.0, "720p": 360.0, "1080p": 240.0}
"""Frames a second that nothing has to wait for."""
LAB = FilterSpec(detector=DetectorSpec(kind="relu"), pooling=PoolingSpec(kind="max", kernel_size=(2, 2), stride=(2, 2)))
SETTLING = 0.7
SLOW = 31
"""Side of the kernel that makes the work slow."""


@dataclass(frozen=True)
class Run:
    """What was measured while a clip played."""

    seconds: float
    latencies: list[float]
    gaps: list[float]
    grown: dict[str, float]
    """MiB that each process holds more than when the measuring began."""
    work: dict[str, float]
    """Milliseconds of a core for each painted frame, of each process."""
    hud: str

    @property
    def rate(self) -> float:
        """Frames painted a second."""
        return len(self.latencies) / self.seconds

    def latency(self, share: float) -> float:
        """Milliseconds from a frame's arrival to its paint, for this share of the frames at most."""
        return 1000 * percentile(self.latencies, share) if self.latencies else float("nan")

    @property
    def work_text(self) -> str:
        """Who worked how long on a frame."""
        return ", ".join(f"{name} {spent:.1f}" for name, spent in self.work.items()) + " ms of a core each"


class Player:
    """A window in which clips are played and watched."""

    def __init__(self, application: QApplication, bench: Workbench) -> None:
        self.application = application
        self.bench = bench
        self.stamps = Stamps(bench.link, bench.page.map.view)
        hud = bench.window.findChild(Hud)
        assert hud is not None
        self.hud = hud

    def open(self, path: Path, rate: float, spec: FilterSpec | None = None) -> None:
        """Play this clip at so many frames a second through this filter."""
        self.bench.document.edit(Project(source=at_rate(path, rate), filter=spec or FilterSpec()), "clip")
        until(self.application, lambda: self.bench.link.is_settled)
        self.bench.link.transport("play")
        live(self.application, SETTLING)

    def watch(self, seconds: float) -> Run:
        """Let it play on."""
        pids = family(self.bench.link.engine_pid)
        before = {name: (own_memory(pid), worked(pid)) for name, pid in pids.items()}
        began = time.monotonic()
        gaps = live(self.application, seconds)
        spent = time.monotonic() - began
        found = self.stamps.since(began)
        return Run(
            spent,
            [stamp.latency for stamp in found],
            gaps,
            {name: (own_memory(pid) - before[name][0]) / 2**20 for name, pid in pids.items()},
            {name: 1000 * (worked(pid) - before[name][1]) / max(len(found), 1) for name, pid in pids.items()},
            " ".join(self.hud.figures().split()),
        )

    def pause(self, on: bool) -> None:
        """Hold the clip, or let it go on."""
        self.bench.link.transport("pause" if on else "play")
        live(self.application, SETTLING)


def _textbook(
    application: QApplication, path: Path, seconds: float, both: bool = False, after: After | None = None
) -> float:
    """Seconds a frame."""
    peer = Textbook(application, np.array(kernel("sobel-vertical").weights), both, after)
    capture, shown = cv2.VideoCapture(str(path)), 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        there, frame = capture.read()
        if not there:
            capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            continue
        peer.show(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
        shown += 1
    spent = (time.perf_counter() - began) / max(shown, 1)
    capture.release()
    peer.close()
    return spent


def _against_textbook(player: Player, name: str, path: Path, seconds: float, blocks: int) -> dict[str, Any]:
    player.open(path, MORE_THAN_ENOUGH[name])
    shown = player.bench.page.input.size_text()
    ours, peer, pair = [], [], []
    for block in range(2 * blocks):
        if block:
            player.pause(False)
        last = player.watch(seconds)
        ours.append(1 / max(last.rate, 1e-9))
        player.pause(True)
        peer.append(_textbook(player.application, path, seconds))
        pair.append(_textbook(player.application, path, seconds, both=True))
    rate, alone, both = (1 / statistics.median(times) for times in (ours, peer, pair))
    return {
        "name": f"live {name}, as fast as can be",
        "goal": "≥ 2× frames/s",
        "peer": "cv2 + ImageItem in one loop",
        **summary(peer, ours),
        "note": f"{rate:.0f} against {alone:.0f} frames/s, or {both:.0f} with the input beside the map as here: "
        f"{rate / both:.2f}×; {shown}; {last.work_text}",
    }


def _overload(player: Player, name: str, path: Path, seconds: float, spec: FilterSpec | None = None) -> dict[str, Any]:
    """Twice and four times as many frames as can be served. A frame time is the time between two painted ones."""
    player.open(path, MORE_THAN_ENOUGH["480p"], spec)
    served = player.watch(min(seconds, 1.5)).rate
    texts, worst = [], 0.0
    for times in (2, 4):
        player.open(path, times * served, spec)
        run = player.watch(seconds)
        p50, p95 = (run.latency(share) * run.rate / 1000 for share in (0.5, 0.95))
        grown = max(run.grown.values())
        worst = max(worst, p95)
        texts.append(f"{times}×: p50 {p50:.1f}, p95 {p95:.1f} frame times, {run.rate:.0f}/s, {grown:+.1f} MiB at most")
    return {
        "name": f"overload {name}",
        "goal": "p95 ≤ 2 frame times, no growth",
        "ours_ms": 1000 * worst / served,
        "note": "; ".join(texts),
    }


def _at_ease(player: Player, name: str, path: Path, seconds: float) -> dict[str, Any]:
    player.open(path, REAL_FPS)
    run = player.watch(seconds)
    gap = 1000 * percentile(run.gaps, 0.99)
    return {
        "name": f"live {name}, {REAL_FPS:.0f} frames/s",
        "goal": "p95 ≤ 5 ms VGA, ≤ 16 ms 1080p",
        "ours_ms": run.latency(0.5),
        "note": f"p95 {run.latency(0.95):.1f} ms; {run.rate:.1f}/s; gap p99 {gap:.1f} ms; {run.work_text}",
    }


def _whole_chain(player: Player, path: Path, cheap: Path, seconds: float, blocks: int) -> dict[str, Any]:
    """At twice a camera's rate for rate and latency; then as fast as can be, beside the textbook loop."""
    player.open(path, 2 * REAL_FPS, LAB)
    # As long as the window looks back, so that both speak of the same frames.
    run = player.watch(max(seconds, WINDOW_SECONDS))
    shown = player.bench.page.input.size_text()
    player.open(cheap, MORE_THAN_ENOUGH["720p"], LAB)
    ours, peer = [], []
    for _ in range(2 * blocks):
        ours.append(1 / max(player.watch(min(seconds, 1.0)).rate, 1e-9))
        player.pause(True)
        peer.append(_textbook(player.application, cheap, min(seconds, 1.0), True, relu_and_pool))
        player.pause(False)
    return {
        "name": "live 720p, 3×3, ReLU, max pooling, 60 frames/s",
        "goal": "≥ 30 frames/s, p95 ≤ 33 ms",
        "peer": "cv2 + numpy + two ImageItems in one loop",
        **summary(peer, ours),
        "note": f"{run.rate:.1f}/s, p50 {run.latency(0.5):.1f}, p95 {run.latency(0.95):.1f} ms; {shown}; "
        f"the window says: {run.hud}; at most {1 / statistics.median(ours):.0f}/s",
    }


def _slow_filter() -> FilterSpec:
    weights = np.random.default_rng(0).normal(size=(SLOW, SLOW)).round(3)
    return msgspec.structs.replace(
        FilterSpec(), kernel=KernelSpec(name="custom", weights=(tuple(map(tuple, weights.tolist())),))
    )


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    seconds, blocks = (1.2, 1) if quick else (2.5, 2)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch, stage() as (application, bench):
        live(application, IMPORTING)
        player = Player(application, bench)
        real, cheap = Path(scratch) / "real.avi", Path(scratch) / "cheap.avi"
        for name, (height, width) in SIZES.items():
            write_clip(real, height, width)
            write_clip(cheap, height, width, codec="I420", frames=20)
            rows.append(_at_ease(player, name, real, seconds))
            if name == "720p":
                rows.append(_whole_chain(player, real, cheap, seconds, blocks))
            rows.append(_against_textbook(player, name, cheap, min(seconds, 1.0), blocks))
            rows.append(_overload(player, name, cheap, seconds))
            if name == "480p":
                slow = _overload(player, f"{name}, {SLOW}×{SLOW} kernel", cheap, seconds, _slow_filter())
                rows.append(slow)
    return rows
