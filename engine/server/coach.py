"""Training beside the live views: a runner takes the steps, the window steers, the live network learns from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

from engine.errors import EngineError, SpecError
from engine.forward import LiveNetwork, Origin
from engine.protocol import Event, Points, Train, Training
from engine.server.replay import before, epoch_done, history, standing
from engine.server.runner import Begin, Runner, Steering, sentence
from engine.spec.events import (
    Epoch,
    Failed,
    Finished,
    Paused,
    Resumed,
    Started,
    Steps,
    Stopped,
    TrainEvent,
    Warned,
)
from engine.train import Weights, load_run

LEARN_SECONDS = 0.1
"""The live network takes over what was learned at most this often."""
LEARN_RATE = 20_000_000
"""Bytes of weights a second: more would slow the training of a large network."""
END_SECONDS = 5.0


class Coach:
    """Watches over one training at a time. All but `_run` happens on the computing thread."""

    def __init__(
        self, emit: Callable[[Event], None], wake: Callable[[], None], network: LiveNetwork, runner: Runner
    ) -> None:
        self._emit = emit
        self._wake = wake
        self._network = network
        self._runner = runner
        self._controls: Steering | None = None
        self._thread: threading.Thread | None = None
        self._state = Training(state="idle")
        self._origin = Origin()
        self._asked = 0.0
        self._learned_step = -1

    @property
    def running(self) -> bool:
        """Whether a training is under way, be it paused."""
        return self._thread is not None and self._thread.is_alive()

    def handle(self, request: Train) -> bool:
        """Do what the window asks for, or say why not; whether the live network has other weights now."""
        try:
            return self._handle(request)
        except EngineError as error:
            # A training that runs goes on: what failed is what was asked for.
            self._tell(state=self._state.state if self.running else "failed", message=str(error))
            return False

    def _handle(self, request: Train) -> bool:
        if request.action in ("start", "continue"):
            self._start(request)
        elif request.action == "open":
            return self._open(Path(request.run))
        elif request.action == "forget":
            return self._forget()
        elif self._controls is not None:
            self._steer(self._controls, request)
        return False

    def prepare(self) -> None:
        """A training may begin soon."""
        self._runner.prepare()

    def _steer(self, controls: Steering, request: Train) -> None:
        if request.action == "pause":
            controls.pause()
        elif request.action == "resume":
            controls.resume()
        elif request.action == "stop":
            controls.stop()
            if self.running:
                self._tell(state="stopping")
        elif request.action == "rate":
            controls.set_learning_rate(request.value)

    def _start(self, request: Train) -> None:
        self._let_it_end()
        if self.running:
            raise SpecError("A training is under way; stop it before another one starts.")
        if request.action == "start" and request.project is None:
            raise SpecError("A training needs a project; none came with the request.")
        self._controls, begin = self._runner.run(request)
        self._learned_step = -1
        # What was learned before is in use until this run has learned something.
        self._state = Training(state="idle", learned=self._state.learned)
        self._tell(state="preparing")
        self._thread = threading.Thread(target=self._run, args=(begin,), name="trainer", daemon=True)
        self._thread.start()

    def _let_it_end(self) -> None:
        """A run that has told how it ended may take a moment to be gone."""
        if self._thread is not None and self._state.state in ("stopped", "finished", "failed"):
            self._thread.join(END_SECONDS)

    def _forget(self) -> bool:
        if self.running:
            raise SpecError("A training is under way; stop it before what it has learned is forgotten.")
        self._network.forget()
        self._controls = None
        self._state = Training(state="idle", run=self._state.run)
        self._tell()
        self._emit(Points(steps=(), losses=(), again=True))
        return True

    def _open(self, path: Path) -> bool:
        if self.running:
            raise SpecError("A training is under way; stop it before a run is opened.")
        run = load_run(path)
        self._origin = Origin(str(path), run.step, class_names=run.class_names, planted=run.planted)
        self._controls = None
        self._network.learn(run.module.state_dict(), self._origin)
        self._state = standing(run)
        self._tell()
        for event in history(run.metrics, run.step, run.class_names):
            self._emit(event)
        return True

    def adopt(self, origin: Origin) -> None:
        """The live network has weights that no run of ours has made; they can be forgotten like others."""
        self._origin, self._controls = origin, None
        self._state = Training(state="idle", run=self._state.run, learned=True)
        self._tell()

    def tick(self) -> bool:
        """Take over what was learned since the last time; whether there was something."""
        controls = self._controls
        if controls is None:
            return False
        newest, now = controls.weights, time.monotonic()
        if self.running and now - self._asked >= _learn_seconds(newest):
            self._asked = now
            controls.want_weights()
        if newest is None or newest.step <= self._learned_step:
            return not self.running and self._network.settle()
        self._learned_step = newest.step
        self._network.learn(newest.state, replace(self._origin, step=newest.step, going_on=self.running))
        return True

    def close(self) -> None:
        """Stop the training, which leaves a checkpoint behind, and wait for it."""
        if self._controls is not None:
            self._controls.stop()
        if self._thread is not None:
            self._thread.join(END_SECONDS)
        self._runner.close()

    def _run(self, begin: Begin) -> None:
        try:
            for event in begin():
                self._translate(event)
        except Exception as error:
            self._tell(state="failed", message=sentence(error))
        self._wake()

    def _translate(self, event: TrainEvent) -> None:
        if isinstance(event, Started):
            self._begin(event)
        elif isinstance(event, Steps):
            self._emit(Points(steps=(event.step,), losses=(event.loss,), accuracies=(event.accuracy,)))
            self._tell(
                step=event.step, epoch=event.epoch, examples_per_second=event.examples_per_second,
                seconds_left=event.seconds_left, learning_rate=event.learning_rate, learned=True,
            )  # fmt: skip
        elif isinstance(event, Epoch):
            self._emit(epoch_done(event, self._origin.class_names))
        elif isinstance(event, (Paused, Resumed, Stopped, Failed, Finished, Warned)):
            self._turn(event)
        self._wake()

    def _begin(self, event: Started) -> None:
        """The first step comes next; of a run that goes on, what was before it is told first."""
        planted, metrics = before(event.run)
        self._origin = Origin(event.run, event.step, True, event.class_names, planted)
        for each in history(metrics, event.step, event.class_names):
            self._emit(each)
        self._tell(
            state="running", run=event.run, device=event.device, epochs=event.epochs, step=event.step,
            steps=event.steps, message=" ".join(event.notes),
        )  # fmt: skip

    def _turn(self, event: Paused | Resumed | Stopped | Failed | Finished | Warned) -> None:
        if isinstance(event, Paused):
            self._tell(state="paused")
        elif isinstance(event, Resumed):
            self._tell(state="running")
        elif isinstance(event, Stopped):
            self._tell(state="stopped", seconds_left=0.0)
        elif isinstance(event, Failed):
            self._tell(state="failed", message=event.message)
        elif isinstance(event, Warned):
            self._tell(message=event.message)
        else:
            self._tell(state="finished", seconds_left=0.0)

    def _tell(self, **changes: object) -> None:
        self._state = msgspec.structs.replace(self._state, **changes)
        self._emit(self._state)


def _learn_seconds(newest: Weights | None) -> float:
    """How long to wait between two sets of weights."""
    size = 0 if newest is None else sum(tensor.nbytes for tensor in newest.state.values())
    return max(LEARN_SECONDS, size / LEARN_RATE)
