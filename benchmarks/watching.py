"""The cost of watching (P10): the digits learned headless, and with the Train page in front and a clip in its maps."""

from __future__ import annotations

import functools
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.workbench import Workbench
from benchmarks.live import REAL_FPS, write_clip
from benchmarks.loops import PICTURES, Took, worker
from benchmarks.measure import Others, percentile
from benchmarks.stage import stage, until
from engine.spec.project import Project
from engine.spec.source import Clip
from engine.spec.train import TrainSpec

HEADLESS_EPOCHS = 3
IDLE_SECONDS = 5.0
CLIP_SIZE = (480, 640)
RATES = (10.0, REAL_FPS)
"""Frames a second of the clips: what P10 speaks of, and what a camera gives."""
PEERS = {1: "DataLoader loop, 1 thread as ours", 0: "DataLoader loop, threads as they come"}
ENDED = ("finished", "failed", "stopped")
BEAT_MS = 5


@dataclass
class Measured:
    """Of every block: examples a second of each way, the window's gaps, and how well the watched runs did."""

    peers: dict[int, list[float]] = field(default_factory=lambda: {threads: [] for threads in PEERS})
    """By how many threads the plain loop had; the window slept."""
    beside: dict[int, list[float]] = field(default_factory=lambda: {threads: [] for threads in PEERS})
    """The same while the window showed maps of the quicker clip."""
    headless: list[float] = field(default_factory=list)
    watched: dict[float, list[float]] = field(default_factory=lambda: {rate: [] for rate in RATES})
    """By the clip's frames a second."""
    layers: list[float] = field(default_factory=list)
    """With the figures of the layers in sight, the doctor at work, and the slower clip."""
    accuracies: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    """Pictures of maps that were painted, a second, of the quicker clip."""
    gaps: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    """Of the machine, while the watched runs went on."""


@functools.cache
def measured(quick: bool) -> Measured:
    """All blocks: peers, headless, watched, watched, headless, peers. While the others train, the window sleeps."""
    found = Measured()
    with tempfile.TemporaryDirectory() as scratch, stage() as (application, bench), ExitStack() as stack:
        folder = Path(scratch)
        for rate in RATES:
            write_clip(_clip(folder, rate), *CLIP_SIZE, rate)
        _open(application, bench, folder, RATES[0])
        beats(application, 4.0)  # the training process loads torch
        batch_size = TrainSpec().batch_size
        peers = {n: stack.enter_context(worker("textbook", "LeNet-5", batch_size, n)) for n in PEERS}
        for block in range(1 if quick else 4):
            found.idle += beats(application, IDLE_SECONDS)
            before = {threads: epoch().wall for threads, epoch in peers.items()}
            alone = _headless(folder / f"a{block}")
            for rate in RATES if block % 2 else RATES[::-1]:
                _watch(application, bench, folder, rate, found)
            found.layers.append(_looked_into(application, bench, folder, found))
            _beside(application, bench, folder, peers, found)
            found.headless.append((alone + _headless(folder / f"b{block}")) / 2)
            for threads, epoch in peers.items():
                found.peers[threads].append(2 * PICTURES / (before[threads] + epoch().wall))
    return found


def beats(application: QApplication, seconds: float, until_this: Callable[[], bool] = bool) -> list[float]:
    """The window's own loop for so long, or until a fact; the gaps between the beats of a timer in it."""
    turns, loop, clock = [time.perf_counter()], QEventLoop(), QTimer()

    def beat() -> None:
        turns.append(time.perf_counter())
        if turns[-1] - turns[0] >= seconds or until_this():
            loop.quit()

    clock.setTimerType(Qt.TimerType.PreciseTimer)
    clock.timeout.connect(beat)
    clock.start(BEAT_MS)
    loop.exec()
    clock.stop()
    return [after - before for before, after in itertools.pairwise(turns)]


def _clip(folder: Path, rate: float) -> Path:
    return folder / f"{rate:.0f}.avi"


def _open(application: QApplication, bench: Workbench, folder: Path, rate: float) -> None:
    """The Train page, with a clip that waits at its beginning."""
    bench.document.edit(Project(source=Clip(path=str(_clip(folder, rate)))), "open")
    bench.pages.show("train")
    until(application, lambda: bench.link.is_settled and bench.link.on_screen.get("samples") is not None)
    bench.link.transport("pause")
    beats(application, 0.5)


