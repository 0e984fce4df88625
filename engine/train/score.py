"""How a network does on pictures that it has not learned from."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from engine.nn import evaluating
from engine.spec.events import Confusion
from engine.train.held import Held

_AT_ONCE = 2**19
"""How many input values are tried at a time: 668 digits, 3 pictures of 224×224."""


class Score(NamedTuple):
    """The mean cross-entropy, the share named rightly, and the pictures by class [true][named]."""

    loss: float
    accuracy: float
    confusion: Confusion


def evaluate(module: nn.Module, test: Held) -> Score:
    """Try a module on pictures, in evaluation mode; afterwards it is in the mode it was in before."""
    at_once = max(1, _AT_ONCE // test.values)
    losses, counts = [], []
    with evaluating(module), torch.inference_mode():
        for start in range(0, len(test), at_once):
            inputs, labels = test.slice(start, start + at_once)
            logits = module(inputs).flatten(1)
            classes = logits.shape[1]
            losses.append(F.cross_entropy(logits, labels, reduction="sum"))
            counts.append(torch.bincount(labels * classes + logits.argmax(1), minlength=classes * classes))
        loss = float(torch.stack(losses).sum()) / len(test)
        confusion = torch.stack(counts).sum(0).view(classes, classes)
    right = int(confusion.diagonal().sum())
    return Score(loss, right / len(test), tuple(tuple(row) for row in confusion.tolist()))
