"""What the steps of a run make smaller, and what counts as right."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.spec.train import Loss

_OF_NUMBERS: dict[Loss, Callable[..., Tensor]] = {
    "squared": F.mse_loss,
    "absolute": F.l1_loss,
    "huber": F.huber_loss,
    "binary": F.binary_cross_entropy_with_logits,
}
NEAR = 0.5
"""An output that is to be a number is right if it is nearer to it than this."""


def loss_of(name: Loss, outputs: Tensor, targets: Tensor, smoothing: float = 0.0, reduction: str = "mean") -> Tensor:
    """The loss of a batch.

    Args:
        name: which one.
        outputs: float32 [N, K].
        targets: int64 [N], classes counted from 0; or float32 [N, K], for regression.
        smoothing: of labels, for the cross-entropy.
        reduction: "mean" over the batch, or "sum".
        reduction: "mean" over the batch, or "sum".

    Example:
        >>> loss_of("squared", torch.tensor([[0.0, 1.0]]), torch.tensor([0]))
        tensor(1.)
    """
    if name == "cross-entropy":
        return F.cross_entropy(outputs, targets, label_smoothing=smoothing, reduction=reduction)
    found = _OF_NUMBERS[name](outputs, wanted_outputs(outputs, targets))
    return found * len(targets) if reduction == "sum" else found


def wanted_outputs(outputs: Tensor, targets: Tensor) -> Tensor:
    """The numbers that the outputs should be: 1 for the class and 0 for the others, or those of a regression."""
    if targets.is_floating_point():
        return targets.view_as(outputs)
    return F.one_hot(targets, outputs.shape[1]).to(outputs.dtype)


def count_right(outputs: Tensor, targets: Tensor) -> Tensor:
    """How many of a batch are named rightly; of a regression, how many are near in every output."""
    if targets.is_floating_point():
        return ((outputs - targets.view_as(outputs)).abs() < NEAR).all(1).sum()
    return (outputs.argmax(1) == targets).sum()


def confusion_of(outputs: Tensor, targets: Tensor) -> Tensor:
    """Pictures by class [true][named], int64 [K, K]; of a regression zeros."""
    classes = outputs.shape[1]
    if targets.is_floating_point():
        return torch.zeros((classes, classes), dtype=torch.int64, device=outputs.device)
    return torch.bincount(targets * classes + outputs.argmax(1), minlength=classes * classes).view(classes, classes)
