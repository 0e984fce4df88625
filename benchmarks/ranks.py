"""Two processes that train one network together: `engine.train`, and the script of PyTorch's own tutorial (DDP)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from engine.presets import preset
from engine.spec.train import TrainSpec

BATCH = 128
"""Pictures that each process sees at a step."""
PICTURES = 12_000
RATE = 0.002


def _digits() -> Any:
    from engine.data import load_data

    data = load_data("mnist")
    return replace(data, x_test=data.x_test[:10], y_test=data.y_test[:10])


def _ours(size: int) -> Callable[[], object]:
    """An epoch of `engine.train`, its events and its test on ten digits included."""
    from engine.spec.events import Epoch
    from engine.train import train

    settings = TrainSpec(batch_size=BATCH * size, epochs=100_000, learning_rate=RATE, schedule="constant")
    events = train(preset("lenet-5"), _digits(), settings, device="cpu")
    return lambda: next(event for event in events if isinstance(event, Epoch))


def _textbook(size: int) -> Callable[[], object]:
    """An epoch as the tutorial on distributed data parallel training writes it."""
    import torch
    from torch import distributed, nn
    from torch.nn.parallel import DistributedDataParallel
    from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

    from engine.nn import build

    torch.set_num_threads(1)
    module: nn.Module = build(preset("lenet-5"))
    data = _digits()
    pictures = TensorDataset(data.x_train.float() / 255, data.y_train)
    sampler: DistributedSampler[Any] | None = None
    if size > 1:
        distributed.init_process_group("gloo")
        module, sampler = DistributedDataParallel(module), DistributedSampler(pictures)
    loader = DataLoader(pictures, batch_size=BATCH, shuffle=sampler is None, sampler=sampler)
    optimiser, loss_of = torch.optim.Adam(module.parameters(), lr=RATE), nn.CrossEntropyLoss()

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


def serve(whose: str, size: int) -> None:
    """For a process of this benchmark: the first one takes an epoch for every line, the others as long as it does."""
    epoch = {"ours": _ours, "textbook": _textbook}[whose](size)
    if os.environ.get("RANK", "0") != "0":
        while True:
            epoch()
    epoch()
    for _ in sys.stdin:
        began = time.perf_counter()
        epoch()
        print(time.perf_counter() - began, flush=True)


@contextmanager
def ranks(whose: str, size: int) -> Iterator[Callable[[], float]]:
    """What an epoch takes, each time it is called, in so many processes."""
    code = f"from benchmarks.ranks import serve; serve({whose!r}, {size})"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1]), "WORLD_SIZE": str(size)}
        address["LOCAL_WORLD_SIZE"] = str(size)
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, "OMP_NUM_THREADS": "1", **address, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if rank else None,
            text=True,
        )
        for rank in range(size)
    ]
    told, heard = children[0].stdin, children[0].stdout
    assert told is not None
    assert heard is not None

    def epoch() -> float:
        told.write("\n")
        told.flush()
        return float(heard.readline())

    try:
        yield epoch
    finally:
        for child in children:
            child.kill()
        for child in children:
            child.communicate()
