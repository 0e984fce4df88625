"""Asks the engine for the cell at hand: one question on its way at a time, and the newest next."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Signal

from app.kernels.steps.walk import Walk
from app.state.engine_link import EngineLink
from engine.protocol import Explain, Explained, KindExplained


class Asking(QObject):
    """Holds the walk's clock until the cell at hand is answered."""

    told = Signal(object)
    """Explained, or KindExplained where that was asked for: of the map that is on the screen."""

    def __init__(self, link: EngineLink, walk: Walk, question: Explain | None = None) -> None:
        super().__init__(walk)
        self._link, self._walk = link, walk
        self._on = self._open = self._waits = False
        self.question = question or Explain()
        walk.moved.connect(self._moved)
        link.explained.connect(self._explained)
        link.result.connect(self._computed)
        link.engine_state.connect(self._computed)

    @property
    def is_open(self) -> bool:
        """Whether an answer is awaited."""
        return self._open

    def set_on(self, on: bool) -> None:
        """Whether anybody wants to know."""
        self._on, self._open, self._waits = on, False, False
        if on:
            self.ask()
        else:
            self._link.explain(msgspec.structs.replace(self.question, row=None))

    def change(self, **changes: object) -> None:
        """Ask for something else of the cell."""
        self.question = msgspec.structs.replace(self.question, **changes)
        self.ask()

    def ask(self) -> None:
        """Ask for the cell at hand, once the last question is answered."""
        if not self._on or not self._walk.count:
            return
        self._waits = True
        self._walk.hold(True)
        if self._open:
            return
        self._open, self._waits = True, False
        row, column = self._walk.cell
        self.question = msgspec.structs.replace(self.question, id=self.question.id + 1, row=row, column=column)
        self._link.explain(self.question)

    def ask_anew(self) -> None:
        """Ask again: what was asked before may never be answered."""
        self._open = False
        self.ask()

    def _moved(self) -> None:
        self.change(inner=None)

    def _computed(self, _event: object) -> None:
        """There is another map, or another engine."""
        if self._open or self._waits:
            self.ask_anew()

    def _explained(self, event: Explained | KindExplained) -> None:
        if not self._on or not self._link.is_newest(event.show):
            return
        if event.id == self.question.id:
            self._open = False
            self._walk.hold(False)
        self.told.emit(event)
        if self._waits:
            self.ask()
