"""A real document, link, notices and settings; only the engine is a fake that says what a test tells it to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.source.edits import with_source
from app.source.pen import Pen
from app.source.strip import SourceStrip
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notice, Notices
from app.state.settings import Settings
from engine.buffers import PictureBuffers, View
from engine.protocol import Event, Probe, Request, Show, SourceState, Transport
from engine.spec.source import Source


class FakeEngine:
    """Records what it was asked; `says` makes it answer."""

    def __init__(self) -> None:
        self.buffers = PictureBuffers()
        self.held: dict[View, int] = {}
        self.offered: list[Show] = []
        self.sent: list[Request] = []
        self.events: list[Event] = []
        self.bell: int | None = None
        self.silent_for = 0.0

    def offer(self, request: Show | Probe) -> None:
        if isinstance(request, Show):
            self.offered.append(request)

    def send(self, request: Request) -> None:
        self.sent.append(request)

    def poll(self) -> list[Event]:
        events, self.events = self.events, []
        return events

    def restart(self) -> None: ...

    def close(self) -> None: ...

    @property
    def moves(self) -> list[tuple[str, int]]:
        """The transport that was asked for."""
        return [(job.action, job.position) for job in self.sent if isinstance(job, Transport)]

    def first_show_of(self, source: Source) -> int:
        """As the engine counts: the first of the newest run of Shows that ask for this source."""
        found = 0
        for show in reversed(self.offered):
            if show.project.source == source:
                found = show.id
            elif found:
                break
        return found


class Heard:
    """What stands in the line of notices."""

    def __init__(self, notices: Notices) -> None:
        self.standing: dict[str, Notice] = {}
        self.all: list[str] = []
        notices.posted.connect(self._post)
        notices.cleared.connect(self._clear)

    def _post(self, notice: Notice) -> None:
        self.standing[notice.about] = notice
        self.all.append(notice.text)

    def _clear(self, about: str) -> None:
        self.standing.pop(about, None)


class Bench:
    """Everything a source widget is given."""

    def __init__(self, folder: Path) -> None:
        self.document = Document()
        self.engine = FakeEngine()
        self.notices = Notices()
        self.heard = Heard(self.notices)
        self.settings = Settings(folder / "settings.json")
        self.link = EngineLink(self.engine, self.document, self.notices)
        self.link.ask()

    @property
    def source(self) -> Source:
        return self.document.project.source

    def state(self, state: Any, source: Source | None = None, **figures: Any) -> SourceState:
        """Have the engine say how a source does (the document's, if none is named)."""
        show = self.engine.first_show_of(source if source is not None else self.source)
        event = SourceState(show=show, state=state, **figures)
        self.engine.events.append(event)
        self.link.pull()
        return event


class Row:
    """A strip in a window of its own."""

    def __init__(self, bench: Bench, qtbot: QtBot) -> None:
        self.bench = bench
        self.pen = Pen()
        self.host = QWidget()
        self.strip = SourceStrip(bench.document, bench.link, bench.notices, self.pen)
        layout = QHBoxLayout(self.host)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.strip)
        qtbot.addWidget(self.host)
        self.host.setFixedWidth(1208)
        self.host.show()

    def use(self, source: Source, **figures: Any) -> Any:
        """Make this the source, have the engine report on it, and return its controls."""
        self.bench.document.edit(with_source(self.bench.document.project, source), "open")
        if figures:
            self.bench.state(**figures)
        return self.strip.controls()


def enter(field: QLineEdit, text: str) -> None:
    """Type into a field and press Enter."""
    field.setFocus()
    field.selectAll()
    field.insert(text)
    field.setModified(True)
    QtBot.keyClick(field, Qt.Key.Key_Return)


def click(button: QAbstractButton) -> None:
    QtBot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.link.close()


@pytest.fixture
def row(bench: Bench, qtbot: QtBot) -> Row:
    return Row(bench, qtbot)