def _headless(run: Path) -> float:
    command = [sys.executable, "-m", "engine", "train", "lenet-5", "--data", "mnist", "--device", "cpu", "--json"]
    command += ["--epochs", str(HEADLESS_EPOCHS), "--output", str(run)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    last: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return last["examples_per_second"]


def _watch(application: QApplication, bench: Workbench, folder: Path, rate: float, found: Measured) -> None:
    """The settings as they come, from Start to the end, while the clip plays."""
    shown = bench.link.shown
    last = _run(application, bench, folder, rate, found)
    if rate == REAL_FPS:
        found.pictures.append((bench.link.shown - shown) / last["seconds"])
    found.watched[rate].append(last["examples_per_second"])
    found.accuracies.append(last["test_accuracy"])


def _looked_into(application: QApplication, bench: Workbench, folder: Path, found: Measured) -> float:
    """Examples a second with the Layers tab in sight; the doctor looks whenever the page is."""
    page: Any = bench.pages.current
    page.looks.choose("layers")
    last = _run(application, bench, folder, RATES[0], found)
    page.looks.choose("progress")
    return last["examples_per_second"]


def _run(application: QApplication, bench: Workbench, folder: Path, rate: float, found: Measured) -> dict[str, float]:
    """A run while the clip plays; what it said last."""
    _open(application, bench, folder, rate)
    bench.link.transport("play")
    run = folder / f"{rate:.0f}-{len(found.others)}"
    bench.link.train("start", str(run))
    until(application, lambda: _state(bench) == "running")
    others = Others()
    found.gaps += beats(application, 60.0, lambda: _state(bench) in ENDED)
    found.others.append(others.share)
    bench.link.transport("pause")
    beats(application, 0.5)
    last: dict[str, float] = json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])
    return last


def _beside(
    application: QApplication, bench: Workbench, folder: Path, peers: dict[int, Callable[[], Took]], found: Measured
) -> None:
    """An epoch of each plain loop while the clip plays in the window, as it does when a run is watched."""
    _open(application, bench, folder, REAL_FPS)
    bench.link.transport("play")
    with ThreadPoolExecutor(1) as waiting:
        for threads, epoch in peers.items():
            told = waiting.submit(epoch)
            beats(application, 120.0, told.done)
            found.beside[threads].append(PICTURES / told.result().wall)
    bench.link.transport("pause")
    beats(application, 0.5)


def _state(bench: Workbench) -> str:
    return "" if bench.link.last_training is None else bench.link.last_training.state


def ratio(ours: list[float], peer: list[float]) -> dict[str, Any]:
    """Ours over the peer's, both rates: of the medians, and of the lowest and the highest block."""
    blocks = sorted(a / b for a, b in zip(ours, peer, strict=True))
    return {"ratio": statistics.median(ours) / statistics.median(peer), "spread": (blocks[0], blocks[-1])}


def against(ours: list[float], peer: list[float]) -> str:
    """Both rates in words."""
    return f"{statistics.median(ours):,.0f} against {statistics.median(peer):,.0f} pictures/s"


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    found = measured(quick)
    longest, idle = max(found.gaps), max(found.idle)
    others = f"{100 * statistics.median(found.others):.0f} % of the machine taken by others"
    rows = [
        {
            "name": f"P10 examples/s, watched ÷ headless, clip of {rate:.0f} frames/s",
            "goal": "≥ 0.97" if rate == RATES[0] else "",
            "peer": "python -m engine train",
            **ratio(found.watched[rate], found.headless),
            "note": f"{against(found.watched[rate], found.headless)}; {others}",
        }
        for rate in RATES
    ]
    layers = {
        "name": "P10 examples/s, layers and doctor in sight ÷ headless, clip of 10 frames/s",
        "goal": "≥ 0.97",
        "peer": "python -m engine train",
        **ratio(found.layers, found.headless),
        "note": f"{against(found.layers, found.headless)}; {others}",
    }
    gaps = {
        "name": "P10 window gaps while training",
        "goal": "p99 ≤ 33 ms; longest ≤ idle + 50 ms",
        "peer": "the same window idle",
        "peer_ms": 1000 * percentile(found.idle, 0.99),
        "ours_ms": 1000 * percentile(found.gaps, 0.99),
        "note": f"p99; longest {1000 * longest:.0f} ms, idle {1000 * idle:.0f} ms; "
        f"{statistics.median(found.pictures):.0f} maps/s painted",
    }
    return [*rows, layers, gaps]
