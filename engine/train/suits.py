"""Whether a network, a data set and the settings go together; said before anything is computed."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch

from engine.data.dataset import DataSet
from engine.errors import SpecError
from engine.spec.layers import shape_text
from engine.spec.network import NetworkSpec
from engine.spec.summary import Summary, check, summary
from engine.spec.train import TrainSpec
from engine.train.chance import bounds


class Suited(NamedTuple):
    """The data as the network takes it, what the network is, and what a person should know of how they go together."""

    data: DataSet
    network: Summary
    notes: tuple[str, ...]


def suited(network: NetworkSpec, data: DataSet, settings: TrainSpec) -> Suited:
    """Bring the data to the network's input and see that everything fits.

    Raises:
        SpecError: with one sentence on what does not, and what would do.
    """
    check(network)
    found = summary(network)
    if not found.parameters:
        raise SpecError("The network has no weights to learn; a Conv2d or a Linear layer would do.")
    if found.frozen_parameters == found.parameters:
        raise SpecError("Every layer that could learn is frozen; one that is not would do.")
    _check_parts(data)
    _check_loss(data, found, settings)
    notes = _outputs(found, data)
    fitted = data.fitted(network.input_shape)
    _check_batches(found, len(data.y_train), settings)
    if settings.batch_size > len(data.y_train):
        notes.append(
            f"A batch is {settings.batch_size} pictures and there are {len(data.y_train)}: one batch an epoch."
        )
    return Suited(fitted, found, (*fitted.notes, *notes))


def outputs_of(shape: tuple[int, ...] | None) -> int:
    """How many classes a network of this output shape can name.

    Raises:
        SpecError: if it does not end in one number a class.
    """
    if shape is None or math.prod(shape[1:]) != 1:
        made = "nothing" if shape is None else f"maps of {shape_text(shape)}"
        raise SpecError(
            f"The network ends in {made}, and a class needs one number; a Flatten and a Linear layer, or a "
            f"GlobalAvgPool, at its end would do."
        )
    return shape[0]


def names_of(outputs: int, class_names: tuple[str, ...]) -> tuple[str, ...]:
    """A name for each output of a network, those without a class among them.

    Example:
        >>> names_of(3, ("cat", "dog"))
        ('cat', 'dog', 'output 2')
    """
    return (*class_names, *(f"output {index}" for index in range(len(class_names), outputs)))


def _check_parts(data: DataSet) -> None:
    for part, labels in (("to learn from", data.y_train), ("to be tested on", data.y_test)):
        if not len(labels):
            raise SpecError(
                f"{data.name} has no pictures {part}; at least two of each class, or train and test pictures, would do."
            )
    if not data.is_regression and len(torch.unique(data.y_train)) < 2:
        only = data.class_names[int(data.y_train[0])]
        raise SpecError(f"{data.name} has one class only to learn from, {only!r}; at least two would do.")


def _check_loss(data: DataSet, found: Summary, settings: TrainSpec) -> None:
    """Numbers that are to be told need a loss for numbers, and an output each."""
    if not data.is_regression:
        return
    if settings.loss in ("cross-entropy", "binary"):
        raise SpecError(
            f"{data.name} has numbers to be told and the loss {settings.loss} is for classes; squared would do."
        )
    outputs, wanted = outputs_of(found.output_shape), len(data.class_names)
    if outputs != wanted:
        raise SpecError(f"The network ends in {outputs} outputs and {data.name} has {wanted} numbers to be told.")


def _outputs(found: Summary, data: DataSet) -> list[str]:
    outputs, classes = outputs_of(found.output_shape), len(data.class_names)
    if outputs < classes:
        raise SpecError(
            f"The network ends in {outputs} output{'s' * (outputs != 1)} and {data.name} has {classes} classes; "
            f"{classes} outputs in the last layer would do."
        )
    if outputs == classes:
        return []
    return [f"The network has {outputs} outputs for {classes} classes; it learns never to name the others."]


def _check_batches(found: Summary, count: int, settings: TrainSpec) -> None:
    """A batch of one gives a map of one cell no variance, and torch refuses it."""
    smallest = min(stop - start for start, stop in bounds(count, settings.batch_size, lone_joins=True))
    for row in found.rows:
        cells = math.prod(row.input_shape[1:]) if row.input_shape else 0
        if smallest == 1 and row.type == "BatchNorm2d" and not row.disabled and cells == 1:
            raise SpecError(
                f"{row.id} normalises maps of one cell over a batch of one picture; a batch size of 2 or more would do."
            )
