"""The window hears of what the engine says without looking for it, also after the engine was started again."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.state.bell import Bell
from app.state.document import Document
from app.state.engine_link import IDLE_MS, EngineLink
from app.state.notices import Notices
from engine.protocol import Died, Problem
from tests.app.source.conftest import FakeEngine


def test_it_rings_for_the_newest_descriptor_alone(qtbot: QtBot) -> None:
    parent = QObject()
    bell = Bell(parent)
    assert not bell.hangs
    rings: list[int] = []
    bell.rung.connect(lambda: rings.append(1))
    first, second = os.pipe(), os.pipe()
    bell.hang(first[0])
    os.write(first[1], b"x")
    qtbot.waitUntil(lambda: len(rings) > 0, timeout=5000)
    bell.hang(second[0])
    for end in first:
        os.close(end)
    rings.clear()
    QApplication.processEvents()
    assert not rings
    os.write(second[1], b"x")
    qtbot.waitUntil(lambda: len(rings) > 0, timeout=5000)
    bell.hang(None)
    assert not bell.hangs
    for end in second:
        os.close(end)


class Piped(FakeEngine):
    """Rings a real pipe with everything it says, and has another one after it died."""

    def __init__(self) -> None:
        super().__init__()
        self._ends: tuple[int, int] | None = None
        self.begin()

    def begin(self) -> None:
        if self._ends is not None:
            self.close()
        self._ends = os.pipe()
        self.bell = self._ends[0]

    def tell(self, event: Problem) -> None:
        self.events.append(event)
        assert self._ends is not None
        os.write(self._ends[1], b"x")

    def poll(self) -> list:  # type: ignore[type-arg]
        events = super().poll()
        if events and self._ends is not None and not isinstance(events[0], Died):
            os.read(self._ends[0], 100)
        if any(isinstance(event, Died) for event in events):
            self.begin()
        return events

    def close(self) -> None:
        assert self._ends is not None
        for end in self._ends:
            os.close(end)


def test_the_link_hears_without_its_timer_also_from_the_next_engine(qtbot: QtBot) -> None:
    engine = Piped()
    link = EngineLink(engine, Document(), Notices())
    assert link._timer.interval() == IDLE_MS
    link._timer.stop()
    heard: list[Problem] = []
    link.problem.connect(heard.append)
    engine.tell(Problem(id=1, code="spec", message="one"))
    qtbot.waitUntil(lambda: len(heard) == 1, timeout=5000)
    engine.events.append(Died(message="it fell", again=True))
    link.pull()
    engine.tell(Problem(id=2, code="spec", message="two"))
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=5000)
    link.close()
