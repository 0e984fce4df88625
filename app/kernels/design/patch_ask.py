"""Asks the engine for the numbers in a rectangle: one question at a time, and then the newest."""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import QObject, Signal

from app.kernels.design.patch_place import Rectangle
from app.state.engine_link import EngineLink
from engine.protocol import Patch, PatchOf


class PatchAsk(QObject):
    """A drag asks for many rectangles, of which only the last counts."""

    answered = Signal(object)
    """The `PatchOf` of a question asked here, if no newer one waits."""

    _numbers = count(1)

    def __init__(self, link: EngineLink, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._asked = 0
        self._next: Rectangle | None = None
        link.patch.connect(self._on_patch)
        link.engine_state.connect(self._on_engine)

    @property
    def waits(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._asked)

    def ask(self, place: Rectangle) -> None:
        """Ask for what lies here."""
        if self._asked:
            self._next = place
            return
        self._asked, self._next = next(self._numbers), None
        self._link.ask_patch(Patch(id=self._asked, **place._asdict()))

    def end(self) -> None:
        """Ask no more."""
        self._link.patch.disconnect(self._on_patch)
        self._link.engine_state.disconnect(self._on_engine)

    def _on_patch(self, patch: PatchOf) -> None:
        if patch.id != self._asked:
            return
        self._asked = 0
        if self._next is not None:
            self.ask(self._next)
        else:
            self.answered.emit(patch)

    def _on_engine(self, _state: str) -> None:
        """An engine that was started anew knows of no question."""
        waiting, self._asked = self._next, 0
        if waiting is not None:
            self.ask(waiting)
