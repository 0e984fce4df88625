"""P1 and P2: one kernel over one picture, beside `cv2.filter2D`, `F.conv2d` and kornia; then a bank of them."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import bank

Array = NDArray[np.float32]
Call = Callable[[], Any]
SIZES = {"VGA": (480, 640), "1080p": (1080, 1920), "4K": (2160, 3840)}
KERNELS = (3, 5, 7, 11, 15, 21, 31)
KINDS = ("random", "separable")
BLOCKS = 7
SECONDS = 0.008
"""A measurement lasts at least so long: several calls in a row if one is shorter."""


class Measured(NamedTuple):
    """Milliseconds of the peer and of ours (medians), and the ratio of each block."""

    peer_ms: float
    ours_ms: float
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The peer's median time over ours."""
        return self.peer_ms / self.ours_ms

    @property
    def spread(self) -> tuple[float, float]:
        """The quartiles of the blocks' ratios."""
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return low, high


def _seconds(call: Call, times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def side_by_side(peer: Call, ours: Call, blocks: int = BLOCKS, warm: int = 3) -> Measured:
    """Time two calls in blocks of peer, ours, ours, peer."""
    for _ in range(warm):
        peer()
        ours()
    times = [max(1, int(SECONDS / max(_seconds(call, 1), 1e-6))) for call in (peer, ours)]
    taken: tuple[list[float], list[float]] = ([], [])
    ratios = []
    gc.disable()
    try:
        for _ in range(blocks):
            block: tuple[list[float], list[float]] = ([], [])
            for which in (0, 1, 1, 0):
                block[which].append(_seconds((peer, ours)[which], times[which]))
            for all_of_it, part in zip(taken, block, strict=True):
                all_of_it.extend(part)
            ratios.append(sum(block[0]) / sum(block[1]))
    finally:
        gc.enable()
    return Measured(1e3 * statistics.median(taken[0]), 1e3 * statistics.median(taken[1]), tuple(ratios))


def _row(name: str, goal: str, peer: str, found: Measured, note: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "goal": goal,
        "peer": peer,
        "ratio": found.ratio,
        "spread": found.spread,
        "peer_ms": found.peer_ms,
        "ours_ms": found.ours_ms,
        "note": note,
    }


def _mean(name: str, goal: str, peer: str, ratios: list[float], note: str = "") -> dict[str, Any]:
    """A row for the geometric mean of several."""
    return {
        "name": name,
        "goal": goal,
        "peer": peer,
        "ratio": statistics.geometric_mean(ratios),
        "spread": (min(ratios), max(ratios)),
        "peer_ms": "",
        "ours_ms": "",
        "note": note or f"{len(ratios)} settings",
    }


class Cell(NamedTuple):
    """One setting of P1."""

    size: str
    colour: bool
    k: int
    kind: str

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"P1 {self.size} {'RGB' if self.colour else 'grey'} k={self.k} {self.kind}"


def _cells(quick: bool) -> Iterator[Cell]:
    sizes, kernels = (("VGA", "1080p"), (3, 7, 11, 21)) if quick else (tuple(SIZES), KERNELS)
    for size in sizes:
        for colour in (False, True):
            yield from (Cell(size, colour, k, kind) for k in kernels for kind in KINDS)


def _picture(size: str, colour: bool) -> Array:
    shape = (*SIZES[size], 3) if colour else SIZES[size]
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def _kernel(k: int, kind: str) -> Array:
    rng = np.random.default_rng(k)
    if kind == "random":
        return rng.standard_normal((k, k), dtype=np.float32)
    return np.outer(rng.standard_normal(k), rng.standard_normal(k)).astype(np.float32)


def _against_cv2(quick: bool) -> list[dict[str, Any]]:
    import cv2

    from engine.filtering import filter_image, make_plan
    from engine.filtering.geometry import geometry

    rows, ratios, losses = [], {}, []
    for cell in _cells(quick):
        picture, kernel = _picture(cell.size, cell.colour), _kernel(cell.k, cell.kind)

        def peer(picture: Array = picture, kernel: Array = kernel) -> Any:
            return cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_CONSTANT)

        def ours(picture: Array = picture, kernel: Array = kernel) -> Any:
            return filter_image(picture, kernel, padding="same")

        plan = make_plan(kernel[np.newaxis], geometry(picture.shape, kernel.shape, padding="same"))
        found = side_by_side(peer, ours)
        ratios[cell] = found.ratio
        if cell.size == "VGA":
            exact = cv2.filter2D(
                picture.astype(np.float64), -1, kernel.astype(np.float64), borderType=cv2.BORDER_CONSTANT
            )
            losses.append(float(np.abs(ours() - exact).max() / np.abs(kernel).sum() / picture.max()))
        rows.append(_row(cell.name, "≥ 0.95", "cv2.filter2D", found, plan.method))
    return _summary(ratios, max(losses)) + rows


