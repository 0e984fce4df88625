"""Pictures and labels that lie whole on a device, so that a batch is one indexing operation."""

from __future__ import annotations

import math

import torch
from torch import Tensor


class Held:
    """Pictures, uint8 [N, C, H, W], and labels, int64 [N], moved to a device.

    They lie there channels last, as convolutions want them, so that a batch needs no rearranging.
    """

    def __init__(self, pictures: Tensor, labels: Tensor, device: torch.device) -> None:
        self._pictures = pictures.permute(0, 2, 3, 1).contiguous().to(device)  # [N, H, W, C]
        self.labels = labels.to(device)

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """float32 [n, C, H, W] in [0, 1] and int64 [n] of the chosen pictures."""
        return _as_inputs(self._pictures.index_select(0, chosen)), self.labels.index_select(0, chosen)

    def slice(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """The same of some pictures in a row."""
        return _as_inputs(self._pictures[start:stop]), self.labels[start:stop]

    @property
    def values(self) -> int:
        """How many values a picture has."""
        return max(1, math.prod(self._pictures.shape[1:]))


def _as_inputs(pictures: Tensor) -> Tensor:
    return pictures.permute(0, 3, 1, 2).to(torch.float32).mul_(1 / 255)
