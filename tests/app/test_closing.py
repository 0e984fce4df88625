"""Closing, or opening another project, while there is work that no file holds."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.closing import Closing
from app.projects import ProjectFiles
from app.state.document import Document
from app.state.notices import Notices
from app.window import Window
from engine.project import load_project, save_project
from engine.spec.project import Project

Button = QMessageBox.StandardButton
OTHER = msgspec.structs.replace(Project(), data="emoji-10")


class Answers:
    """A person who always chooses the same file, or none."""

    def __init__(self, path: str) -> None:
        self.path = path

    def open(self, parent: QWidget) -> str:
        return self.path

    def save(self, parent: QWidget, suggestion: str) -> str:
        return self.path


class Room:
    """A window with a document in it."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.window, self.document = Window(), Document()
        self.file = folder / "mine.convscope"
        self.files = ProjectFiles(self.document, Notices(), self.window, Answers(str(self.file)))
        self.closing = Closing(self.window, self.files)
        self.closed: list[bool] = []
        self.window.closing.connect(lambda: self.closed.append(True))
        self.qtbot = qtbot
        self.window.show()

    def press(self, button: Button) -> None:
        question = self.closing.question
        assert question is not None
        self.qtbot.mouseClick(question.button(button), Qt.MouseButton.LeftButton)


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Room:
    made = Room(qtbot, tmp_path)
    qtbot.addWidget(made.window, before_close_func=lambda window: setattr(window, "may_close", None))
    return made


def test_nothing_is_asked_where_nothing_would_be_lost(room: Room) -> None:
    room.document.edit(OTHER, "data")
    room.document.undo()
    assert room.window.close()
    assert room.closing.question is None
    assert room.closed == [True]


def test_unsaved_work_is_asked_about_and_cancel_keeps_the_window(room: Room) -> None:
    room.document.edit(OTHER, "data")
    assert not room.window.close()
    assert not room.window.close(), "asked once"
    room.press(Button.Cancel)
    assert room.window.isVisible()
    assert room.closing.question is None
    assert not room.closed
    assert not room.window.close()
    question = room.closing.question
    assert question is not None
    room.qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert room.window.isVisible()


def test_save_writes_the_file_and_closes(room: Room) -> None:
    room.document.edit(OTHER, "data")
    room.window.close()
    room.press(Button.Save)
    assert load_project(room.file) == OTHER
    assert room.closed == [True]
    assert not room.window.isVisible()


def test_do_not_save_closes_without_a_file(room: Room) -> None:
    room.document.edit(OTHER, "data")
    room.window.close()
    room.press(Button.Discard)
    assert not room.file.exists()
    assert room.closed == [True]


def test_a_person_who_names_no_file_stays(room: Room) -> None:
    room.files._ask = Answers("")
    room.document.edit(OTHER, "data")
    room.window.close()
    room.press(Button.Save)
    assert room.window.isVisible()
    assert not room.closed


def test_opening_another_project_asks_too(room: Room, tmp_path: Path) -> None:
    there = tmp_path / "there.convscope"
    save_project(Project(), there)
    room.document.edit(OTHER, "data")
    room.files.open_path(there)
    assert room.document.project == OTHER
    room.press(Button.Cancel)
    assert room.document.project == OTHER
    room.files.open_path(there)
    room.press(Button.Discard)
    assert (room.document.project, room.files.path) == (Project(), there)
    assert not room.files.is_unsaved


def test_a_new_project_asks_too_and_belongs_to_no_file(room: Room) -> None:
    room.document.edit(OTHER, "data")
    room.files.new()
    room.press(Button.Save)
    assert load_project(room.file) == OTHER
    assert (room.document.project, room.files.path) == (Project(), None)
    assert not room.files.is_unsaved
    room.document.undo()
    assert room.document.project == OTHER
