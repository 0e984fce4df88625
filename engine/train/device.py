"""What computes, and how the processor is set while it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.filtering.on_torch import open_device
from engine.nn.room import keep_freed_memory


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" is an NVIDIA GPU, else an Apple GPU, else the processor.

    Raises:
        SpecError: if this machine has none of that name.

    Example:
        >>> choose_device("cpu")
        device(type='cpu')
    """
    if name != "auto":
        return open_device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@contextmanager
def computing(threads: int) -> Iterator[None]:
    """The caller's thread set for training for a while: so many threads an operation, and no denormal numbers.

    Numbers below 1e-38 slow a convolution 5 to 100 times, and weights that decay pass through them.
    """
    before = torch.get_num_threads(), _flushes()
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    keep_freed_memory()
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.set_flush_denormal(before[1])


def _flushes() -> bool:
    """Whether this thread takes denormal numbers for zero already."""
    return bool((torch.tensor(1e-39) * torch.ones(())).item() == 0.0)
