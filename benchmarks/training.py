"""Training speed: `engine.train` beside the loop of the PyTorch tutorials with a `DataLoader`, and what is learned.

Both train LeNet-5 on the shipped digits with the same batch size, in a process of their own each, since what one of
them does to the allocator or the threads must not help or hurt the other; epochs alternate A B B A.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.measure import BLOCKS, summary

PICTURES = 3000
BATCH_SIZES = (32, 64, 128)


def _digits() -> Any:
    from dataclasses import replace

    from engine.data import load_data

    data = load_data("mnist")
    return replace(
        data,
        x_train=data.x_train[:PICTURES],
        y_train=data.y_train[:PICTURES],
        x_test=data.x_test[:10],
        y_test=data.y_test[:10],
    )


def _textbook(batch_size: int, threads: int) -> Callable[[], object]:
    """An epoch as the tutorials write it."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    from engine.nn import build
    from engine.presets import preset

    if threads:
        torch.set_num_threads(threads)
    data, module = _digits(), build(preset("lenet-5"))
    pictures = TensorDataset(data.x_train.float() / 255, data.y_train)
    loader = DataLoader(pictures, batch_size=batch_size, shuffle=True)
    optimiser, loss_of = torch.optim.Adam(module.parameters(), lr=0.002), torch.nn.CrossEntropyLoss()

    def epoch() -> float:
        running = 0.0
        for inputs, labels in loader:
            optimiser.zero_grad()
            loss = loss_of(module(inputs), labels)
            loss.backward()
            optimiser.step()
            running += loss.item()
        return running

    return epoch


def _ours(batch_size: int, threads: int) -> Callable[[], object]:
    """An epoch of `engine.train`, its events and its test on ten digits included."""
    from engine.presets import preset
    from engine.spec.events import Epoch
    from engine.spec.train import TrainSpec
    from engine.train import train

    settings = TrainSpec(batch_size=batch_size, epochs=100_000, threads=max(threads, 1))
    events = train(preset("lenet-5"), _digits(), settings, device="cpu")
    return lambda: next(event for event in events if isinstance(event, Epoch))


def serve(whose: str, batch_size: int, threads: int) -> None:
    """For a process of this benchmark: one epoch for every line that comes in, its seconds as a line that goes out."""
    epoch = {"textbook": _textbook, "ours": _ours}[whose](batch_size, threads)
    epoch()
    for _ in sys.stdin:
        began = time.perf_counter()
        epoch()
        print(time.perf_counter() - began, flush=True)


@contextmanager
def _worker(whose: str, batch_size: int, threads: int) -> Iterator[Callable[[], float]]:
    code = f"from benchmarks.training import serve; serve({whose!r}, {batch_size}, {threads})"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    told, heard = child.stdin, child.stdout

    def epoch() -> float:
        told.write("\n")
        told.flush()
        return float(heard.readline())

    try:
        yield epoch
    finally:
        child.kill()
        child.communicate()


def _row(batch_size: int, threads: int, blocks: int) -> dict[str, Any]:
    with _worker("textbook", batch_size, threads) as peer, _worker("ours", batch_size, 1) as ours:
        pairs = [(peer(), ours(), ours(), peer()) for _ in range(blocks)]
    found = summary([(a + d) / 2 for a, _, _, d in pairs], [(b + c) / 2 for _, b, c, _ in pairs])
    rates = [f"{PICTURES / found[name] * 1000:,.0f}" for name in ("ours_ms", "peer_ms")]
    default = " (as they come)" if batch_size == BATCH_SIZES[0] else ""
    return {
        "name": f"training, LeNet-5, batches of {batch_size}{default}",
        "goal": "≥ 1.2",
        "peer": f"DataLoader loop, {f'{threads} thread' if threads else 'threads as they come'}",
        **found,
        "note": f"{rates[0]} against {rates[1]} pictures/s",
    }


def _learned() -> dict[str, Any]:
    from engine.data import load_data
    from engine.presets import preset
    from engine.train import train

    last: Any = None
    for event in train(preset("lenet-5"), load_data("mnist"), device="cpu"):
        last = event
    return {
        "name": "training, share of the test digits right",
        "goal": "≥ 0.975",
        "peer": "",
        "ratio": last.test_accuracy,
        "note": f"{last.epochs} epochs in {last.seconds:.1f} s of training",
    }


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    if quick:
        return [_row(BATCH_SIZES[0], 1, 3)]
    rows = [_row(batch_size, 1, BLOCKS) for batch_size in BATCH_SIZES]
    return [*rows, _row(BATCH_SIZES[0], 0, BLOCKS), _learned()]
