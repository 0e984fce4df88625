"""Keeps the work a moment after each edit, for the case that the window does not come to save it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance

from app.state.document import Document
from app.state.notices import Notices
from engine.errors import BadFile
from engine.project.kept import Shelf, Slot
from engine.spec.project import Project

ABOUT = "keeping"
KEEP_MS = 1000
"""From an edit until it is kept; edits meanwhile are kept along with it."""
LOOK_MS = 50
AGAIN_MS = 30_000
"""Until a disk that could not be written to is tried again."""
END_SECONDS = 5.0


class Files(Protocol):
    """Which file the work belongs to, and what that file holds; None where there is none, or nobody knows."""

    path: Path | None
    saved: Project | None

    @property
    def changed(self) -> SignalInstance:
        """Either is another one."""


class _Job(threading.Thread):
    """Writes one state of the work; the disk may take its time."""

    def __init__(self, keeper: Keeper, project: Project | None, file: str, answered: Sequence[Slot]) -> None:
        super().__init__(name="keeper", daemon=True)
        self._keeper = keeper
        self._project = project
        self._file = file
        self.answered = answered
        self.problem = ""

    def run(self) -> None:
        try:
            if self._project is not None:
                self._keeper.slot().write(self._project, self._file)
            elif self._keeper.has_slot:
                self._keeper.slot().clear()
        except BadFile as error:
            self.problem = str(error)
            return
        # Only now is what another window left safe in this one's place.
        for slot in self.answered:
            slot.remove()


class Keeper(QObject):
    """Writes in a short-lived thread, one at a time, always the newest state; what is saved need not be kept."""

    kept = Signal()
    """What was there when the last thread started is on the disk."""

    def __init__(self, document: Document, files: Files, notices: Notices, shelf: Shelf, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._files = files
        self._notices = notices
        self._shelf = shelf
        self._slot: Slot | None = None
        self._job: _Job | None = None
        self._answered: list[Slot] = []
        self._done: tuple[Project | None, str] = (None, "")
        self._told = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look)
        document.changed.connect(self._wake)
        files.changed.connect(self._wake)
        self._wake()

    def slot(self) -> Slot:
        """This window's place, made when it is first needed."""
        if self._slot is None:
            self._slot = self._shelf.place()
        return self._slot

    @property
    def has_slot(self) -> bool:
        """Whether there was ever something to keep."""
        return self._slot is not None

    def take_over(self, slot: Slot) -> None:
        """What another window left is part of the work now; its place is given up when the work has been kept."""
        self._answered.append(slot)
        self._wake()

    def close(self) -> None:
        """The window is closed as it should be: nothing is kept."""
        self._timer.stop()
        if self._job is not None:
            self._job.join(END_SECONDS)
            if self._job.is_alive():  # the disk does not answer; what it holds is offered at the next start
                return
        for slot in self._answered:
            slot.release()
        if self._slot is not None:
            self._slot.remove()

    def _wake(self) -> None:
        if not self._timer.isActive() or self._timer.remainingTime() > KEEP_MS:
            self._timer.start(KEEP_MS)

    def _look(self) -> None:
        """Hear what became of the last thread, and start another if the work is not what that one wrote."""
        if self._job is not None:
            if self._job.is_alive():
                self._timer.start(LOOK_MS)
                return
            self._hear(self._job)
        elif self._state() != self._done or self._answered:
            self._start()

    def _state(self) -> tuple[Project | None, str]:
        """What is to be kept, None for nothing, and the file it belongs to."""
        project, file = self._document.project, self._files.path
        return (None if project == self._files.saved else project), str(file.absolute()) if file else ""

    def _start(self) -> None:
        self._done = self._state()
        self._job = _Job(self, *self._done, tuple(self._answered))
        self._job.start()
        self._timer.start(LOOK_MS)

    def _hear(self, job: _Job) -> None:
        self._job = None
        if job.problem:
            self._done = (None, "")
            self._say(f"Your work is not kept in case of a crash: {job.problem}")
            self._timer.start(AGAIN_MS)
            return
        self._say("")
        self._answered = [slot for slot in self._answered if slot not in job.answered]
        self.kept.emit()
        if self._state() != self._done or self._answered:
            self._wake()

    def _say(self, problem: str) -> None:
        """Once, until it changes."""
        if problem and problem != self._told:
            self._notices.problem(problem, ABOUT)
        elif self._told and not problem:
            self._notices.clear(ABOUT)
        self._told = problem
