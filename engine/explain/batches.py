"""A data set's inputs, batch by batch, as a network takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from engine.data.examples import Examples

Progress = Callable[[int, int], None]
"""Told how many of how many inputs are done; what it raises ends the work."""

AT_ONCE = 64


def batches(
    examples: Examples, progress: Progress | None = None, most: int | None = None, device: torch.device | None = None
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """The number of a batch's first example, the inputs as float32 [n, C, *size] in [0, 1], and their targets.

    Args:
        examples: `data.train` or `data.test`.
        progress: called before each batch.
        most: how many examples from the first on; all if left out.
        device: where to; the processor if left out.
    """
    count = len(examples) if most is None else min(most, len(examples))
    for start in range(0, count, AT_ONCE):
        if progress is not None:
            progress(start, count)
        inputs, targets = examples.slice(start, min(start + AT_ONCE, count))
        values = inputs.to(device).float()
        yield start, values * (1 / 255) if inputs.dtype == torch.uint8 else values, targets.to(device)
