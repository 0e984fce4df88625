"""What the engine says of data sets and of training."""

from __future__ import annotations

from typing import Literal

from engine.protocol.message import Box, Message, Plane
from engine.spec.source import Part


class Training(Message, frozen=True, kw_only=True):
    """How the training is doing: on every change and about four times a second while it runs."""

    state: Literal["idle", "preparing", "running", "paused", "stopping", "stopped", "finished", "failed"]
    message: str = ""
    """One sentence where it failed, or what else a person should know."""
    run: str = ""
    device: str = ""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    """Of the whole run."""
    examples_per_second: float = 0.0
    seconds_left: float = 0.0
    learning_rate: float = 0.0
    learned: bool = False
    """Whether there are learned weights, be they another network's: `Maps` tells what of them is in use."""
    reason: str = ""
    """Of a run that is finished: "epochs", "steps", "seconds", "accuracy" or "no progress"."""
    begins: str = ""
    """The file whose weights a training that is begun now begins with, where one was opened."""
    bad_layer: str = ""
    """Of a run that diverged: the first layer whose numbers are no longer finite, if that can be told,"""
    good_step: int = -1
    """the step that continuing it goes back to, or -1,"""
    failed_rate: float = 0.0
    """and the learning rate that it had."""


class Points(Message, frozen=True, kw_only=True):
    """New points of the curves; every one is sent, in order. `again` says that the curves start anew."""

    steps: tuple[int, ...]
    losses: tuple[float, ...]
    accuracies: tuple[float, ...] = ()
    rates: tuple[float, ...] = ()
    gradients: tuple[float, ...] = ()
    again: bool = False


class EpochDone(Message, frozen=True, kw_only=True):
    """The figures of an epoch. `confusion` is [true class][guessed class], counted on the test part."""

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    confusion: tuple[tuple[int, ...], ...] = ()
    class_names: tuple[str, ...] = ()


class Samples(Message, frozen=True, kw_only=True):
    """Some pictures of a data set, a row of tiles for each class in the view "samples"."""

    id: int
    data: str
    plane: Plane
    tiles: tuple[Box, ...]
    labels: tuple[int, ...]
    """Class of each tile."""
    split: Part = "train"
    indices: tuple[int, ...] = ()
    """Place of each tile's picture in that part of the data set."""
    class_names: tuple[str, ...]
    train_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
    input_shape: tuple[int, ...]
    notes: tuple[str, ...] = ()
    """What was skipped or converted, each a sentence."""
    numbers: bool = False
    """Whether numbers are to be told of each input; `class_names` are then theirs, and everything is in one class."""
