"""Training beside the live views: a thread takes the steps, the window steers, the live network learns from it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from engine.data import load_data
from engine.errors import EngineError, SpecError
from engine.forward import LiveNetwork
from engine.protocol import EpochDone, Event, Points, Train, Training
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
from engine.spec.project import Project
from engine.train import Controls, load_run, resume, train

log = logging.getLogger(__name__)

LEARN_SECONDS = 0.1
"""The live network takes over what was learned at most this often."""
END_SECONDS = 5.0

Begin = Callable[[], Iterator[TrainEvent]]


class Coach:
    """Runs one training at a time. All but `_run` happens on the computing thread."""

    def __init__(self, emit: Callable[[Event], None], wake: Callable[[], None], network: LiveNetwork) -> None:
        self._emit = emit
        self._wake = wake
        self._network = network
        self._controls: Controls | None = None
        self._thread: threading.Thread | None = None
        self._state = Training(state="idle")
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
            self._network.forget()
            self._tell(state="idle", trained=False, message="")
            return True
        elif self._controls is not None:
            self._steer(self._controls, request)
        return False

    def _steer(self, controls: Controls, request: Train) -> None:
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
        controls = self._controls = Controls()
        self._learned_step = -1
        begin = self._again(request, controls) if request.action == "continue" else self._anew(request, controls)
        self._state = Training(state="idle")
        self._tell(state="preparing", run=request.run)
        self._emit(Points(steps=(), losses=(), again=True))
        self._thread = threading.Thread(target=self._run, args=(begin,), name="trainer", daemon=True)
        self._thread.start()

    def _let_it_end(self) -> None:
        """A run that has told how it ended may take a moment to be gone."""
        if self._thread is not None and self._state.state in ("stopped", "finished", "failed"):
            self._thread.join(END_SECONDS)

    def _again(self, request: Train, controls: Controls) -> Begin:
        return partial(resume, request.run, controls=controls)

    def _anew(self, request: Train, controls: Controls) -> Begin:
        project = request.project
        if project is None:
            raise SpecError("A training needs a project; none came with the request.")
        self._network.forget()
        self._network.update(project.network, project.planted)
        return partial(_train, project, request.run, controls)

    def _open(self, path: Path) -> bool:
        if self.running:
            raise SpecError("A training is under way; stop it before a run is opened.")
        run = load_run(path)
        self._network.learn(run.module.state_dict())
        self._state = Training(state="idle")
        self._tell(state="stopped", run=str(path), trained=True, message="")
        self._emit(Points(steps=(), losses=(), again=True))
        for metric in run.metrics:
            self._translate(metric)
        return True

    def tick(self) -> bool:
        """Take over what was learned since the last time; whether there was something."""
        controls = self._controls
        if controls is None:
            return False
        now = time.monotonic()
        if self.running and now - self._asked >= LEARN_SECONDS:
            self._asked = now
            controls.want_weights()
        newest = controls.weights
        if newest is None or newest.step <= self._learned_step:
            return False
        self._learned_step = newest.step
        self._network.learn(newest.state)
        return True

    def close(self) -> None:
        """Stop the training, which leaves a checkpoint behind, and wait for it."""
        if self._controls is not None:
            self._controls.stop()
        if self._thread is not None:
            self._thread.join(END_SECONDS)

    def _run(self, begin: Begin) -> None:
        try:
            for event in begin():
                self._translate(event)
        except EngineError as error:
            self._tell(state="failed", message=str(error))
        except MemoryError:
            self._tell(state="failed", message="There is not enough memory for this; a smaller batch would do.")
        except Exception as error:
            log.exception("the training failed")
            self._tell(
                state="failed", message=f"The training met an error of its own ({type(error).__name__}: {error})."
            )
        self._wake()

    def _translate(self, event: TrainEvent) -> None:
        if isinstance(event, Started):
            self._tell(
                state="running", run=event.run or self._state.run, device=event.device, epochs=event.epochs,
                step=event.step, steps=event.steps, message=" ".join(event.notes),
            )  # fmt: skip
        elif isinstance(event, Steps):
            self._emit(Points(steps=(event.step,), losses=(event.loss,), accuracies=(event.accuracy,)))
            self._tell(
                step=event.step, epoch=event.epoch, examples_per_second=event.examples_per_second,
                seconds_left=event.seconds_left, learning_rate=event.learning_rate, trained=True,
            )  # fmt: skip
        elif isinstance(event, Epoch):
            self._emit(_epoch(event))
        elif isinstance(event, (Paused, Resumed, Stopped, Failed, Finished, Warned)):
            self._turn(event)
        self._wake()

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


def _train(project: Project, run: str, controls: Controls) -> Iterator[TrainEvent]:
    data = load_data(project.data, input_shape=project.network.input_shape)
    return train(project.network, data, project.train, output=run or None, controls=controls)


def _epoch(event: Epoch) -> EpochDone:
    return EpochDone(
        epoch=event.epoch,
        step=event.step,
        train_loss=event.train_loss,
        train_accuracy=event.train_accuracy,
        test_loss=event.test_loss,
        test_accuracy=event.test_accuracy,
        confusion=event.confusion,
    )
