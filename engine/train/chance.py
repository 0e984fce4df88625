"""Where all chance in a run comes from: numbers that follow from the seed and the place, never from what ran before.

A run that is resumed therefore draws the same numbers as one that was never interrupted, without any state to keep.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


def seed_for(seed: int, purpose: str, number: int = 0) -> int:
    """A seed of 63 bits for one purpose of a run.

    Example:
        >>> seed_for(0, "order", 1) == seed_for(0, "order", 1), seed_for(0, "order", 1) == seed_for(0, "order", 2)
        (True, False)
    """
    digest = hashlib.blake2b(f"{seed}:{purpose}:{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def order(seed: int, epoch: int, count: int) -> Tensor:
    """The order in which an epoch sees its pictures: int64 [count], each number once."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed_for(seed, "order", epoch)))


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """torch's own random state on a device seeded for a while, and then as it was before.

    Example:
        >>> before = torch.get_rng_state()
        >>> with seeded(1, torch.device("cpu")):
        ...     first = torch.rand(2)
        >>> with seeded(1, torch.device("cpu")):
        ...     again = torch.rand(2)
        >>> bool((first == again).all()), torch.equal(before, torch.get_rng_state())
        (True, True)
    """
    generator = _generator(device)
    state = generator.get_state()
    generator.manual_seed(seed)
    try:
        yield
    finally:
        generator.set_state(state)


def _generator(device: torch.device) -> torch.Generator:
    """What torch draws from on a device. `torch.manual_seed` would seed every device, and note its caller each time."""
    if device.type == "cuda":
        torch.cuda.init()  # type: ignore[no-untyped-call]
        number = torch.cuda.current_device() if device.index is None else device.index
        found: torch.Generator = torch.cuda.default_generators[number]
        return found
    return torch.mps._get_default_mps_generator() if device.type == "mps" else torch.default_generator


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
