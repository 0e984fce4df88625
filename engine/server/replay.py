"""A run that is there already, told as if one had watched it: where it stands, its curves, its last confusion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from engine.errors import EngineError
from engine.protocol import EpochDone, Points, Training
from engine.spec.events import Epoch, Finished, Metric, Steps
from engine.spec.project import Planted
from engine.train import Run
from engine.train.folder import RunFolder


def epoch_done(event: Epoch, class_names: tuple[str, ...]) -> EpochDone:
    """The end of an epoch as the window is told it."""
    return EpochDone(
        epoch=event.epoch,
        step=event.step,
        train_loss=event.train_loss,
        train_accuracy=event.train_accuracy,
        test_loss=event.test_loss,
        test_accuracy=event.test_accuracy,
        confusion=event.confusion,
        class_names=class_names,
    )


def before(run: str) -> tuple[tuple[Planted, ...], tuple[Metric, ...]]:
    """The kernels that a run began with and all that it has noted; nothing of a run that keeps nothing."""
    try:
        folder = RunFolder.open(Path(run))
        return planted_of(folder), folder.metrics()
    except EngineError:
        # A run that can be trained goes on, even if its curves begin here.
        return (), ()


def planted_of(folder: RunFolder) -> tuple[Planted, ...]:
    """The kernels that a run began with, or the run that it was forked from: what it has learned is laid over them."""
    parent = folder.record.parent
    if parent is None or folder.record.planted:
        return folder.record.planted
    try:
        return planted_of(RunFolder.open(Path(parent.run)))
    except EngineError:
        return ()


def history(metrics: Iterable[Metric], step: int, class_names: tuple[str, ...]) -> list[Points | EpochDone]:
    """What was noted up to a step, as the window is told it; a confusion only with the last epoch."""
    noted = [metric for metric in metrics if metric.step <= step]
    taken = [metric for metric in noted if isinstance(metric, Steps)]
    epochs = [epoch_done(metric, class_names) for metric in noted if isinstance(metric, Epoch)]
    points = points_of(taken, again=True)
    return [points, *(msgspec.structs.replace(done, confusion=()) for done in epochs[:-1]), *epochs[-1:]]


def points_of(taken: Sequence[Steps], again: bool = False) -> Points:
    """Steps as points of the curves."""
    return Points(
        steps=tuple(each.step for each in taken),
        losses=tuple(each.loss for each in taken),
        accuracies=tuple(each.accuracy for each in taken),
        rates=tuple(each.learning_rate for each in taken),
        gradients=tuple(each.gradient_norm for each in taken),
        again=again,
    )


def standing(run: Run) -> Training:
    """How far a run has come."""
    taken = [metric for metric in run.metrics if isinstance(metric, Steps) and metric.step <= run.step]
    ends = [metric for metric in run.metrics if isinstance(metric, Finished)]
    done = any(end.epochs >= run.settings.epochs or end.reason != "epochs" for end in ends[-1:])
    state: Literal["finished", "stopped"] = "finished" if done and run.step >= ends[-1].step else "stopped"
    return Training(
        state=state,
        message=" ".join(run.notes),
        run=str(run.path),
        device=run.device,
        epoch=taken[-1].epoch if taken else 0,
        epochs=run.settings.epochs,
        step=run.step,
        steps=run.steps,
        examples_per_second=taken[-1].examples_per_second if taken else 0.0,
        learning_rate=run.settings.learning_rate,
        reason=ends[-1].reason if state == "finished" else "",
        learned=True,
    )
