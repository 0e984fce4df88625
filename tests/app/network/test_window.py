"""The page in its window: made when it is first chosen, worked for only while it is in sight."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.main import make_application, make_workbench
from app.network.page import NetworkPage
from app.state.settings import Settings
from app.window import RAIL_WIDTH
from app.workbench import Workbench
from engine.protocol import Problem
from engine.spec.source import Drawing
from tests.app.network.conftest import FakeEngine
from tests.app.widgets.conftest import Hand

LAZY = """
import pathlib, sys
from app.main import make_application, make_workbench
from app.state.settings import Settings
from engine.buffers import PictureBuffers

class Silent:
    def __init__(self):
        self.buffers, self.held, self.bell, self.silent_for = PictureBuffers(), {}, None, 0.0
    def offer(self, request): ...
    def send(self, request): ...
    def poll(self): return []
    def close(self): ...

def loaded():
    heavy = ("app.network", "engine.presets", "torch", "cv2")
    return sorted({name for name in sys.modules if name.startswith(heavy)})

application = make_application()
bench = make_workbench(application, Silent(), Settings(pathlib.Path(sys.argv[1]) / "settings.json"))
bench.window.show()
application.processEvents()
assert not loaded(), loaded()
bench.pages.show("network")
application.processEvents()
assert "app.network.page" in loaded()
assert not [name for name in loaded() if not name.startswith("app.network")], loaded()
bench.link.close()
"""


class Room:
    """A window on a fake engine."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.engine = FakeEngine()
        self.bench: Workbench = make_workbench(make_application(), self.engine, Settings(folder / "settings.json"))
        self.hand = Hand(qtbot)
        self.hand.show(self.bench.window, 1280, 800)

    @property
    def page(self) -> NetworkPage:
        found = self.bench.pages.current
        assert isinstance(found, NetworkPage)
        return found

    def rail(self, name: str) -> QToolButton:
        return next(b for b in self.bench.window.rail.findChildren(QToolButton) if b.text() == name)


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[Room]:
    made = Room(qtbot, tmp_path)
    yield made
    made.bench.link.close()


def test_nothing_of_the_page_is_loaded_before_it_is_chosen(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LAZY, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_the_rail_and_the_keys_change_the_page(room: Room) -> None:
    button = room.rail("Network")
    room.hand.click(button, button.rect().center())
    assert room.page.isVisible()
    assert button.isChecked()
    assert (room.engine.last.page, room.engine.last.layer) == ("network", "conv1")
    first = room.page
    QTest.keyClick(room.bench.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert room.bench.page.isVisible()
    assert room.rail("Kernel").isChecked()
    assert room.engine.last.page == "kernel"
    QTest.keyClick(room.bench.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert room.page.isVisible()
    assert room.engine.last.page == "network"
    assert room.page is first, "a page is made once"


def test_the_kernel_page_is_not_told_of_the_network_s_problems(room: Room) -> None:
    room.bench.pages.show("network")
    room.engine.say(Problem(id=room.engine.last.id, code="spec", message="It does not fit."))
    room.bench.link.pull()
    assert "does not fit" not in room.bench.page.map.view._placeholder
    room.bench.pages.show("kernel")
    room.engine.say(Problem(id=room.engine.last.id, code="spec", message="The kernel is too large."))
    room.bench.link.pull()
    assert room.bench.page.map.view._placeholder == "The kernel is too large."


def test_one_draws_on_the_picture_of_this_page_too(room: Room) -> None:
    room.bench.pages.show("network")
    document = room.bench.document
    document.edit(msgspec.structs.replace(document.project, source=Drawing()), "draw")
    room.bench.link.pull()
    view = room.page.input_view
    centre = view.rect().center()
    room.hand.drag(view, centre, centre + QPoint(10, 5), centre + QPoint(20, 10))
    assert len(document.project.source.strokes) == 1  # type: ignore[union-attr]
    document.undo()
    assert document.project.source == Drawing()


def test_the_actions_are_for_the_page_in_sight(room: Room) -> None:
    room.bench.pages.show("network")
    room.bench.link.pull()
    view = room.page.maps.mosaic
    view.zoom_by(3.0)
    QTest.keyClick(room.bench.window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert view.is_fitted()
    room.page.list.list.setFocus()
    QTest.keyClick(room.page.list.list, Qt.Key.Key_Delete)
    assert room.bench.document.undo_text == "remove conv1"
    QTest.keyClick(room.bench.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert room.bench.document.project.network.layers[0].id == "conv1"


@pytest.mark.parametrize("look", ["matrix", "kinds", "laws"])
def test_no_look_keeps_the_window_from_becoming_small(room: Room, look: str) -> None:
    room.bench.page.looks.show_look(look)
    room.bench.pages.show("network")
    QApplication.processEvents()
    need = room.bench.window.minimumSizeHint()
    assert need.width() <= 1024
    assert need.height() <= 700
    assert room.page.minimumSizeHint().width() <= 960 - RAIL_WIDTH
