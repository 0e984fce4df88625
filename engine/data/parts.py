"""What a reader found in a source, before it is decided which pictures are for testing."""

from __future__ import annotations

import random
from typing import NamedTuple

import torch
from torch import Tensor

from engine.data.dataset import Skipped
from engine.errors import BadFile

TEST_SHARE = 0.2
MOST_BYTES = 8 * 2**30
"""A data set is held in memory whole; a larger one is refused before it is read."""


class Part(NamedTuple):
    """uint8 [N, C, H, W] and int64 [N]."""

    x: Tensor
    y: Tensor


class Parts(NamedTuple):
    """`train` or `test` is None where the source has none; without `test`, no pictures are set aside for testing."""

    train: Part | None
    test: Part | None
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def split(part: Part, seed: int) -> tuple[Part, Part]:
    """Set a fifth of each class aside for testing, at least one picture where there are two.

    Returns:
        Pictures to learn from and pictures to be tested on, each in the order of `part`.
    """
    chosen: list[int] = []
    for label in torch.unique(part.y).tolist():
        members = torch.nonzero(part.y == label).flatten().tolist()
        count = max(1, round(TEST_SHARE * len(members))) if len(members) > 1 else 0
        chosen += random.Random(f"{seed}:{label}").sample(members, count)
    mask = torch.zeros(len(part.y), dtype=torch.bool)
    mask[chosen] = True
    return Part(part.x[~mask], part.y[~mask]), Part(part.x[mask], part.y[mask])


def nothing_of(part: Part) -> Part:
    """A part like this one, without pictures."""
    return Part(part.x[:0], part.y[:0])


def check_amount(name: str, count: int, values: int) -> None:
    """Raise BadFile if this many pictures of so many bytes are too many to hold."""
    if count * values > MOST_BYTES:
        raise BadFile(
            f"{name} needs {count * values / 2**30:,.1f} GiB of memory and may need {MOST_BYTES / 2**30:.0f}; fewer or "
            f"smaller pictures would do."
        )
