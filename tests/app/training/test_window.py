"""In the window the page is made when it is first chosen, and draws, undoes and trains like the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.assemble import assemble
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.state.settings import Settings
from app.training.page import TrainPage
from app.workbench import Workbench
from engine.protocol import Maps
from engine.spec.project import Project
from engine.spec.source import Drawing
from tests.app.training.conftest import FakeEngine
from tests.app.widgets.conftest import Hand


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication, engine: FakeEngine, tmp_path: Path) -> Iterator[Workbench]:
    document, notices = Document(Project(source=Drawing(height=28, width=28))), Notices()
    link = EngineLink(engine, document, notices)
    link.ask()
    made = assemble(qapp, document, link, notices, Settings(tmp_path / "settings.json"))
    qtbot.addWidget(made.window)
    with qtbot.waitExposed(made.window):
        made.window.show()
    yield made
    link.close()


def press(bench: Workbench) -> TrainPage:
    button = next(each for each in bench.window.rail.findChildren(QToolButton) if each.text() == "Train")
    QtBot.mouseClick(button, Qt.MouseButton.LeftButton)
    return bench.window.findChildren(TrainPage)[0]


def test_the_page_is_made_when_it_is_first_chosen(bench: Workbench, engine: FakeEngine) -> None:
    assert bench.window.findChildren(TrainPage) == []
    assert engine.data == []
    page = press(bench)
    assert page.isVisible()
    assert engine.offered[-1].page == "train"
    assert engine.data == ["mnist"]


def test_a_digit_is_drawn_on_the_page(bench: Workbench, engine: FakeEngine, qtbot: QtBot) -> None:
    page = press(bench)
    engine.events.append(_frame(engine))
    bench.link.pull()
    view = page.input_view
    middle = view.rect().center()
    Hand(qtbot).drag(view, middle, middle + QPoint(6, 6))
    source = bench.document.project.source
    assert isinstance(source, Drawing)
    assert len(source.strokes) == 1
    bench.document.undo()
    assert bench.document.project.source == Drawing(height=28, width=28)


def _frame(engine: FakeEngine) -> Maps:
    plane = engine.plane("input", 28, 28)
    return Maps(id=1, frame=1, arrived=0.0, asked=0.0, planes=(plane,), layer="conv1")
