"""Loss and accuracy of the steps taken, kept on the device and read seldom: reading makes a GPU wait."""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor


class Means(NamedTuple):
    """What some steps in a row were like.

    Attributes:
        losses: each step's mean loss.
        pictures: of how many pictures each was.
        right: how many of all these were named rightly.
        norms: the length of each step's gradient; empty where it was not measured.
    """

    losses: tuple[float, ...]
    pictures: tuple[int, ...]
    right: int
    norms: tuple[float, ...] = ()

    @property
    def examples(self) -> int:
        """How many pictures in all."""
        return sum(self.pictures)

    @property
    def loss(self) -> float:
        """The mean over the pictures."""
        total = sum(loss * count for loss, count in zip(self.losses, self.pictures, strict=True))
        return total / self.examples

    @property
    def accuracy(self) -> float:
        """The share of pictures named rightly."""
        return self.right / self.examples

    @property
    def gradient_norm(self) -> float:
        """The mean length of the gradients that are finite numbers."""
        finite = [norm for norm in self.norms if math.isfinite(norm)]
        return sum(finite) / len(finite) if finite else 0.0

    @property
    def good(self) -> int:
        """How many steps came before the first whose loss is no finite number."""
        bad = (index for index, loss in enumerate(self.losses) if not math.isfinite(loss))
        return next(bad, len(self.losses))


class Tally:
    """Adds up what steps tell.

    Example:
        >>> tally = Tally()
        >>> tally.add(torch.tensor(2.0), torch.tensor(1), 4)
        >>> tally.add(torch.tensor(1.0), torch.tensor(3), 4)
        >>> means = tally.read()
        >>> means.loss, means.accuracy, len(tally)
        (1.5, 0.5, 0)
    """

    def __init__(self) -> None:
        self._losses: list[Tensor] = []
        self._right: list[Tensor] = []
        self._norms: list[Tensor] = []
        self._pictures: list[int] = []

    def __len__(self) -> int:
        return len(self._pictures)

    def add(self, loss: Tensor, right: Tensor, pictures: int, norm: Tensor | None = None) -> None:
        """One step: its mean loss, how many pictures it named rightly, of how many, and its gradient's length."""
        if norm is not None:
            self._norms.append(norm)
        self._losses.append(loss)
        self._right.append(right)
        self._pictures.append(pictures)

    def read(self) -> Means:
        """The steps since the last reading."""
        losses, right = torch.stack(self._losses).tolist(), int(torch.stack(self._right).sum())
        norms = torch.stack(self._norms).tolist() if self._norms else []
        means = Means(tuple(losses), tuple(self._pictures), right, tuple(norms))
        self._losses, self._right, self._norms, self._pictures = [], [], [], []
        return means


class Sum(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An epoch's means, out of its reports. Checkpoints keep it, so that an epoch may be interrupted."""

    examples: int = 0
    losses: float = 0.0
    right: int = 0

    def plus(self, means: Means) -> Sum:
        """With one report more, added step by step: however the steps were reported, the sum is the same."""
        losses = self.losses
        for loss, count in zip(means.losses, means.pictures, strict=True):
            losses += loss * count
        return Sum(examples=self.examples + means.examples, losses=losses, right=self.right + means.right)

    @property
    def loss(self) -> float:
        """The mean loss; 0 of nothing."""
        return self.losses / self.examples if self.examples else 0.0

    @property
    def accuracy(self) -> float:
        """The share of pictures named rightly; 0 of nothing."""
        return self.right / self.examples if self.examples else 0.0
