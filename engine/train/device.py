"""What computes, and how the processor is set while it does."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.filtering.on_torch import open_device

# From glibc's malloc.h; the values are the largest that it takes for itself, and what may lie idle between two steps.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_MMAP_THRESHOLD, _TRIM_THRESHOLD = 32 * 2**20, 256 * 2**20


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


def keep_freed_memory() -> None:
    """Let the C library keep what one step, or one frame, frees for the next.

    Each frees and asks for the same few megabytes again. As it comes, glibc hands them back to the system and gets
    them as new pages each time, thousands of page faults a step at some batch sizes: a third more time was seen. It
    tells no old values to put back, and up to 256 MiB that lie idle are small beside torch.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _MMAP_THRESHOLD)
        mallopt(_M_TRIM_THRESHOLD, _TRIM_THRESHOLD)
