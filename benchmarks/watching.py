"""The cost of watching (P10): the digits learned headless, and with the Train page in front and a clip in its maps."""

from __future__ import annotations

import functools
import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from app.workbench import Workbench
from benchmarks.live import REAL_FPS, write_clip
from benchmarks.loops import PICTURES, worker
from benchmarks.measure import Others, percentile
from benchmarks.stage import live, stage, until
from engine.spec.project import Project
from engine.spec.source import Clip
from engine.spec.train import TrainSpec

HEADLESS_EPOCHS = 3
IDLE_SECONDS = 5.0
CLIP_SIZE = (480, 640)
PEERS = {1: "DataLoader loop, 1 thread as ours", 0: "DataLoader loop, threads as they come"}
ENDED = ("finished", "failed", "stopped")


@dataclass
class Measured:
    """Of every block: examples a second of each way, the window's gaps, and how well the watched run did."""

    peers: dict[int, list[float]] = field(default_factory=lambda: {threads: [] for threads in PEERS})
    """By how many threads the plain loop had."""
    headless: list[float] = field(default_factory=list)
    watched: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    """Pictures of maps that were painted, a second."""
    gaps: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    """Of the machine, while the watched run went on."""


@functools.cache
def measured(quick: bool) -> Measured:
    """All blocks: peer, headless, watched, headless, peer. While the others train, the window sleeps."""
    found = Measured()
    with tempfile.TemporaryDirectory() as scratch, stage() as (application, bench):
        folder = Path(scratch)
        _open(application, bench, folder)
        with ExitStack() as stack:
            batch_size = TrainSpec().batch_size
            peers = {n: stack.enter_context(worker("textbook", "LeNet-5", batch_size, n)) for n in PEERS}
            for block in range(1 if quick else 4):
                found.idle += live(application, IDLE_SECONDS)
                before = {threads: epoch().wall for threads, epoch in peers.items()}
                alone = _headless(folder / f"a{block}")
                _watch(application, bench, folder / f"b{block}", found)
                found.headless.append((alone + _headless(folder / f"c{block}")) / 2)
                for threads, epoch in peers.items():
                    found.peers[threads].append(2 * PICTURES / (before[threads] + epoch().wall))
    return found


def _open(application: QApplication, bench: Workbench, folder: Path) -> None:
    """The Train page, with a clip that waits at its beginning."""
    write_clip(folder / "clip.avi", *CLIP_SIZE, REAL_FPS)
    bench.document.edit(Project(source=Clip(path=str(folder / "clip.avi"))), "open")
    bench.pages.show("train")
    until(application, lambda: bench.link.is_settled and bench.link.on_screen.get("samples") is not None)
    bench.link.transport("pause")
    live(application, 4.0)  # the training process loads torch


def _headless(run: Path) -> float:
    command = [sys.executable, "-m", "engine", "train", "lenet-5", "--data", "mnist", "--device", "cpu", "--json"]
    command += ["--epochs", str(HEADLESS_EPOCHS), "--output", str(run)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    last: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return last["examples_per_second"]


def _watch(application: QApplication, bench: Workbench, run: Path, found: Measured) -> None:
    """The settings as they come, from Start to the end, while the clip plays."""
    bench.link.transport("play")
    live(application, 0.5)
    bench.link.train("start", str(run))
    until(application, lambda: bench.link.last_training is not None and bench.link.last_training.state == "running")
    shown, gaps, others = bench.link.shown, [], Others()
    while bench.link.last_training is None or bench.link.last_training.state not in ENDED:
        gaps += live(application, 0.1)
    found.pictures.append((bench.link.shown - shown) / sum(gaps))
    found.gaps += gaps
    found.others.append(others.share)
    bench.link.transport("pause")
    live(application, 0.5)
    last = json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])
    found.watched.append(last["examples_per_second"])
    found.accuracies.append(last["test_accuracy"])


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
    rates, shown = against(found.watched, found.headless), statistics.median(found.pictures)
    others = statistics.median(found.others)
    return [
        {
            "name": "P10 examples/s, watched ÷ headless",
            "goal": "≥ 0.97",
            "peer": "python -m engine train",
            **ratio(found.watched, found.headless),
            "note": f"{rates}; {shown:.0f} maps/s painted; {100 * others:.0f} % of the machine taken by others",
        },
        {
            "name": "P10 window gaps while training",
            "goal": "p99 ≤ 33 ms; longest ≤ idle + 50 ms",
            "peer": "the same window idle",
            "peer_ms": 1000 * percentile(found.idle, 0.99),
            "ours_ms": 1000 * percentile(found.gaps, 0.99),
            "note": f"p99; longest {1000 * longest:.0f} ms, idle {1000 * idle:.0f} ms",
        },
    ]
