"""A whole window on a real engine process, driven as a person would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.main import make_application, make_workbench
from app.state.notices import Notice
from app.state.settings import Settings
from app.widgets.picture_view import PictureView
from app.workbench import Workbench
from engine.client.process import EngineProcess
from tests.app.widgets.conftest import Hand

PATIENCE = 15_000


class Stage:
    """The window, and the few things a person does to it."""

    def __init__(self, bench: Workbench, engine: EngineProcess, qtbot: QtBot, folder: Path) -> None:
        self.bench = bench
        self.engine = engine
        self.qtbot = qtbot
        self.folder = folder
        self.said: list[Notice] = []
        self._saves = 0
        bench.notices.posted.connect(self.said.append)

    def until(self, fact: Callable[[], bool]) -> None:
        """Wait for a fact."""
        self.qtbot.waitUntil(fact, timeout=PATIENCE)

    def settle(self) -> None:
        """Wait until the screen shows the document as it is."""
        self.until(lambda: self.bench.link.is_settled)

    def sentence(self, part: str) -> str:
        """Wait until a notice with these words was posted."""
        self.until(lambda: any(part in notice.text for notice in self.said))
        return next(notice.text for notice in self.said if part in notice.text)

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        """Press and release the left button."""
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place or widget.rect().center())

    def named(self, kind: type[QWidget], name: str) -> QWidget:
        """The widget of that kind with this accessible name."""
        found = [w for w in self.bench.window.findChildren(kind) if w.accessibleName() == name]
        assert found, f"nothing is called {name!r}"
        return found[0]

    def type_into(self, name: str, text: str) -> None:
        """Write a value into a number field and enter it."""
        from app.widgets.number_field import NumberField

        field = self.named(NumberField, name)
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)

    def choose(self, name: str, label: str) -> None:
        """Choose an entry of a combo box with the keyboard."""
        from app.widgets.fields import Choice

        combo = self.named(Choice, name)
        index = combo.findText(label)
        assert index >= 0, f"{name} does not offer {label!r}"
        combo.setFocus()
        self.qtbot.keyClick(combo, Qt.Key.Key_Home)
        for _ in range(index):
            self.qtbot.keyClick(combo, Qt.Key.Key_Down)

    def go(self, page: str) -> Any:
        """Choose a page on the rail."""
        buttons = self.bench.window.rail.findChildren(QToolButton)
        self.click(next(button for button in buttons if button.text() == page))
        return self.bench.pages.page(page.lower())

    def open_look(self, name: str) -> None:
        """Click on a tab of the Kernel page."""
        tabs = self.bench.page.looks.tabs
        self.click(next(button for button in tabs.findChildren(QPushButton) if button.text() == name))

    def press(self, text: str) -> None:
        """Press the button of the page in sight that begins so."""
        page = self.bench.pages.current
        assert isinstance(page, QWidget)
        buttons = [each for each in page.findChildren(QPushButton) if each.isVisible()]
        button = next(each for each in buttons if each.text().startswith(text))
        self.until(button.isEnabled)
        self.click(button)

    def pick(self, menu: QMenu | None, text: str) -> None:
        """Open a menu and choose what begins so."""
        assert menu is not None
        menu.aboutToShow.emit()
        next(action for action in menu.actions() if action.isEnabled() and action.text().startswith(text)).trigger()

    def draw(self, view: PictureView, *strokes: list[tuple[float, float]]) -> None:
        """Move the pen over the picture; points are (row, column) of its cells."""
        for stroke in strokes:
            region, zoom = view.region(), view.zoom()
            way = [QPoint(round((c - region.left()) * zoom), round((r - region.top()) * zoom)) for r, c in stroke]
            Hand(self.qtbot).drag(view, *way)

    def map_values(self) -> NDArray[np.float32]:
        """The feature map's numbers, saved by the engine."""
        self._saves += 1
        path = self.folder / f"map-{self._saves}.npy"
        self.bench.link.save(str(path))
        self.until(path.exists)
        return np.load(path, allow_pickle=False)


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Stage]:
    engine = EngineProcess()
    bench = make_workbench(make_application(), engine, Settings(tmp_path / "settings.json"))
    qtbot.addWidget(bench.window)
    bench.window.show()
    made = Stage(bench, engine, qtbot, tmp_path)
    made.settle()
    yield made
    bench.link.close()
