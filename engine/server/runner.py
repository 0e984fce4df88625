"""Who takes the steps of a training: this process, or one of its own; the coach steers either the same way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from engine.data import load_data
from engine.errors import EngineError
from engine.protocol import Train
from engine.spec.events import TrainEvent
from engine.train import Controls, Weights, resume, train

log = logging.getLogger(__name__)

Begin = Callable[[], Iterator[TrainEvent]]


class Steering(Protocol):
    """What a run may be told while it goes on; `engine.train.Controls` says what each means."""

    @property
    def weights(self) -> Weights | None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...
    def set_learning_rate(self, rate: float) -> None: ...
    def want_weights(self) -> None: ...


class Runner(Protocol):
    """Makes runs, one at a time."""

    def prepare(self) -> None:
        """A run may begin soon."""

    def run(self, request: Train) -> tuple[Steering, Begin]:
        """A run that begins when its events are read, and what steers it."""

    def close(self) -> None:
        """No more runs; the last one has ended."""


class Here:
    """Trains in the thread that reads the events. It shares the interpreter with all others: see ADR 8."""

    def prepare(self) -> None:
        """It is always ready."""

    def run(self, request: Train) -> tuple[Steering, Begin]:
        """See `Runner`."""
        controls = Controls()
        return controls, partial(events_of, request, controls)

    def close(self) -> None:
        """Nothing is left."""


def events_of(request: Train, controls: Controls) -> Iterator[TrainEvent]:
    """The events of the run that a `Train` begins, or goes on with if it brings no project.

    Raises:
        EngineError: if it cannot be.
    """
    project = request.project
    if project is None:
        return resume(request.run, request.device, epochs=request.epochs or None, controls=controls)
    data = load_data(project.data, input_shape=project.network.input_shape)
    output, planted = request.run or None, project.planted
    return train(project.network, data, project.train, request.device, output, controls, planted)


def sentence(error: Exception) -> str:
    """What a person is told of an error that ended a run; one that should not be is logged as well."""
    if isinstance(error, EngineError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this; a smaller batch would do."
    log.error("the training failed", exc_info=error)
    return f"The training met an error of its own ({type(error).__name__}: {error})."
