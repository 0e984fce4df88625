"""Examples that lie whole on a device, so that a batch is one indexing operation; or streamed to it batch by batch."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.data.examples import Examples


class Held:
    """Examples as a network takes them: pictures as float32 in [0, 1], series as they are.

    Those in memory are moved to the device at once. Pictures lie there channels last, as convolutions want them, so
    that a batch needs no rearranging.
    """

    def __init__(self, examples: Examples, device: torch.device) -> None:
        self._examples = examples
        self._device = device
        self.labels = examples.targets.to(device)
        self._inputs: Tensor | None = None
        if not examples.streamed:
            inputs = examples.slice(0, len(examples))[0]
            self._inputs = (inputs.permute(0, 2, 3, 1) if inputs.ndim == 4 else inputs).contiguous().to(device)

    def __len__(self) -> int:
        return len(self.labels)

    def raw(self, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """The chosen inputs as they are stored, uint8 [n, C, H, W] or float32 [n, C, L], and their targets."""
        if self._inputs is None:
            inputs, labels = self._examples.take(chosen.cpu())
            return inputs.to(self._device), labels.to(self._device)
        return _channels_first(self._inputs.index_select(0, chosen)), self.labels.index_select(0, chosen)

    def batch(self, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """float32 [n, C, H, W] in [0, 1], and int64 [n] or float32 [n, K], of the chosen pictures."""
        inputs, labels = self.raw(chosen)
        return as_inputs(inputs), labels

    def slice(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """The same of some pictures in a row."""
        if self._inputs is None:
            inputs, _ = self._examples.slice(start, stop)
            return as_inputs(inputs.to(self._device)), self.labels[start:stop]
        return as_inputs(_channels_first(self._inputs[start:stop])), self.labels[start:stop]

    @property
    def values(self) -> int:
        """How many values a picture has."""
        return max(1, math.prod(self._examples.shape))


def as_inputs(stored: Tensor) -> Tensor:
    """Inputs as a network takes them."""
    return stored.to(torch.float32).mul_(1 / 255) if stored.dtype == torch.uint8 else stored


def _channels_first(stored: Tensor) -> Tensor:
    return stored.permute(0, 3, 1, 2) if stored.ndim == 4 else stored
