"""Where all chance in a run comes from: numbers that follow from the seed and the place, never from what ran before.

A run that is resumed therefore draws the same numbers as one that was never interrupted, without any state to keep.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.nn import seed_for


def order(seed: int, epoch: int, count: int) -> Tensor:
    """The order in which an epoch sees its pictures: int64 [count], each number once."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed_for(seed, "order", epoch)))


def bounds(count: int, batch_size: int, lone_joins: bool) -> tuple[tuple[int, int], ...]:
    """Where the batches of an epoch begin and end.

    Args:
        count: how many pictures there are.
        batch_size: how many make a batch; the last one may have fewer.
        lone_joins: a last batch of one picture is added to the one before: batch normalisation has no variance then.

    Example:
        >>> bounds(7, 3, lone_joins=False), bounds(7, 3, lone_joins=True)
        (((0, 3), (3, 6), (6, 7)), ((0, 3), (3, 7)))
    """
    starts = list(range(0, count, batch_size))
    if lone_joins and len(starts) > 1 and count - starts[-1] == 1:
        starts.pop()
    return tuple(zip(starts, [*starts[1:], count], strict=True))
