"""How every benchmark is measured: peers interleaved in blocks A B B A, ratio of medians, spread of the blocks."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

BLOCKS = 7


def seconds_of(work: Callable[[], object], least: float = 0.02) -> float:
    """Seconds that one call takes, from as many as fill `least` seconds."""
    calls, spent = 0, 0.0
    started = time.perf_counter()
    while spent < least:
        work()
        calls += 1
        spent = time.perf_counter() - started
    return spent / calls


def compare(peer: Callable[[], object], ours: Callable[[], object], blocks: int = BLOCKS) -> dict[str, Any]:
    """`ratio` (peer's time by ours), `spread` (lowest and highest block), `peer_ms`, `ours_ms`."""
    for work in (peer, ours):
        for _ in range(3):
            work()
    was_on = gc.isenabled()
    gc.disable()
    try:
        pairs = [_block(peer, ours) for _ in range(blocks)]
    finally:
        if was_on:
            gc.enable()
    return summary([p for p, _ in pairs], [o for _, o in pairs])


def _block(peer: Callable[[], object], ours: Callable[[], object]) -> tuple[float, float]:
    first, second, third, fourth = (seconds_of(work) for work in (peer, ours, ours, peer))
    return (first + fourth) / 2, (second + third) / 2


def summary(peer: list[float], ours: list[float]) -> dict[str, Any]:
    """The figures of paired times in seconds."""
    ratios = sorted(p / o for p, o in zip(peer, ours, strict=True))
    return {
        "ratio": statistics.median(peer) / statistics.median(ours),
        "spread": (ratios[0], ratios[-1]),
        "peer_ms": 1000 * statistics.median(peer),
        "ours_ms": 1000 * statistics.median(ours),
    }


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the sorted values lie at or below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
