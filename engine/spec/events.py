"""What a training run says as it goes, one small record after another: the lines of `train --json` and `metrics.jsonl`.

All numbers are finite; accuracies are fractions; epochs count from 1 and steps are those taken since the run began.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Confusion = tuple[tuple[int, ...], ...]
"""Test pictures by class [true][predicted]."""


class RunEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """One thing that happened."""


class Started(RunEvent, frozen=True, kw_only=True, tag="started"):
    """The first step comes next. `run` is the run's folder, or empty; `steps` are those of the whole run."""

    run: str
    device: str
    threads: int
    seed: int
    epochs: int
    step: int
    steps: int
    batch_size: int
    examples: int
    test_examples: int
    class_names: tuple[str, ...]
    parameters: int
    notes: tuple[str, ...] = ()


class Steps(RunEvent, frozen=True, kw_only=True, tag="step"):
    """Some steps were taken, the last of them `step`; `loss` and `accuracy` are their means over training pictures."""

    step: int
    epoch: int
    count: int
    loss: float
    accuracy: float
    learning_rate: float
    examples_per_second: float
    seconds: float
    seconds_left: float


class Epoch(RunEvent, frozen=True, kw_only=True, tag="epoch"):
    """An epoch has ended and the network was tried on the test pictures."""

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    confusion: Confusion
    examples_per_second: float
    seconds: float


class Saved(RunEvent, frozen=True, kw_only=True, tag="checkpoint"):
    """A checkpoint is on the disk; `best` if no epoch before it did better on the test pictures."""

    step: int
    path: str
    best: bool = False


class Paused(RunEvent, frozen=True, kw_only=True, tag="paused"):
    """It waits until it is told to go on."""

    step: int


class Resumed(RunEvent, frozen=True, kw_only=True, tag="resumed"):
    """It goes on after a pause."""

    step: int


class Warned(RunEvent, frozen=True, kw_only=True, tag="warning"):
    """Something went wrong that does not end the run."""

    message: str


class Stopped(RunEvent, frozen=True, kw_only=True, tag="stopped"):
    """It was told to end and can be resumed from here. The last event."""

    step: int
    epoch: int


class Failed(RunEvent, frozen=True, kw_only=True, tag="failed"):
    """It cannot go on; `checkpoint` is the last good one, or empty. The last event."""

    reason: Literal["diverged", "memory", "disk"]
    message: str
    step: int
    checkpoint: str = ""


class Finished(RunEvent, frozen=True, kw_only=True, tag="finished"):
    """All epochs are done. The last event."""

    run: str
    epochs: int
    step: int
    test_accuracy: float
    test_loss: float
    confusion: Confusion
    best_accuracy: float
    best_epoch: int
    examples_per_second: float
    seconds: float


TrainEvent = Started | Steps | Epoch | Saved | Paused | Resumed | Warned | Stopped | Failed | Finished
Metric = Steps | Epoch | Finished
"""What is kept in a run's `metrics.jsonl`."""


def to_json(event: RunEvent) -> str:
    """The event as one line.

    Example:
        >>> to_json(Paused(step=3))
        '{"event":"paused","step":3}'
    """
    return msgspec.json.encode(event).decode()
