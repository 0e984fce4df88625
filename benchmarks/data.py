"""Data sets: batches out of a cache file beside batches in memory, and varied pictures beside a loop over pictures."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageEnhance

from benchmarks.measure import BLOCKS, compare
from engine.data import cache
from engine.data.augment import augment
from engine.data.examples import Examples, InMemory, Streamed
from engine.data.mapped import Mapping
from engine.nn import build
from engine.presets import preset
from engine.spec.data import AugmentSpec

BATCH = 64
AUGMENT = AugmentSpec(flip="horizontal", shift=4, rotate=10.0, scale=0.1, brightness=0.2, contrast=0.2)


def _tutorial(pictures: list[Image.Image], chance: random.Random) -> torch.Tensor:
    """One picture after the other, as a tutorial's data set does it."""
    made = []
    for picture in pictures:
        each = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if chance.random() < 0.5 else picture
        shift = chance.randint(-4, 4), chance.randint(-4, 4)
        each = each.rotate(chance.uniform(-10, 10), Image.Resampling.BILINEAR, translate=shift)
        each = ImageEnhance.Brightness(each).enhance(chance.uniform(0.8, 1.2))
        each = ImageEnhance.Contrast(each).enhance(chance.uniform(0.8, 1.2))
        cells = np.asarray(each)
        made.append(torch.from_numpy(cells.copy()).reshape(*cells.shape[:2], -1).permute(2, 0, 1))
    return torch.stack(made)


def _varied_row(name: str, shape: tuple[int, int, int], blocks: int) -> dict[str, Any]:
    channels, height, width = shape
    cells = np.random.default_rng(0).integers(0, 256, (BATCH, height, width, channels), dtype=np.uint8)
    batch = torch.from_numpy(cells).permute(0, 3, 1, 2).contiguous()
    pictures = [Image.fromarray(each[..., 0] if channels == 1 else each) for each in cells]
    generator, chance = torch.Generator().manual_seed(0), random.Random(0)
    found = compare(lambda: _tutorial(pictures, chance), lambda: augment(batch, AUGMENT, generator), blocks)
    rates = [f"{BATCH / found[which] * 1000:,.0f}" for which in ("ours_ms", "peer_ms")]
    return {
        "name": f"varied pictures, {name}, batches of {BATCH}",
        "goal": "≥ 3",
        "peer": "Pillow, picture by picture",
        **found,
        "note": f"{rates[0]} against {rates[1]} pictures/s, one thread; the peer does not scale",
    }


def _resident() -> int:
    """MiB of this process that are mapped from files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssFile")) // 1024


def _file(count: int) -> Mapping:
    """A cache file of so many pictures, 32×32 in colour."""
    chance = np.random.default_rng(0)
    batches = (chance.integers(0, 256, (10_000, 32, 32, 3), dtype=np.uint8) for _ in range(count // 10_000))
    return cache.built("benchmark", "benchmark", (count, 32, 32, 3), batches, cache.Contents).mapping


class _Held(InMemory):
    """A set in memory as training holds it, channels innermost."""

    def take(self, indices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        cells, labels = super().take(indices)
        return cells.permute(0, 3, 1, 2), labels


class _Work:
    """Takes shuffled batches, and trains a network on them or not."""

    def __init__(self, examples: Examples, steps: int, network: bool) -> None:
        self._examples, self._steps = examples, steps
        self._module = build(preset("mini-resnet")) if network else None
        self._order = torch.randperm(len(examples), generator=torch.Generator().manual_seed(0))
        self._place = 0

    def __call__(self) -> None:
        for _ in range(self._steps):
            self._place = (self._place + BATCH) % (len(self._order) - BATCH)
            inputs, _ = self._examples.take(self._order[self._place : self._place + BATCH])
            if self._module is not None:
                self._module(inputs.to(torch.float32).mul_(1 / 255)).sum().backward()


def _streamed_rows(count: int, blocks: int) -> Iterator[dict[str, Any]]:
    found = _file(count)
    labels = torch.randint(0, 10, (count,), generator=torch.Generator().manual_seed(0))
    here = _Held(found.all.permute(0, 2, 3, 1).clone(), labels)
    # as if the machine had a quarter of the memory that the set needs
    small = Mapping(found.path, held=found.nbytes // 4)
    for name, network, steps, goal in (("alone", False, 200, ""), ("in a training loop", True, 4, "≥ 0.95")):
        for mapping, kept in ((found, "that memory holds"), (small, "four times the memory")):
            before = _resident()
            ours = _Work(Streamed(mapping, 0, labels), steps, network)
            row = compare(_Work(here, steps, network), ours, blocks)
            yield {
                "name": f"shuffled batches {name}, a set {kept}",
                "goal": goal,
                "peer": "the same tensor in memory",
                **row,
                "note": f"{steps * BATCH / row['ours_ms'] * 1000:,.0f} pictures/s, {_resident() - before:+,} MiB",
            }


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    blocks = 3 if quick else BLOCKS
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory(prefix="convscope-benchmark-") as folder:
            before, os.environ["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME"), folder
            rows = [
                _varied_row("28×28 grey", (1, 28, 28), blocks),
                _varied_row("32×32 colour", (3, 32, 32), blocks),
                *_streamed_rows(100_000 if quick else 200_000, blocks),
            ]
            os.environ.pop("XDG_CACHE_HOME")
            if before is not None:
                os.environ["XDG_CACHE_HOME"] = before
        return rows
    finally:
        torch.set_num_threads(threads)
