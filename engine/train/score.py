"""How a network does on pictures that it has not learned from."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from engine.nn import evaluating
from engine.spec.events import Confusion
from engine.spec.train import Loss
from engine.train.held import Held
from engine.train.losses import confusion_of, count_right, loss_of
from engine.train.team import Team

_AT_ONCE = 2**19
"""How many input values are tried at a time: 668 digits, 3 pictures of 224×224."""


class Score(NamedTuple):
    """The mean loss, the share named rightly, and the pictures by class [true][named]; of a regression no classes."""

    loss: float
    accuracy: float
    confusion: Confusion


def evaluate(module: nn.Module, test: Held, loss: Loss = "cross-entropy", team: Team | None = None) -> Score:
    """Try a module on pictures, in evaluation mode; afterwards it is in the mode it was in before.

    Each process of a team tries its share of them, and all have the whole score.
    """
    at_once = max(1, _AT_ONCE // test.values)
    losses, counts, right = [], [], []
    divided = team if team is not None and len(test) >= 2 * team.size else None
    first, last = (0, len(test)) if divided is None else divided.share(0, len(test))[:2]
    with evaluating(module), torch.inference_mode():
        for start in range(first, last, at_once):
            inputs, targets = test.slice(start, min(start + at_once, last))
            outputs = module(inputs).flatten(1)
            losses.append(loss_of(loss, outputs, targets, reduction="sum"))
            right.append(count_right(outputs, targets))
            counts.append(confusion_of(outputs, targets))
        sums = [torch.stack(losses).sum(), torch.stack(counts).sum(0), torch.stack(right).sum()]
    whole, confusion, named = sums if divided is None else divided.sums(sums)
    rows = () if test.labels.is_floating_point() else tuple(tuple(row) for row in confusion.to(torch.int64).tolist())
    return Score(float(whole) / len(test), int(named) / len(test), rows)
