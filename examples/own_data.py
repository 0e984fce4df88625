"""Record a data set of one's own, look at it, and vary its pictures: `python examples/own_data.py [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

import engine
from engine.data import load_data, look
from engine.data.augment import augment
from engine.data.recorder import Recorder
from engine.spec.data import AugmentSpec

EACH = 12


def record(folder: Path) -> None:
    """Two classes of frames: the picture as it is, and upside down, each a little elsewhere."""
    recorder = Recorder(folder, size=(32, 32))
    picture = (engine.read_image("sample:astronaut.jpg") * 255).astype(np.uint8)
    for place in range(0, 8 * EACH, 8):
        part = np.ascontiguousarray(picture[place : place + 200, place : place + 200])
        recorder.add("upright", part)
        recorder.add("upside down", np.ascontiguousarray(part[::-1]))
    recorder.undo()
    print(f"recorded {recorder.counts} in {folder}")


def main() -> None:
    """Record, look, vary, and show what a network would see."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "recorded"
    record(folder)
    data = load_data(folder)
    seen = look(data)
    for name, train, test in zip(seen.class_names, seen.train_counts, seen.test_counts, strict=True):
        print(f"{name}: {train} pictures to learn from, {test} to be tested on")
    print(*data.notes, sep="\n")
    inputs, _ = data.train.take(torch.arange(8))
    settings = AugmentSpec(shift=3, rotate=10.0, brightness=0.2, noise=0.05)
    varied = augment(inputs, settings, torch.Generator().manual_seed(0))
    print(f"varied pictures: {tuple(varied.shape)}, {varied.dtype}; no two of them are alike")


if __name__ == "__main__":
    main()
