"""Whether a run fits into memory, and what to say when it did not."""

from __future__ import annotations

import gc
import math

import torch

from engine.errors import SpecError
from engine.nn.room import free_bytes
from engine.spec.layers import Shape
from engine.spec.summary import Summary
from engine.spec.train import TrainSpec
from engine.train.optimiser import STATES

_BYTES = 4
_INDEX_BYTES = 8
_WORDS = ("not enough memory", "can't allocate memory", "out of memory", "unable to allocate")


def needed_bytes(network: Summary, input_shape: Shape, batch_size: int, settings: TrainSpec) -> int:
    """About how much a step needs: what every layer made is kept for the way back, pools keep a place for each cell.

    Example:
        >>> from engine.presets import preset
        >>> from engine.spec.summary import summary
        >>> spec = preset("lenet-5")
        >>> round(needed_bytes(summary(spec), spec.input_shape, 64, TrainSpec()) / 2**20)
        8
    """
    made = [math.prod(row.output_shape) for row in network.rows if row.output_shape]
    pooled = [math.prod(row.output_shape) for row in network.rows if row.output_shape and "MaxPool" in row.type]
    picture = _BYTES * (math.prod(input_shape) + sum(made) + 2 * max(made, default=0)) + _INDEX_BYTES * sum(pooled)
    return batch_size * picture + network.parameters * _BYTES * (2 + STATES[settings.optimiser])


def check_memory(
    network: Summary, input_shape: Shape, examples: int, settings: TrainSpec, device: torch.device
) -> None:
    """Refuse a batch that cannot fit: the system would end the program rather than say no.

    Raises:
        SpecError: with the largest batch size that would do.
    """
    free = free_bytes(device)
    batch = min(settings.batch_size, examples)
    needed = needed_bytes(network, input_shape, batch, settings)
    if free is None or needed <= free:
        return
    fixed = needed_bytes(network, input_shape, 0, settings)
    fits = int((free - fixed) / ((needed - fixed) / batch))
    would_do = f"a batch size of {fits} would do" if fits >= 1 else "a smaller network or smaller pictures would do"
    raise SpecError(
        f"A step with {batch} pictures needs about {_size(needed)} of memory and {_size(max(free, 0))} are free; "
        f"{would_do}."
    )


def is_memory_error(error: BaseException) -> bool:
    """Whether memory ran out; torch says so in several ways.

    Example:
        >>> is_memory_error(MemoryError()), is_memory_error(RuntimeError("shapes differ"))
        (True, False)
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error).lower() for word in _WORDS)


def memory_sentence(step: int, batch_size: int) -> str:
    """What to say after memory ran out."""
    would_do = f"a batch size of {batch_size // 2}" if batch_size > 1 else "a smaller network or smaller pictures"
    return f"Memory ran out in step {step} with batches of {batch_size}; {would_do} would do."


def give_back() -> None:
    """Return what is not used any more to the system; to be called after the error is forgotten, which holds it."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _size(count: float) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"
