"""How every benchmark is measured: peers interleaved in blocks A B B A, ratio of medians, spread of the blocks."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
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


class Others:
    """How much of the machine was taken by what does not belong to this benchmark, since this was made.

    Linux tells; elsewhere it is never anything.
    """

    def __init__(self) -> None:
        self._busy, self._all, self._own = _processor_seconds()

    @property
    def share(self) -> float:
        """Of all processors, from 0 to 1."""
        busy, whole, own = _processor_seconds()
        return max(0.0, (busy - self._busy) - (own - self._own)) / max(whole - self._all, 1e-9)


def _processor_seconds() -> tuple[float, float, float]:
    """Of all processors: busy, in all, and busy for this process and those that it has started."""
    try:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return 0.0, 1.0, 0.0
    idle = fields[3] + fields[4]
    stats = dict(filter(None, map(_process, Path("/proc").glob("[0-9]*"))))
    tree, found = {os.getpid()}, 1
    while found:
        found = len(tree)
        tree |= {pid for pid, (parent, _) in stats.items() if parent in tree}
        found = len(tree) - found
    ticks = os.sysconf("SC_CLK_TCK")
    own = sum(stats[pid][1] for pid in tree if pid in stats)
    return (sum(fields) - idle) / ticks, sum(fields) / ticks, own / ticks


def _process(folder: Path) -> tuple[int, tuple[int, int]] | None:
    """A process's number, its parent's, and the ticks it has used, those of its ended children included."""
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(folder.name), (int(fields[1]), sum(map(int, fields[11:15])))


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the sorted values lie at or below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
