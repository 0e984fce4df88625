"""Epochs of training in a process of their own: the loop of the PyTorch tutorials, and `engine.train`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from engine.presets import preset
from engine.spec.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.train import OptimiserName, TrainSpec

PICTURES = 3000


class Took(NamedTuple):
    """Seconds on the wall's clock, and of the processor in all threads: others on the machine lengthen the first."""

    wall: float
    processor: float


@dataclass(frozen=True)
class Case:
    """A network and how it is trained; `margin` pixels are cut off on every side of the digits."""

    network: NetworkSpec
    optimiser: OptimiserName
    learning_rate: float
    margin: int = 0


_CONVNETJS = NetworkSpec(
    input_shape=(1, 24, 24),
    layers=(
        Conv2d(out_channels=8, kernel_size=5, padding=2),
        ReLU(),
        MaxPool2d(kernel_size=2),
        Conv2d(out_channels=16, kernel_size=5, padding=2),
        ReLU(),
        MaxPool2d(kernel_size=3),
        Flatten(),
        Linear(out_features=10),
    ),
)
CASES = {
    "LeNet-5": Case(preset("lenet-5"), "adam", 0.002),
    "ConvNetJS": Case(_CONVNETJS, "adadelta", 1.0, margin=2),
}


def _digits(case: Case) -> Any:
    from engine.data import load_data

    data, kept = load_data("mnist"), slice(case.margin, 28 - case.margin)
    return replace(
        data,
        x_train=data.x_train[:PICTURES, :, kept, kept].contiguous(),
        y_train=data.y_train[:PICTURES],
        x_test=data.x_test[:10, :, kept, kept].contiguous(),
        y_test=data.y_test[:10],
    )


def _textbook(case: Case, batch_size: int, threads: int) -> Callable[[], object]:
    """An epoch as the tutorials write it."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    from engine.nn import build

    if threads:
        torch.set_num_threads(threads)
    data, module = _digits(case), build(case.network)
    pictures = TensorDataset(data.x_train.float() / 255, data.y_train)
    loader = DataLoader(pictures, batch_size=batch_size, shuffle=True)
    kind = {"adam": torch.optim.Adam, "adadelta": torch.optim.Adadelta}[case.optimiser]
    optimiser, loss_of = kind(module.parameters(), lr=case.learning_rate), torch.nn.CrossEntropyLoss()

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


def _ours(case: Case, batch_size: int, threads: int) -> Callable[[], object]:
    """An epoch of `engine.train`, its events and its test on ten digits included."""
    from engine.spec.events import Epoch
    from engine.train import train

    settings = TrainSpec(
        batch_size=batch_size,
        epochs=100_000,
        threads=max(threads, 1),
        optimiser=case.optimiser,
        learning_rate=case.learning_rate,
    )
    events = train(case.network, _digits(case), settings, device="cpu")
    return lambda: next(event for event in events if isinstance(event, Epoch))


def serve(whose: str, name: str, batch_size: int, threads: int) -> None:
    """For a process of this benchmark: an epoch for every line that comes in, and a line with its `Took` goes out."""
    epoch = {"textbook": _textbook, "ours": _ours}[whose](CASES[name], batch_size, threads)
    epoch()
    for _ in sys.stdin:
        began, began_cpu = time.perf_counter(), time.process_time()
        epoch()
        print(time.perf_counter() - began, time.process_time() - began_cpu, flush=True)


@contextmanager
def worker(whose: str, name: str, batch_size: int, threads: int) -> Iterator[Callable[[], Took]]:
    """What an epoch of PICTURES digits takes, each time it is called.

    Args:
        whose: "textbook" or "ours".
        name: of the case.
        batch_size: how many digits a step looks at.
        threads: of each operation; 0 for as many as torch takes by itself.
    """
    code = f"from benchmarks.loops import serve; serve({whose!r}, {name!r}, {batch_size}, {threads})"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    told, heard = child.stdin, child.stdout

    def epoch() -> Took:
        told.write("\n")
        told.flush()
        return Took(*map(float, heard.readline().split()))

    try:
        yield epoch
    finally:
        child.kill()
        child.communicate()
