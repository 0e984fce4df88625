"""Loss and accuracy of the steps taken, kept on the device and read seldom: reading makes a GPU wait."""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor


class Means(NamedTuple):
    """Over so many pictures and steps: mean loss, pictures named rightly; how many steps before the first bad loss."""

    loss: float
    right: int
    examples: int
    steps: int
    good: int

    @property
    def accuracy(self) -> float:
        """The share of pictures named rightly."""
        return self.right / self.examples


class Tally:
    """Adds up what steps tell.

    Example:
        >>> tally = Tally()
        >>> tally.add(torch.tensor(2.0), torch.tensor(1), 4)
        >>> tally.add(torch.tensor(1.0), torch.tensor(3), 4)
        >>> tally.read()
        Means(loss=1.5, right=4, examples=8, steps=2, good=2)
    """

    def __init__(self) -> None:
        self._losses: list[Tensor] = []
        self._right: list[Tensor] = []
        self._counts: list[int] = []

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, loss: Tensor, right: Tensor, count: int) -> None:
        """One step: its mean loss, how many pictures it named rightly, and of how many."""
        self._losses.append(loss)
        self._right.append(right)
        self._counts.append(count)

    def read(self) -> Means:
        """The means since the last reading."""
        losses: list[float] = torch.stack(self._losses).tolist()
        right = int(torch.stack(self._right).sum())
        counts, examples = self._counts, sum(self._counts)
        self._losses, self._right, self._counts = [], [], []
        good = next((index for index, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
        loss = sum(loss * count for loss, count in zip(losses, counts, strict=True)) / examples
        return Means(loss, right, examples, len(losses), good)


class Sum(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Means of means: an epoch's, out of its reports. Checkpoints keep it, so that an epoch may be interrupted."""

    examples: int = 0
    losses: float = 0.0
    right: int = 0

    def add(self, means: Means) -> None:
        """One report more."""
        self.examples += means.examples
        self.losses += means.loss * means.examples
        self.right += means.right

    @property
    def loss(self) -> float:
        """The mean loss; 0 of nothing."""
        return self.losses / self.examples if self.examples else 0.0

    @property
    def accuracy(self) -> float:
        """The share of pictures named rightly; 0 of nothing."""
        return self.right / self.examples if self.examples else 0.0
