"""Whether there is memory for what a network is about to do: refused before it is asked for, with the number."""

from __future__ import annotations

import ctypes
import math
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.errors import SpecError
from engine.spec.layers import Shape
from engine.spec.memory import bytes_text

_BYTES = 4
_SMALL = 64 * 2**20
"""Less than this is not worth asking the system for."""
_SHARE = 0.9
"""The part of the free memory that one step may take: layers need a little more than what they make."""
_NAME = "needed_values"
# From glibc's malloc.h; the values are the largest that it takes for itself, and what may lie idle between two steps.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_MMAP_THRESHOLD, _TRIM_THRESHOLD = 32 * 2**20, 256 * 2**20


def free_bytes(device: torch.device) -> int | None:
    """How much memory a device has left; None where nobody tells."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type != "cpu":
        return None
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError, IndexError):
        return None


def check_weights(parameters: Mapping[str, int]) -> None:
    """Refuse a network whose weights would not fit.

    Args:
        parameters: how many numbers each layer learns, by path.

    Raises:
        SpecError: with the bytes, and the layer that takes the most.
    """
    needed, free = (
        _BYTES * sum(parameters.values()),
        _room(torch.get_default_device(), _BYTES * sum(parameters.values())),
    )
    if free is not None:
        largest = max(parameters, key=parameters.__getitem__)
        raise SpecError(
            f"The network's weights take {bytes_text(needed)} of memory, those of {largest} "
            f"{bytes_text(_BYTES * parameters[largest])}, and {bytes_text(free)} are free; fewer channels or outputs, "
            f"or a smaller input, would do."
        )


def tell_needs(module: nn.Module, path: str, shape: Shape, values: int) -> None:
    """Note how many values of maps a module needs at one time for one input of a shape."""
    module.__dict__[_NAME] = (path, math.prod(shape), values)


def check_maps(module: nn.Module, inputs: Tensor, kept: Iterable[int] = ()) -> None:
    """Refuse to run a module that would not have the memory for it; nothing is known of modules not built here.

    Args:
        module: the one that is to run.
        inputs: what it is to run on. For another size than it was built for, needs grow with the number of cells.
        kept: how many values there will be of maps that are kept.

    Raises:
        SpecError: with the bytes.
    """
    path, cells, values = module.__dict__.get(_NAME, ("", 1, 0))
    times = inputs.numel() / cells
    needed = _BYTES * math.ceil((values + sum(kept)) * times) if values else 0
    free = _room(inputs.device, needed)
    if free is not None:
        raise SpecError(
            f"{path or 'The network'} needs about {bytes_text(needed)} of memory for maps of {len(inputs)} "
            f"input{'s' * (len(inputs) != 1)}, and {bytes_text(free)} are free; a smaller input, fewer channels "
            f"or fewer inputs at a time would do."
        )


def _room(device: torch.device, needed: int) -> int | None:
    """What is free, if it is not enough."""
    free = free_bytes(device) if needed > _SMALL else None
    return free if free is not None and needed > _SHARE * free else None


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
