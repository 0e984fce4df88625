"""What a reader found in a source, before it is decided which pictures are for testing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.data.dataset import Skipped
from engine.data.mapped import Mapping
from engine.errors import BadFile
from engine.spec.data import TEST_SHARE

MOST_BYTES = 8 * 2**30
"""What lies in one file is held in memory whole; a larger one is refused before it is read."""


class Part(NamedTuple):
    """uint8 [N, C, H, W] or float32 [N, C, L], and int64 [N] or float32 [N, K]."""

    x: Tensor
    y: Tensor


class Parts(NamedTuple):
    """`train` or `test` is None where the source has none; without `test`, no pictures are set aside for testing."""

    train: Part | None
    test: Part | None
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    mapping: Mapping | None = None


class Division(NamedTuple):
    """How pictures are set aside for testing: which ones, and the share of each class."""

    seed: int = 0
    test_share: float = TEST_SHARE


def split(part: Part, division: Division) -> tuple[Part, Part]:
    """Set a share of each class aside for testing, at least one picture where there are two.

    Returns:
        Pictures to learn from and pictures to be tested on, each in the order of `part`.
    """
    if part.y.dtype == torch.int64:
        groups = [torch.nonzero(part.y == label).flatten().tolist() for label in torch.unique(part.y).tolist()]
    else:
        groups = [list(range(len(part.y)))]
    mask = torch.zeros(len(part.y), dtype=torch.bool)
    mask[chosen_of_each(groups, division)] = True
    return Part(part.x[~mask], part.y[~mask]), Part(part.x[mask], part.y[mask])


def chosen_of_each(groups: Sequence[list[int]], division: Division) -> list[int]:
    """Some of the members of every group, by chance that the seed and the group's place decide."""
    chosen: list[int] = []
    for place, members in enumerate(groups):
        count = max(1, round(division.test_share * len(members))) if len(members) > 1 else 0
        chosen += random.Random(f"{division.seed}:{place}").sample(members, count)
    return chosen


def aside_note(division: Division, count: int) -> str:
    """Says what was set aside.

    Example:
        >>> aside_note(Division(), 12)
        '20% of each class are set aside for testing: 12 pictures.'
    """
    return f"{division.test_share:.0%} of each class are set aside for testing: {count} pictures."


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