def _summary(ratios: dict[Cell, float], loss: float) -> list[dict[str, Any]]:
    chosen = {
        ("P1 all settings", "≥ 1.8"): list(ratios.values()),
        ("P1 separable, k ≥ 9", "≥ 2.5"): [r for c, r in ratios.items() if c.kind == "separable" and c.k >= 9],
        ("P1 k ≥ 15", "≥ 2"): [r for c, r in ratios.items() if c.k >= 15],
    }
    worst = min(ratios, key=lambda cell: ratios[cell])
    rows = [_mean(name, goal, "cv2.filter2D", found) for (name, goal), found in chosen.items()]
    rows.append(_mean("P1 worst setting", "≥ 0.95", "cv2.filter2D", [ratios[worst]], worst.name))
    error = {"name": "P1 error", "goal": "≤ 2e-7", "peer": "float64", "ratio": loss, "note": "share of Σ|K|·max|x|"}
    error |= {"spread": "", "peer_ms": "", "ours_ms": ""}
    return [*rows, error]


def _against_torch(quick: bool) -> list[dict[str, Any]]:
    import torch
    import torch.nn.functional as F

    from engine.filtering import filter_image

    rows, ratios = [], {}
    settings = [(False, k) for k in (3, 5, 11, 21)] + ([] if quick else [(True, 21), (True, 31)])
    for colour, k in settings:
        picture, kernel = _picture("VGA", colour), _kernel(k, "random")
        cells = picture if colour else picture[:, :, np.newaxis]
        batch = torch.from_numpy(np.ascontiguousarray(cells.transpose(2, 0, 1)))[None]
        depth = batch.shape[1]
        weight = torch.from_numpy(kernel)[None, None].repeat(depth, 1, 1, 1)

        def ours(picture: Array = picture, kernel: Array = kernel) -> Any:
            return filter_image(picture, kernel, padding="same")

        for name, peer in _torch_peers(torch, F, batch, weight):
            found = side_by_side(peer, ours, blocks=3 if colour else BLOCKS, warm=1 if colour else 3)
            ratios[name, colour, k] = found.ratio
            goal = "≥ 30" if colour else "≥ 4"
            rows.append(_row(f"P2 VGA {'RGB' if colour else 'grey'} k={k}", goal, name, found))
    means = [
        _mean("P2 grey, all k", "≥ 7", name, [r for (n, colour, _), r in ratios.items() if n == name and not colour])
        for name in sorted({name for name, _, _ in ratios})
    ]
    return means + rows


def _torch_peers(torch: Any, F: Any, batch: Any, weight: Any) -> list[tuple[str, Call]]:
    depth = batch.shape[1]
    peers: list[tuple[str, Call]] = [("F.conv2d", lambda: F.conv2d(batch, weight, padding="same", groups=depth))]
    try:
        from kornia.filters import filter2d
    except ImportError:
        return peers
    return [*peers, ("kornia filter2d", lambda: filter2d(batch, weight[:1, 0], border_type="constant"))]


def run(quick: bool) -> list[dict[str, Any]]:
    """All rows of P1 and P2; the peers and ours with one intra-op thread each, ours with its own helper threads."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import cv2
    import torch

    before = cv2.getNumThreads(), torch.get_num_threads()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    try:
        with torch.inference_mode():
            return _against_cv2(quick) + _against_torch(quick) + bank.rows(quick)
    finally:
        cv2.setNumThreads(before[0])
        torch.set_num_threads(before[1])
