"""The project that is open, and everything it was before: undo is a list of whole projects."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from engine.spec.project import Project

FOLD_SECONDS = 1.0
MAX_UNDO = 500


class Gesture(NamedTuple):
    """A merge key for what is one act however long it takes: a drag, a stroke of the pen."""

    kind: str
    number: int


@dataclass
class _Entry:
    project: Project
    text: str
    merge: Hashable | None
    touched: float


class Document(QObject):
    """Holds one immutable project; every change makes a new one and says so once.

    Edits with the same merge key that follow each other closely fold into one undo, so that a held arrow key is
    undone in one go; those of one `Gesture` always do.
    """

    changed = Signal()

    def __init__(self, project: Project | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._entries = [_Entry(project or Project(), "", None, 0.0)]
        self._index = 0

    @property
    def project(self) -> Project:
        """The present state."""
        return self._entries[self._index].project

    @property
    def undo_text(self) -> str:
        """What `undo` would take back; empty if nothing."""
        return self._entries[self._index].text if self._index else ""

    @property
    def redo_text(self) -> str:
        """What `redo` would bring back; empty if nothing."""
        following = self._entries[self._index + 1 : self._index + 2]
        return following[0].text if following else ""

    def edit(self, project: Project, text: str, merge: Hashable | None = None) -> None:
        """Make `project` the present state. `text` names the change for the undo menu."""
        if project == self.project:
            return
        now, top = self._clock(), self._entries[self._index]
        del self._entries[self._index + 1 :]
        soon = isinstance(merge, Gesture) or now - top.touched < FOLD_SECONDS
        if merge is not None and merge == top.merge and soon:
            self._entries[self._index] = _Entry(project, text, merge, now)
        else:
            self._entries.append(_Entry(project, text, merge, now))
            del self._entries[: -MAX_UNDO - 1]
            self._index = len(self._entries) - 1
        self.changed.emit()

    def undo(self) -> None:
        """Go back by one entry."""
        self._go(self._index - 1)

    def redo(self) -> None:
        """Go forward by one entry."""
        self._go(self._index + 1)

    def _go(self, index: int) -> None:
        if 0 <= index < len(self._entries):
            self._index = index
            self.changed.emit()

    def withdraw(self, project: Project) -> None:
        """Forget the last edit, which turned out to be impossible, as if it had never been made.

        `project` is the state to return to if there is nothing before it.
        """
        if self._index:
            del self._entries[self._index :]
            self._index -= 1
        else:
            self._entries[0] = _Entry(project, "", None, 0.0)
        self.changed.emit()
