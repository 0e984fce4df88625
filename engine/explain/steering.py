"""A network with some of its maps switched off, made stronger, or replaced: what are they needed for?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.data.examples import Examples
from engine.errors import SpecError
from engine.explain.batches import Progress, batches
from engine.explain.target import layer_of, output_of
from engine.nn.maps import evaluating, run

Scales = Mapping[int, float]
"""{map: factor}: 0 switches a map off, 1 leaves it."""


@contextmanager
def steered(
    module: nn.Module, layer: str, scales: Scales | None = None, replaced: Mapping[int, Tensor] | None = None
) -> Iterator[None]:
    """For a while, multiply maps of a layer, or put others in their place, before anything reads them.

    Args:
        module: the network; its weights stay as they are.
        layer: its path.
        scales: {map: factor}.
        replaced: {map: [*size]}, what stands there for every input of the batch.

    Raises:
        SpecError: if there is no such layer; when the network runs, if there is no such map.
    """
    scales, replaced = dict(scales or {}), dict(replaced or {})

    def hook(_module: nn.Module, _given: Any, made: Tensor) -> Tensor:
        for number in (*scales, *replaced):
            if not 0 <= number < made.shape[1]:
                raise SpecError(f"Layer {layer} has {made.shape[1]} maps, counted from 0; there is no map {number}.")
        changed = made.clone()
        for number, factor in scales.items():
            changed[:, number] *= factor
        for number, values in replaced.items():
            changed[:, number] = values.to(made)
        return changed

    handle = layer_of(module, layer).register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


@dataclass(frozen=True, eq=False)
class Needed:
    """What each map of a layer is needed for: the share of right answers without it, and that of the whole network."""

    layer: str
    whole: float
    without: tuple[float, ...]

    @property
    def lost(self) -> tuple[float, ...]:
        """How much is lost without each; below 0 where it did harm."""
        return tuple(self.whole - each for each in self.without)


def accuracy_without(
    module: nn.Module, examples: Examples, layer: str, progress: Progress | None = None, most: int | None = None
) -> Needed:
    """Switch off each map of a layer in turn and count the right answers.

    Args:
        module: a network that ends in one score for each class.
        examples: with classes.
        layer: its path.
        progress: told how many of how many examples are done, each with every map.
        most: how many examples to look at; all if left out.

    Raises:
        SpecError: if there is no such layer, no example, or there are no classes.
    """
    right: list[int] = []
    count = 0
    with evaluating(module), torch.no_grad():
        for start, inputs, targets in batches(examples, progress, most):
            if targets.is_floating_point():
                raise SpecError(
                    "These examples have numbers to be told and no classes; a data set with classes would do."
                )
            if start == 0:
                right = [0] * (1 + output_of(module, inputs[:1], layer).shape[1])
            count += len(inputs)
            right[0] += _right(module, inputs, targets)
            for number in range(len(right) - 1):
                with steered(module, layer, {number: 0.0}):
                    right[number + 1] += _right(module, inputs, targets)
    if not count:
        raise SpecError("There are no examples to look through; a data set with at least one would do.")
    return Needed(layer, right[0] / count, tuple(each / count for each in right[1:]))


def _right(module: nn.Module, inputs: Tensor, targets: Tensor) -> int:
    scores = run(module, inputs)
    scores = scores.flatten(2).mean(2) if scores.ndim > 2 else scores
    return int((scores.argmax(1) == targets).sum())
