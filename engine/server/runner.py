"""Who takes the steps of a training: this process, or one of its own; the coach steers either the same way."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from engine.data import load_data
from engine.errors import EngineError
from engine.protocol import Train
from engine.spec.events import Ranged, TrainEvent
from engine.spec.project import Project
from engine.spec.steering import Steered
from engine.train import Controls, Start, Weights, fork, resume, train
from engine.train.range_test import rates_tried, suggestion_of
from engine.train.start import shipped_start

log = logging.getLogger(__name__)

RATES = 100
"""How many learning rates are tried."""
TOLD_SECONDS = 0.1

Begin = Callable[[], Iterator[TrainEvent]]


class Steering(Protocol):
    """What a run may be told while it goes on; `engine.train.Controls` says what each means."""

    @property
    def weights(self) -> Weights | None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...
    def set_learning_rate(self, rate: float) -> None: ...
    def step_once(self) -> None: ...
    def watch(self, on: bool = True) -> None: ...
    def give_order(self, order: Steered) -> None: ...
    def want_weights(self) -> None: ...


class Runner(Protocol):
    """Makes runs, one at a time."""

    def prepare(self) -> None:
        """A run may begin soon."""

    def run(self, request: Train, start: Start | None = None) -> tuple[Steering, Begin]:
        """A run that begins when its events are read, and what steers it.

        A new one begins with the weights `start`, else with those that its project names.
        """

    def close(self) -> None:
        """No more runs; the last one has ended."""


class Here:
    """Trains in the thread that reads the events. It shares the interpreter with all others: see ADR 8."""

    def prepare(self) -> None:
        """It is always ready."""

    def run(self, request: Train, start: Start | None = None) -> tuple[Steering, Begin]:
        """See `Runner`."""
        controls = Controls()
        return controls, partial(events_of, request, controls, start)

    def close(self) -> None:
        """Nothing is left."""


def events_of(request: Train, controls: Controls, start: Start | None = None) -> Iterator[TrainEvent]:
    """The events of the run that a `Train` begins, or goes on with if it brings no project.

    Raises:
        EngineError: if it cannot be.
    """
    project = request.project
    if request.action == "fork":
        return fork(request.parent, request.at, request.run, device=request.device, controls=controls)
    if project is None:
        rate = request.value or None
        return resume(request.run, request.device, request.epochs or None, rate, controls=controls)
    if request.action == "find-rate":
        return ranged(project, request.device, controls)
    data = load_data(project.data, input_shape=project.network.input_shape)
    output, planted = request.run or None, project.planted
    weights = shipped_start(project.pretrained) if start is None and project.pretrained else start
    settings, varied = project.train, project.augment
    return train(project.network, data, settings, request.device, output, controls, planted, weights, varied)


def ranged(project: Project, device: str, controls: Controls) -> Iterator[TrainEvent]:
    """The search for a learning rate, told some ten times a second and at its end.

    Raises:
        EngineError: if the project cannot be trained.
    """
    data = load_data(project.data, input_shape=project.network.input_shape)
    rates: list[float] = []
    losses: list[float] = []
    told = time.monotonic()
    tried = rates_tried(project.network, data, project.train, steps=RATES, device=device, controls=controls)
    for rate, loss in tried:
        rates.append(rate)
        losses.append(loss)
        if time.monotonic() - told >= TOLD_SECONDS:
            told = time.monotonic()
            yield Ranged(rates=tuple(rates), losses=tuple(losses), steps=RATES)
    yield Ranged(rates=tuple(rates), losses=tuple(losses), steps=RATES, suggestion=suggestion_of(rates, losses))


def sentence(error: Exception) -> str:
    """What a person is told of an error that ended a run; one that should not be is logged as well."""
    if isinstance(error, EngineError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this; a smaller batch would do."
    log.error("the training failed", exc_info=error)
    return f"The training met an error of its own ({type(error).__name__}: {error})."
