"""The cost of watching a training (P10): examples a second headless and with the window's maps live; window gaps."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.measure import percentile
from benchmarks.stage import live, stage
from engine.spec.train import TrainSpec


def _headless(epochs: int) -> float:
    command = [sys.executable, "-m", "engine", "train", "lenet-5", "--data", "mnist", "--epochs", str(epochs), "--json"]
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [*command, "--seed", "0", "--output", f"{scratch}/run"], capture_output=True, text=True, check=True
        )
    last: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return last["examples_per_second"]


def _watched(epochs: int) -> tuple[float, list[float]]:
    with tempfile.TemporaryDirectory() as scratch, stage() as (application, bench):
        project = msgspec.structs.replace(bench.document.project, train=TrainSpec(epochs=epochs))
        bench.document.edit(project, "train")
        bench.pages.show("train")
        live(application, 4.0)
        bench.link.train("start", str(Path(scratch) / "run"))
        gaps: list[float] = []
        while bench.link.last_training is None or bench.link.last_training.state not in ("finished", "failed"):
            gaps += live(application, 0.2)
        return bench.link.last_training.examples_per_second, gaps


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    epochs = 1 if quick else 3
    alone: list[float] = []
    watched: list[float] = []
    gaps: list[float] = []
    for _ in range(1 if quick else 3):
        alone.append(_headless(epochs))
        rate, seen = _watched(epochs)
        watched.append(rate)
        gaps += seen
    ratio = sorted(watched)[len(watched) // 2] / sorted(alone)[len(alone) // 2]
    return [
        {
            "name": "P10 examples/s watched ÷ headless",
            "goal": "≥ 0.97",
            "peer": "python -m engine train",
            "ratio": ratio,
            "note": f"{watched[-1]:.0f} against {alone[-1]:.0f} examples/s",
        },
        {
            "name": "P10 window gaps while training",
            "goal": "p99 ≤ 33 ms",
            "ours_ms": 1000 * percentile(gaps, 0.99),
            "note": f"longest {1000 * max(gaps):.0f} ms",
        },
    ]
