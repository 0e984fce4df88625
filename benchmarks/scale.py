"""Past one machine's memory and one process (P13): two processes, a million streamed pictures, a folder seen twice."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from benchmarks.measure import compare, summary
from benchmarks.ranks import BATCH, PICTURES, ranks
from engine.data import cache, load_data, pictures
from engine.data.dataset import DataSet
from engine.data.mapped import Mapping
from engine.presets import preset
from engine.spec.events import Steps
from engine.spec.train import TrainSpec
from engine.train import train

FEW, MANY = 10_000, 1_000_000
SIDE, FILES, SEEN = 160, 600, 64


def _together_rows(blocks: int) -> list[dict[str, Any]]:
    with ExitStack() as stack, ThreadPoolExecutor(2) as both:
        ours, alone, other = (stack.enter_context(ranks("ours", size)) for size in (2, 1, 1))
        textbook = stack.enter_context(ranks("textbook", 2))

        def apart() -> float:
            """Half of the time that each of two runs takes which know nothing of each other: the machine's limit."""
            return sum(each.result() for each in [both.submit(alone), both.submit(other)]) / 4

        ways = alone, textbook, apart, ours
        found = [[way() for way in (*ways, *reversed(ways))] for _ in range(blocks)]
    times = [[row[place] + row[-1 - place] for row in found] for place in range(4)]
    rates = [2 * PICTURES / statistics.median(each) for each in times]
    note = f"{rates[3]:,.0f} against {{:,.0f}} pictures/s; batches of {BATCH} a process, two cores for all"
    peers = (
        ("≥ 1.7", "one process of ours"),
        ("≥ 0.97", "the tutorial's DDP script in two"),
        ("", "two runs of ours that know nothing of each other"),
    )
    return [
        {
            "name": "P13 LeNet-5 in two processes",
            "goal": goal,
            "peer": peer,
            **summary(times[place], times[3]),
            "note": note.format(rates[place]),
        }
        for place, (goal, peer) in enumerate(peers)
    ]


class _Size(NamedTuple):
    """MiB of this process: its own, and those mapped from files."""

    own: float
    mapped: float


def _size() -> _Size:
    lines = Path("/proc/self/status").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith("Rss")}
    return _Size(found["RssAnon"], found["RssFile"])


