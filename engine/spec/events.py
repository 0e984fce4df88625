"""What a training run says as it goes, one small record after another: the lines of `train --json` and `metrics.jsonl`.

All numbers are finite; accuracies are fractions; epochs count from 1 and steps are those taken since the run began.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.spec.steering import Entry

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
    """Some steps were taken, the last of them `step`; `loss` and `accuracy` are their means over training pictures.

    `gradient_norm` is the length of the gradient over all weights, before clipping: the mean of those steps that were
    measured, the first of them at least.
    """

    step: int
    epoch: int
    count: int
    loss: float
    accuracy: float
    learning_rate: float
    examples_per_second: float
    seconds: float
    seconds_left: float
    gradient_norm: float = 0.0


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


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """How often values occur, in equal parts from `low` to `high`; `odd` of them are not finite."""

    counts: tuple[int, ...]
    low: float
    high: float
    odd: int = 0


class LayerFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A layer in one step: what it made, its weights and their gradients, and the length of the step beside theirs."""

    layer: str
    made: Histogram
    weights: Histogram | None = None
    gradients: Histogram | None = None
    update_ratio: float = 0.0
    still: float = 0.0
    """The share of its maps, or of its single numbers, that are zero for every picture of the batch."""


class Looked(RunEvent, frozen=True, kw_only=True, tag="layers"):
    """Somebody watches, and this is how the layers did in the last step; none of it is kept in the run's folder."""

    step: int
    layers: tuple[LayerFigures, ...]
    every: float = 1.0
    """Seconds until the next such look, at least."""


class Paused(RunEvent, frozen=True, kw_only=True, tag="paused"):
    """It waits until it is told to go on."""

    step: int


class Resumed(RunEvent, frozen=True, kw_only=True, tag="resumed"):
    """It goes on after a pause."""

    step: int


class Obeyed(RunEvent, frozen=True, kw_only=True, tag="order"):
    """It was told to change something, has done so, and has written it into its log."""

    step: int
    entry: Entry
    steps: int = 0
    """Of the whole run, as it is now."""


class Warned(RunEvent, frozen=True, kw_only=True, tag="warning"):
    """Something went wrong that does not end the run."""

    message: str


class Stopped(RunEvent, frozen=True, kw_only=True, tag="stopped"):
    """It was told to end and can be resumed from here. The last event."""

    step: int
    epoch: int


class Failed(RunEvent, frozen=True, kw_only=True, tag="failed"):
    """It cannot go on; `checkpoint` is the last good one, or empty. The last event.

    Of a run that diverged, `layer` is the first whose numbers are no longer finite, if that can be told, and
    `good_step` the step that resuming it goes back to, or -1.
    """

    reason: Literal["diverged", "memory", "disk"]
    message: str
    step: int
    checkpoint: str = ""
    layer: str = ""
    good_step: int = -1
    learning_rate: float = 0.0
    """What the settings had when it diverged."""


class Finished(RunEvent, frozen=True, kw_only=True, tag="finished"):
    """All epochs are done, or another end was reached: `reason` says which. The last event."""

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
    reason: Literal["epochs", "steps", "seconds", "accuracy", "no progress"] = "epochs"


class Ranged(RunEvent, frozen=True, kw_only=True, tag="rates"):
    """The search for a learning rate, all of it so far: rates that were tried, and the smoothed losses."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    steps: int
    """How many are to be tried."""
    suggestion: float | None = None


TrainEvent = (
    Started | Steps | Epoch | Saved | Paused | Resumed | Obeyed | Looked | Warned | Stopped | Failed | Finished | Ranged
)
Metric = Steps | Epoch | Finished
"""What is kept in a run's `metrics.jsonl`."""


def to_json(event: RunEvent) -> str:
    """The event as one line.

    Example:
        >>> to_json(Paused(step=3))
        '{"event":"paused","step":3}'
    """
    return msgspec.json.encode(event).decode()
