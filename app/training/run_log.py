"""The log of the run at hand: what it was told, and what a person should know, in the order of its steps."""

from __future__ import annotations

import time
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from app.state.engine_link import EngineLink
from app.training.orders import order_words
from engine.protocol import Log
from engine.spec.steering import Broken, Entry, RollBack


class LogLine(NamedTuple):
    """One line; a sentence has no entry."""

    step: int
    time: float
    words: str
    entry: Entry | None = None

    @property
    def clock(self) -> str:
        """The time of day."""
        return time.strftime("%H:%M:%S", time.localtime(self.time)) if self.time else ""


class RunLog(QObject):
    """Hears what the engine tells of orders; a run that begins empties it."""

    changed = Signal()

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self.lines: list[LogLine] = []
        link.training.connect(self._hear)

    @property
    def marks(self) -> tuple[int, ...]:
        """The steps at which something was told."""
        return tuple(sorted({line.step for line in self.lines if line.entry is not None}))

    def _hear(self, event: object) -> None:
        if not isinstance(event, Log):
            return
        if event.begins is not None:
            self.lines.clear()
        for entry in event.entries:
            self._add(entry)
        if event.message:
            self.lines.append(LogLine(event.step, event.time, event.message))
        self.changed.emit()

    def _add(self, entry: Entry) -> None:
        """An order that is carried out once more, as the run comes by again, is there already."""
        if isinstance(entry.order, RollBack | Broken) or any(line.entry == entry for line in self.lines):
            return
        # What was told for later steps, before the run went back, does not stand any more.
        self.lines = [line for line in self.lines if line.entry is None or line.step <= entry.step]
        self.lines.append(LogLine(entry.step, entry.time, order_words(entry), entry))
