"""A whole data set through a network: what is taken for what, how far it may be believed, and what lies near what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.data.examples import Examples
from engine.errors import SpecError
from engine.explain.batches import Progress, batches
from engine.explain.target import output_of
from engine.nn.maps import evaluating, run

BINS = 10


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What a network says of every example: float32 [N, classes] probabilities, and int64 [N] the true classes."""

    probabilities: Tensor
    classes: Tensor

    @property
    def guesses(self) -> Tensor:
        """int64 [N], the likeliest class of each."""
        return self.probabilities.argmax(1)

    @property
    def accuracy(self) -> float:
        """The share that is right."""
        return (self.guesses == self.classes).float().mean().item()

    def confusion(self) -> Tensor:
        """int64 [classes, classes]: row the true class, column the guess."""
        count = max(self.probabilities.shape[1], int(self.classes.max()) + 1)
        made = torch.zeros(count, count, dtype=torch.int64)
        made.index_put_((self.classes, self.guesses), torch.ones_like(self.classes), accumulate=True)
        return made

    def worst(self, count: int = 20) -> list[int]:
        """The mistakes that the network is surest of, by their numbers, the worst first."""
        sure = self.probabilities.max(1).values
        wrong = torch.nonzero(self.guesses != self.classes).flatten()
        order = sure[wrong].argsort(descending=True, stable=True)
        picked: list[int] = wrong[order][:count].tolist()
        return picked

    def calibration(self, bins: int = BINS) -> Calibration:
        """Among the answers of which the network is so and so sure, the share that is right."""
        sure, right = self.probabilities.max(1).values, (self.guesses == self.classes).double()
        place = (sure * bins).long().clamp_max(bins - 1)
        counts = torch.bincount(place, minlength=bins)
        some = counts.clamp_min(1)
        surety = torch.bincount(place, sure.double(), bins) / some
        truth = torch.bincount(place, right, bins) / some
        error = ((surety - truth).abs() * counts).sum().item() / max(len(sure), 1)
        return Calibration(tuple(counts.tolist()), tuple(surety.tolist()), tuple(truth.tolist()), error)


@dataclass(frozen=True)
class Calibration:
    """For each of some equal bins of surety: how many answers, how sure on the mean, and how many of them are right.

    `error` is the mean distance of the two, weighted by the counts (the expected calibration error).

    Source: Guo et al., On Calibration of Modern Neural Networks, 2017
    """

    counts: tuple[int, ...]
    sure: tuple[float, ...]
    right: tuple[float, ...]
    error: float


def outcomes(
    module: nn.Module, examples: Examples, progress: Progress | None = None, most: int | None = None
) -> Outcomes:
    """Have a network say what it takes every example for.

    Raises:
        SpecError: if there are no examples, or they have no classes.
    """
    said, true = _gathered(module, examples, lambda inputs: _likely(module, inputs), progress, most)
    if true.is_floating_point():
        raise SpecError("These examples have numbers to be told and no classes; a data set with classes would do.")
    return Outcomes(said, true)


def _likely(module: nn.Module, inputs: Tensor) -> Tensor:
    scores = run(module, inputs)
    return (scores.flatten(2).mean(2) if scores.ndim > 2 else scores).softmax(1)


@dataclass(frozen=True, eq=False)
class Embedding:
    """Examples as points: float32 [N, 2], along the two directions in which a layer's numbers differ most.

    `kept` is the share of all variance that lies in each of the two; `classes` the true ones (or numbers to be told).
    """

    points: Tensor
    kept: tuple[float, ...]
    classes: Tensor


def embedding(
    module: nn.Module, examples: Examples, layer: str = "", progress: Progress | None = None, most: int | None = 2000
) -> Embedding:
    """Lay examples out by what a layer makes of them (principal components); maps count by their means.

    Raises:
        SpecError: if there is no such layer, or fewer than two examples.
    """

    def features(inputs: Tensor) -> Tensor:
        made = output_of(module, inputs, layer)
        return made.flatten(2).mean(2) if made.ndim > 2 else made

    values, true = _gathered(module, examples, features, progress, most)
    if len(values) < 2:
        raise SpecError("One example alone has no place among others; at least two would do.")
    centred = (values - values.mean(0)).double()
    _, strengths, directions = torch.linalg.svd(centred, full_matrices=False)
    # The sign of a direction is chance; the largest part of each is made positive.
    largest = directions.gather(1, directions.abs().argmax(1, keepdim=True))
    points = centred @ (directions * largest.sign())[:2].T
    if points.shape[1] < 2:
        points = torch.cat((points, torch.zeros_like(points)), 1)
    total = (strengths**2).sum().clamp_min(1e-30)
    return Embedding(points.float(), tuple((strengths[:2] ** 2 / total).tolist()), true)


def _gathered(
    module: nn.Module,
    examples: Examples,
    of: Callable[[Tensor], Tensor],
    progress: Progress | None,
    most: int | None,
) -> tuple[Tensor, Tensor]:
    made, targets = [], []
    with evaluating(module), torch.no_grad():
        for _, inputs, true in batches(examples, progress, most):
            made.append(of(inputs))
            targets.append(true)
    if not made:
        raise SpecError("There are no examples to look through; a data set with at least one would do.")
    return torch.cat(made), torch.cat(targets)
