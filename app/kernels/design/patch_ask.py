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
        self._sent: Rectangle | None = None
        self._wanted: Rectangle | None = None
        link.patch.connect(self._on_patch)
        link.result.connect(self._on_result)
        link.engine_state.connect(self._on_engine)

    @property
    def waits(self) -> bool:
        """Whether an answer is still to come."""
        return self._wanted is not None

    def ask(self, place: Rectangle) -> None:
        """Ask for what lies here."""
        self._wanted = place
        if not self._asked:
            self._send(place)

    def end(self) -> None:
        """Ask no more."""
        self._link.patch.disconnect(self._on_patch)
        self._link.result.disconnect(self._on_result)
        self._link.engine_state.disconnect(self._on_engine)

    def _send(self, place: Rectangle) -> None:
        self._asked, self._sent = next(self._numbers), place
        self._link.ask_patch(Patch(id=self._asked, **place._asdict()))

    def _on_patch(self, patch: PatchOf) -> None:
        if patch.id != self._asked:
            return
        self._asked = 0
        if self._wanted is not None and self._wanted != self._sent:
            self._send(self._wanted)
        elif patch.planes or self._link.is_settled:
            self._wanted = None
            self.answered.emit(patch)

    def _on_result(self) -> None:
        """What had no answer, because the picture was only just coming, may have one now."""
        if self._wanted is not None and not self._asked:
            self._send(self._wanted)

    def _on_engine(self, _state: str) -> None:
        """An engine that was started anew knows of no question; its first picture is when to ask again."""
        self._asked = 0