def _set_of(count: int) -> DataSet:
    """So many digits of noise in a cache file, of which a sixteenth may stay in memory."""
    chance = np.random.default_rng(0)
    batches = (chance.integers(0, 256, (FEW, 28, 28, 1), dtype=np.uint8) for _ in range(count // FEW))
    made = cache.built(f"{count:032d}", "benchmark", (count, 28, 28, 1), batches, cache.Contents).mapping
    mapping = Mapping(made.path, held=made.nbytes // 16)
    labels = torch.randint(0, 10, (count,), generator=torch.Generator().manual_seed(0))
    labels[:10] = torch.arange(10)
    whole, tested = mapping.all, count - 10
    names = tuple("0123456789")
    return DataSet("noise", whole[:tested], labels[:tested], whole[tested:], labels[tested:], names, mapping=mapping)


class _Work:
    """Trains on shuffled pictures of a set for a while; returns pictures a second."""

    def __init__(self, data: DataSet, seconds: float) -> None:
        settings = TrainSpec(epochs=100_000, schedule="constant")
        self._events = train(preset("lenet-5"), data, settings, device="cpu")
        self._seconds = seconds
        self._told = 0.0
        self.peak = _Size(0.0, 0.0)
        """The most of this process's memory that was seen in the last while."""

    def __call__(self) -> float:
        seen, spent, self.peak = 0.0, 0.0, _Size(0.0, 0.0)
        while spent < self._seconds:
            event = next(self._events)
            if isinstance(event, Steps):
                took, self._told = event.seconds - self._told, event.seconds
                seen, spent = seen + event.examples_per_second * took, spent + took
                self.peak = max(self.peak, _size(), key=sum)
        return seen / spent


def _streamed_row(blocks: int) -> dict[str, Any]:
    few, many = (_Work(_set_of(count), 0.7) for count in (FEW, MANY))
    for work in (few, many, few, many):  # the allocator has found its size by then
        work()
    found, peaks = [], []
    for _ in range(blocks):
        found.append((few(), many(), many(), few()))
        peaks.append(many.peak)
    rates = [[row[left] + row[right] for row in found] for left, right in ((0, 3), (1, 2))]
    ratios = sorted(b / a for a, b in zip(*rates, strict=True))
    began, ended = peaks[0], peaks[-1]
    grown = 100 * (sum(ended) / sum(began) - 1)
    return {
        "name": f"P13 training on {MANY:,} streamed digits",
        "goal": "≥ 0.95, memory flat ± 5 %",
        "peer": f"the same on {FEW:,}",
        "ratio": statistics.median(rates[1]) / statistics.median(rates[0]),
        "spread": (ratios[0], ratios[-1]),
        "note": f"{statistics.median(rates[1]) / 2:,.0f} pictures/s; at its peak {sum(began):,.0f} MiB, {grown:+.1f} % "
        f"at the end: {ended.own - began.own:+.0f} MiB of its own, {ended.mapped - began.mapped:+.0f} mapped; a 16th "
        "of the file may stay",
    }


class _Files(Dataset[tuple[torch.Tensor, int]]):
    """What torchvision's ImageFolder does with a Resize and a ToTensor behind it."""

    def __init__(self, folder: Path) -> None:
        self._files = sorted(folder.rglob("*.jpg"))

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, place: int) -> tuple[torch.Tensor, int]:
        with Image.open(self._files[place]) as opened:
            cells = np.asarray(opened.convert("RGB").resize((SEEN, SEEN), Image.Resampling.BILINEAR))
        return torch.from_numpy(cells.copy()).permute(2, 0, 1).float().div(255), int(self._files[place].parent.name)


def _folder_row(folder: Path, blocks: int) -> dict[str, Any]:
    chance = np.random.default_rng(0)
    for place in range(FILES):
        where = folder / "set" / str(place % 2)
        where.mkdir(parents=True, exist_ok=True)
        small = Image.fromarray(chance.integers(0, 256, (20, 20, 3), dtype=np.uint8))
        small.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(where / f"{place}.jpg", quality=90)
    loader = DataLoader(_Files(folder / "set"), batch_size=64, shuffle=True)
    before, pictures.STREAM_FROM = pictures.STREAM_FROM, 0
    try:
        data = load_data(folder / "set", (3, SEEN, SEEN))
    finally:
        pictures.STREAM_FROM = before

    def second() -> None:
        for chosen in torch.randperm(len(data.train)).split(64):
            data.train.take(chosen)[0].to(torch.float32).mul_(1 / 255)

    found = compare(lambda: [None for _ in loader], second, blocks)
    found["ours_ms"] *= FILES / len(data.train)
    found["ratio"], found["spread"] = _scaled(found, len(data.train) / FILES)
    return {
        "name": f"P13 second epoch of a folder, JPEG files {SIDE}×{SIDE} as {SEEN}×{SEEN}",
        "goal": "≥ 10",
        "peer": "ImageFolder-like loop",
        **found,
        "note": f"{FILES / found['ours_ms'] * 1000:,.0f} against {FILES / found['peer_ms'] * 1000:,.0f} pictures/s",
    }


def _scaled(found: dict[str, Any], share: float) -> tuple[float, tuple[float, float]]:
    """Ours has seen this share of the peer's files: a fifth is kept for testing."""
    low, high = found["spread"]
    return found["ratio"] * share, (low * share, high * share)


@contextmanager
def _own_cache() -> Iterator[Path]:
    """Cache files in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="convscope-benchmark-") as folder:
        before, os.environ["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME"), folder
        try:
            yield Path(folder)
        finally:
            os.environ.pop("XDG_CACHE_HOME")
            if before is not None:
                os.environ["XDG_CACHE_HOME"] = before


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    blocks = 2 if quick else 4  # each needs seven processes that load torch
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    began = time.perf_counter()
    try:
        rows = _together_rows(blocks)
        with _own_cache() as folder:
            rows += [_streamed_row(blocks), _folder_row(folder, blocks)]
    finally:
        torch.set_num_threads(threads)
    rows[-1]["note"] += f"; all rows in {time.perf_counter() - began:.0f} s"
    return rows
