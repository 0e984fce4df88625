"""Chance that follows from a seed and a purpose, and torch's random state seeded for a while."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def seed_for(seed: int, purpose: str, number: int = 0) -> int:
    """A seed of 63 bits for one purpose of a run.

    Example:
        >>> seed_for(0, "order", 1) == seed_for(0, "order", 1), seed_for(0, "order", 1) == seed_for(0, "order", 2)
        (True, False)
    """
    digest = hashlib.blake2b(f"{seed}:{purpose}:{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


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
