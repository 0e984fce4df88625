"""The one truth about the run: what the engine said last, and what the person has asked for since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
from PySide6.QtCore import QObject, Signal

from app.state.document import Document, Gesture
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.training.runs import new_run, runs_path
from engine.errors import EngineError
from engine.project import load_network
from engine.protocol import Log, TrainAction, Training
from engine.spec.project import Project
from engine.spec.steering import Standing, Vary

ABOUT = "training"
SPEC = "spec.json"
"""The network in a run's folder."""
ENGINE_ENDED = "The engine ended while it was training; Continue goes on from the last checkpoint."
ENDED_BEFORE = "The engine ended before the training had begun; start or continue it again."
Wish = Literal["", "starting", "opening", "pausing", "resuming", "stopping", "forgetting"]
BUSY = ("preparing", "running", "paused", "stopping")
_UNHEEDED: dict[Wish, tuple[str, ...]] = {
    "pausing": ("preparing", "running"),
    "resuming": ("paused",),
    "stopping": ("preparing", "running", "paused"),
}
"""The states that the engine may still report before it has heard of a wish."""


class RunState(QObject):
    """Sends what the person wants and follows what the engine makes of it; never waits."""

    changed = Signal()
    telling = Signal()
    """Something is about to be sent that an edit made just now must not come after."""

    def __init__(
        self, document: Document, link: EngineLink, notices: Notices, base: Callable[[], Path] = runs_path
    ) -> None:
        super().__init__()
        self._document = document
        self._link = link
        self._notices = notices
        self._base = base
        self.now = link.last_training or Training(state="idle")
        self.wish: Wish = ""
        self.run = self.now.run
        self.device = "auto"
        self.standing: Standing | None = None
        """What the run is trained with, as the engine has said."""
        self.taken: Gesture | None = None
        """The edit that brings a run's network, until the engine has told of the rest."""
        self._takes = 0
        self._tried = document.project
        document.changed.connect(self._follow)
        link.training.connect(self._hear)
        link.engine_state.connect(self._hear_engine)

    @property
    def is_busy(self) -> bool:
        """Whether a run is going on, or about to."""
        return self.now.state in BUSY or self.wish in ("starting", "opening", "forgetting")

    @property
    def can_continue(self) -> bool:
        """Whether there is a run with something left to do, be it that more epochs are set now."""
        return bool(self.run) and not self.is_busy and (self.now.state != "finished" or bool(self._more_epochs))

    @property
    def _more_epochs(self) -> int:
        """How many a finished run is to have in all, if the settings ask for more than it had; else 0."""
        wanted = self._document.project.train.epochs
        return wanted if self.now.state == "finished" and 0 < self.now.epochs < wanted else 0

    @property
    def can_pause(self) -> bool:
        """Whether it runs or waits."""
        return not self.wish and self.now.state in ("running", "paused")

    @property
    def can_stop(self) -> bool:
        """Whether there is something to stop that is not stopping yet."""
        return (self.now.state in BUSY or self.wish == "starting") and not self._is_stopping

    @property
    def _is_stopping(self) -> bool:
        return self.wish == "stopping" or self.now.state == "stopping"

    def start(self) -> None:
        """Train the document's network from the beginning, in a new folder."""
        run = new_run(self._base(), self._document.project.network, datetime.now())
        self._send("start", "starting", str(run), device=self.device)

    def go_on(self, rate: float = 0.0) -> None:
        """Continue the last run, with its own network; with another learning rate, if one is given."""
        if self.can_continue and self._take_network(self.run, "continue"):
            more = {"epochs": self._more_epochs, "value": rate}
            self._send("continue", "starting", self.run, device=self.device, **more)

    @property
    def can_roll_back(self) -> bool:
        """Whether the run has diverged and has a checkpoint from before that."""
        return self.now.state == "failed" and self.now.good_step >= 0 and self.now.failed_rate > 0 and self.can_continue

    def roll_back(self) -> None:
        """Go on from the last good step, with half the learning rate, which becomes that of the settings."""
        if not self.can_roll_back:
            return
        rate, project = self.now.failed_rate / 2, self._document.project
        train = msgspec.structs.replace(project.train, learning_rate=rate)
        self._document.edit(msgspec.structs.replace(project, train=train), "halve the learning rate")
        self.go_on(rate)

    def open(self, run: str) -> None:
        """Take a run's network and its weights over."""
        if self._take_network(run, "open"):
            self._send("open", "opening", run)

    def fork(self, parent: str, step: int) -> None:
        """Begin a new run with the weights that another one had after a step."""
        if not self.is_busy and self._take_network(parent, "fork"):
            run = new_run(self._base(), self._document.project.network, datetime.now())
            self._send("fork", "starting", str(run), device=self.device, parent=parent, at=step)

    def _take_network(self, run: str, verb: str) -> bool:
        """Have the run's network in the document; False if it cannot be read, which is said then."""
        name = Path(run).name
        try:
            network = load_network(Path(run) / SPEC)
        except EngineError as error:
            self._fail(f"{name} is no run that can be opened: {error}")
            return False
        project, self._takes = self._document.project, self._takes + 1
        self.taken = Gesture(verb, self._takes)
        if network != project.network:
            # Kernels that were put into another network would cover what this one has learned.
            project = msgspec.structs.replace(project, network=network, planted=(), pretrained="")
            self._document.edit(project, f"{verb} run {name}", merge=self.taken)
        return True

    def set_device(self, device: object) -> None:
        """What is to compute, from the next start on; see `engine.train`."""
        self.device = str(device)

    def pause_or_resume(self) -> None:
        """Pause what runs, resume what waits."""
        if self.now.state == "paused":
            self._send("resume", "resuming")
        else:
            self._send("pause", "pausing")

    def step(self) -> None:
        """Take one batch, and wait then."""
        self._send("step", "")

    def stop(self) -> None:
        """End the run after the present batch; it can be continued."""
        self._send("stop", "stopping")

    def forget(self) -> None:
        """Go back to untrained weights."""
        self._send("forget", "forgetting")

    def _send(
        self,
        action: TrainAction,
        wish: Wish,
        run: str = "",
        **more: Any,
    ) -> None:
        self.telling.emit()
        self._notices.clear(ABOUT)
        self.wish = wish
        self._link.train(action, run=run, **more)
        self.changed.emit()

    def _hear(self, event: object) -> None:
        if isinstance(event, Log):
            self._take_log(event)
        if not isinstance(event, Training):
            return
        failed_before = self.now.state == "failed" and self.now.message == event.message and not self.wish
        self.now = event
        if event.state not in _UNHEEDED.get(self.wish, ()):
            self.wish = ""
        self.run = event.run or self.run
        if event.state == "failed" and not failed_before:
            self._notices.problem(event.message, ABOUT)
        self.changed.emit()

    def _take_log(self, log: Log) -> None:
        if log.begins is not None:
            self.standing = log.begins
        elif self.standing is not None:
            self.standing = self.standing.after_all(log.entries)

    def _follow(self) -> None:
        """What failed has failed with other settings: it is not said of these."""
        now, then = self._document.project, self._tried
        if now.augment != then.augment and self.now.state in ("running", "paused"):
            self._link.train("order", order=Vary(augment=now.augment))
        same = _judged(now) == _judged(then)
        self._tried = now
        if self.now.state == "failed" and self.now.message and not same:
            self.now = msgspec.structs.replace(self.now, message="")
            self._notices.clear(ABOUT)
            self.changed.emit()
        elif self.now.state == "finished" and now.train != then.train:
            self.changed.emit()  # more epochs let it go on

    def _hear_engine(self, state: str) -> None:
        """A new engine process knows nothing of the old one's run."""
        if state not in ("starting", "gone"):
            return
        if self.is_busy:
            begun = bool(self.now.run) and self.now.state != "preparing"
            self._fail(ENGINE_ENDED if begun else ENDED_BEFORE, learned=False)
        elif self.now.learned:
            self.now = Training(state="idle", run=self.now.run)
            self.changed.emit()

    def _fail(self, message: str, learned: bool | None = None) -> None:
        self.wish = ""
        learned = self.now.learned if learned is None else learned
        self.now = msgspec.structs.replace(self.now, state="failed", message=message, learned=learned)
        self._notices.problem(message, ABOUT)
        self.changed.emit()


def _judged(project: Project) -> tuple[object, ...]:
    """What a training that has failed may have failed for."""
    return project.network, project.data, project.train, project.augment
