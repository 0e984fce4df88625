"""What a run was told, and what it has noted, as the window hears of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from engine.errors import EngineError
from engine.protocol import Curves, Log, Train
from engine.spec.events import Epoch, Steps
from engine.spec.steering import Standing
from engine.train import Run
from engine.train.folder import RunFolder


def log_begins(request: Train, run: str) -> Log:
    """The log of a run that is about to take its next step: empty for a new one."""
    project = request.project
    if request.action == "start" and project is not None:
        return Log(begins=Standing(settings=project.train, network=project.network, augment=project.augment))
    try:
        folder = RunFolder.open(Path(run))
    except EngineError:
        return Log()
    return Log(begins=folder.standing(), entries=tuple(folder.orders))


def log_of(run: Run) -> Log:
    """The log of a run that was opened."""
    folder = RunFolder.open(run.path)
    return Log(step=run.step, begins=folder.standing(), entries=run.orders)


def sentence_told(message: str, step: int) -> Log:
    """A sentence for the log."""
    return Log(step=step, time=time.time(), message=message)


def curves_of(run: str) -> Curves:
    """All that the run in this folder has noted."""
    try:
        metrics: Sequence[object] = RunFolder.open(Path(run)).metrics()
    except EngineError as error:
        return Curves(run=run, message=str(error))
    steps = [metric for metric in metrics if isinstance(metric, Steps)]
    epochs = [metric for metric in metrics if isinstance(metric, Epoch)]
    return Curves(
        run=run,
        steps=tuple(metric.step for metric in steps),
        losses=tuple(metric.loss for metric in steps),
        accuracies=tuple(metric.accuracy for metric in steps),
        rates=tuple(metric.learning_rate for metric in steps),
        gradients=tuple(metric.gradient_norm for metric in steps),
        test_steps=tuple(metric.step for metric in epochs),
        test_losses=tuple(metric.test_loss for metric in epochs),
        test_accuracies=tuple(metric.test_accuracy for metric in epochs),
    )
