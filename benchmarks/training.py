"""Training speed: `engine.train` beside the loop of the PyTorch tutorials with a `DataLoader`, and what is learned.

Both train the same network with the same batch size and optimiser, in a process of their own each, since what one of
them does to the allocator or the threads must not help or hurt the other; epochs alternate A B B A.
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks.convnetjs import convnetjs_row
from benchmarks.live import REAL_FPS
from benchmarks.loops import PICTURES, worker
from benchmarks.measure import BLOCKS, summary
from benchmarks.watching import PEERS, against, measured, ratio
from engine.spec.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.train import TrainSpec

BATCH_SIZES = (32, 64, 128)
CONVNETJS_BATCH = 20
QUICK_LEARNER = NetworkSpec(
    input_shape=(1, 28, 28),
    layers=(
        Conv2d(out_channels=16, kernel_size=5, stride=2, bias=False),
        BatchNorm2d(),
        ReLU(),
        Conv2d(out_channels=32, kernel_size=3, bias=False),
        BatchNorm2d(),
        ReLU(),
        MaxPool2d(kernel_size=2),
        Conv2d(out_channels=48, kernel_size=3, bias=False),
        BatchNorm2d(),
        ReLU(),
        Flatten(),
        Dropout(p=0.3),
        Linear(out_features=10),
    ),
)
QUICK_SETTINGS = TrainSpec(epochs=10, batch_size=64, learning_rate=0.004, optimiser="adamw", weight_decay=0.2)
REACHED = {0.985: 6.0, 0.99: 15.0}
"""Shares of the test digits, and the seconds in which they are to be named rightly (P9)."""


def _row(case: str, batch_size: int, threads: int, blocks: int, goal: str = "≥ 1.2") -> dict[str, Any]:
    with worker("textbook", case, batch_size, threads) as peer, worker("ours", case, batch_size, 1) as ours:
        pairs = [(peer(), ours(), ours(), peer()) for _ in range(blocks)]
    found = summary([a.wall + d.wall for a, _, _, d in pairs], [b.wall + c.wall for _, b, c, _ in pairs])
    worked = summary([a[1] + d[1] for a, _, _, d in pairs], [b[1] + c[1] for _, b, c, _ in pairs])["ratio"]
    found |= {name: found[name] / 2 for name in ("ours_ms", "peer_ms")}
    rates = [f"{PICTURES / found[name] * 1000:,.0f}" for name in ("ours_ms", "peer_ms")]
    return {
        "name": f"training headless, {case}, batches of {batch_size}",
        "goal": goal,
        "peer": f"DataLoader loop, {f'{threads} thread' if threads else 'threads as they come'}",
        **found,
        "note": f"{rates[0]} against {rates[1]} pictures/s; {worked:.2f} by processor time",
    }


def _watched_rows(quick: bool) -> list[dict[str, Any]]:
    """LeNet-5 with the settings as they come, in the window and without it, beside the plain loops of the same run."""
    found = measured(quick)
    rows = [
        {
            "name": f"training {name}, LeNet-5, settings as they come",
            "goal": "≥ 1.2",
            "peer": peer,
            **ratio(rates, found.peers[threads]),
            "note": against(rates, found.peers[threads]),
        }
        for name, rates in (("watched", found.watched[REAL_FPS]), ("headless", found.headless))
        for threads, peer in PEERS.items()
    ]
    beside = [
        {
            "name": "training watched, LeNet-5, settings as they come",
            "goal": "≥ 1.2",
            "peer": f"{peer}, the same clip playing in the window",
            **ratio(found.watched[REAL_FPS], found.beside[threads]),
            "note": against(found.watched[REAL_FPS], found.beside[threads]),
        }
        for threads, peer in PEERS.items()
    ]
    right = {
        "name": "training watched, share of the test digits right",
        "goal": "≥ 0.975",
        "ratio": min(found.accuracies),
        "note": f"after {TrainSpec().epochs} epochs, the worst of {len(found.accuracies)} runs",
    }
    return [*beside, *rows, right]


def _reached() -> list[dict[str, Any]]:
    """How soon a network made for it names so many of 2,000 digits, from 12,000 it learns from; tests included."""
    from engine.data import load_data
    from engine.spec.events import Epoch
    from engine.train import train

    data, seconds, best = load_data("mnist"), dict[float, float](), 0.0
    began = time.perf_counter()
    for event in train(QUICK_LEARNER, data, QUICK_SETTINGS, device="cpu"):
        if isinstance(event, Epoch):
            best = max(best, event.test_accuracy)
            for share in REACHED:
                if event.test_accuracy >= share:
                    seconds.setdefault(share, time.perf_counter() - began)
    return [
        {
            "name": f"P9 {100 * share:.1f} % of the test digits right",
            "goal": f"≤ {limit:.0f} s",
            "ours_ms": 1000 * seconds[share] if share in seconds else "",
            "note": f"at best {100 * best:.2f} % in {QUICK_SETTINGS.epochs} epochs of {len(data.y_train):,} digits",
        }
        for share, limit in REACHED.items()
    ]


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    watched = _watched_rows(quick)
    if quick:
        return [*watched, _row("LeNet-5", BATCH_SIZES[0], 1, 3)]
    plain = [_row("LeNet-5", batch_size, 1, BLOCKS) for batch_size in BATCH_SIZES]
    convnetjs = _row("ConvNetJS", CONVNETJS_BATCH, 1, BLOCKS, "≥ 1.4 (P8)")
    return [*watched, *plain, convnetjs, convnetjs_row(convnetjs["ours_ms"] / PICTURES), *_reached()]
