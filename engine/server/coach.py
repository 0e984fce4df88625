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
from engine.protocol import Event, Layers, Log, Points, RateTest, Train, Training
from engine.server.rater import Rater
from engine.server.replay import before, epoch_done, history, points_of, standing
from engine.server.runner import Begin, Runner, Steering, sentence
from engine.server.told import curves_of, log_begins, log_of, sentence_told
from engine.spec.events import (
    Epoch,
    Failed,
    Finished,
    Looked,
    Obeyed,
    Paused,
    Resumed,
    Started,
    Steps,
    Stopped,
    TrainEvent,
    Warned,
)
from engine.spec.steering import Change
from engine.train import Start, Weights, load_run

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
        self._rater = Rater(emit, wake, runner)
        self._request: Train | None = None
        self._controls: Steering | None = None
        self._thread: threading.Thread | None = None
        self._state = Training(state="idle")
        self._origin = Origin()
        self._opened: Start | None = None
        self._opened_for = self._pretrained = ""
        self._asked = 0.0
        self._learned_step = -1
        self._watched = False

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
        if request.action in ("start", "continue", "fork"):
            self._start(request)
        elif request.action == "open":
            return self._open(Path(request.run), request.pretrained)
        elif request.action == "forget":
            return self._forget()
        elif request.action in ("find-rate", "leave-rate"):
            self._rate(request)
        elif request.action == "curves":
            # A long run has noted a lot.
            threading.Thread(target=self._tell_curves, args=(request.run,), name="curves", daemon=True).start()
        elif request.action == "watch":
            self._watch(bool(request.value))
        elif self._controls is not None:
            self._steer(self._controls, request)
        return False

    def _watch(self, on: bool) -> None:
        """Now, and in all runs to come."""
        self._watched = on
        if self._controls is not None:
            self._controls.watch(on)

    def prepare(self) -> None:
        """A training may begin soon."""
        self._runner.prepare()

    def _rate(self, request: Train) -> None:
        self._let_it_end()
        if request.action == "leave-rate":
            self._rater.leave()
        elif self.running:
            told = "A training is under way; stop it before a rate is looked for."
            self._emit(RateTest(state="failed", message=told))
        else:
            self._rater.start(request)

    def _tell_curves(self, run: str) -> None:
        self._emit(curves_of(run))
        self._wake()

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
        elif request.action == "step":
            controls.step_once()
        elif request.action == "order" and request.order is not None:
            controls.give_order(request.order)

    def _start(self, request: Train) -> None:
        self._let_it_end()
        if self.running:
            raise SpecError("A training is under way; stop it before another one starts.")
        if request.action == "start" and request.project is None:
            raise SpecError("A training needs a project; none came with the request.")
        self._rater.end()
        start = self._opened if request.action == "start" and self._begins(request.pretrained) else None
        self._controls, begin = self._runner.run(request, start)
        self._learned_step, self._pretrained, self._request = -1, request.pretrained, request
        # What was learned before is in use until this run has learned something.
        self._state = Training(state="idle", learned=self._state.learned, begins=self._state.begins)
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
        self._controls = self._opened = None
        self._state = Training(state="idle", run=self._state.run)
        self._tell()
        self._emit(Points(steps=(), losses=(), again=True))
        return True

    def _open(self, path: Path, pretrained: str) -> bool:
        if self.running:
            raise SpecError("A training is under way; stop it before a run is opened.")
        run = load_run(path)
        self._origin = Origin(str(path), run.step, class_names=run.class_names, planted=run.planted)
        self._origin = replace(self._origin, pretrained=pretrained)
        self._controls = self._opened = None
        self._network.learn(run.module.state_dict(), self._origin)
        self._state = standing(run)
        self._tell()
        for event in (*history(run.metrics, run.step, run.class_names), log_of(run)):
            self._emit(event)
        return True

    def adopt(self, origin: Origin, start: Start) -> None:
        """The live network has weights that no run of ours has made; a training begins with them until forgotten."""
        self._origin, self._controls, self._opened = origin, None, start
        self._opened_for = origin.pretrained
        self._state = Training(state="idle", run=self._state.run, learned=True, begins=start.source)
        self._tell()

    def _begins(self, pretrained: str) -> str:
        """The opened file that a training begins with, if the project still names what it named then."""
        return self._opened.source if self._opened is not None and self._opened_for == pretrained else ""

    def tick(self) -> bool:
        """Take over what was learned since the last time; whether there was something."""
        begins = self._begins(self._network.pretrained)
        if begins != self._state.begins:
            self._tell(begins=begins)
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
        self._rater.end()
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
            self._emit(points_of((event,)))
            self._tell(
                step=event.step, epoch=event.epoch, examples_per_second=event.examples_per_second,
                seconds_left=event.seconds_left, learning_rate=event.learning_rate, learned=True,
            )  # fmt: skip
        elif isinstance(event, Epoch):
            self._emit(epoch_done(event, self._origin.class_names))
        elif isinstance(event, Looked):
            self._emit(Layers(step=event.step, layers=event.layers, every=event.every))
        elif isinstance(event, Obeyed):
            self._obeyed(event)
        elif isinstance(event, (Paused, Resumed, Stopped, Failed, Finished, Warned)):
            self._turn(event)
        self._wake()

    def _begin(self, event: Started) -> None:
        """The first step comes next; of a run that goes on, what was before it is told first."""
        planted, metrics = before(event.run)
        if self._watched and self._controls is not None:
            self._controls.watch()
        names, pretrained = event.class_names, self._pretrained
        self._origin = Origin(event.run, event.step, True, names, planted, pretrained=pretrained)
        for each in history(metrics, event.step, event.class_names):
            self._emit(each)
        if self._request is not None:
            self._emit(log_begins(self._request, event.run))
        self._tell(
            state="running", run=event.run, device=event.device, epochs=event.epochs, step=event.step,
            steps=event.steps, message=" ".join(event.notes),
        )  # fmt: skip

    def _obeyed(self, event: Obeyed) -> None:
        order, epochs = event.entry.order, self._state.epochs
        if isinstance(order, Change) and order.name == "epochs":
            epochs = int(order.new)
        self._tell(step=event.step, steps=event.steps or self._state.steps, epochs=epochs)
        self._emit(Log(step=event.step, entries=(event.entry,)))

    def _turn(self, event: Paused | Resumed | Stopped | Failed | Finished | Warned) -> None:
        if isinstance(event, Paused):
            self._tell(state="paused")
        elif isinstance(event, Resumed):
            self._tell(state="running")
        elif isinstance(event, Stopped):
            self._tell(state="stopped", seconds_left=0.0)
        elif isinstance(event, Failed):
            self._emit(sentence_told(event.message, event.step))
            self._tell(
                state="failed", message=event.message, bad_layer=event.layer, good_step=event.good_step,
                failed_rate=event.learning_rate,
            )  # fmt: skip
        elif isinstance(event, Warned):
            self._emit(sentence_told(event.message, self._state.step))
            self._tell(message=event.message)
        else:
            self._tell(state="finished", seconds_left=0.0, reason=event.reason)

    def _tell(self, **changes: object) -> None:
        self._state = msgspec.structs.replace(self._state, **changes)
        self._emit(self._state)


def _learn_seconds(newest: Weights | None) -> float:
    """How long to wait between two sets of weights."""
    size = 0 if newest is None else sum(tensor.nbytes for tensor in newest.state.values())
    return max(LEARN_SECONDS, size / LEARN_RATE)
