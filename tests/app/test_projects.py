"""Saving and opening projects from the window."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.projects import ProjectFiles
from app.state.document import Document
from app.state.notices import Notice, Notices
from engine.project import load_project, save_project
from engine.spec.project import Project


class Answers:
    """A person who always chooses the same file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, parent: QWidget) -> str:
        return str(self.path)

    def save(self, parent: QWidget, suggestion: str) -> str:
        return str(self.path)


@pytest.fixture
def files(qtbot: QtBot, tmp_path: Path) -> ProjectFiles:
    window = QWidget()
    qtbot.addWidget(window)
    made = ProjectFiles(Document(), Notices(), window, Answers(tmp_path / "mine"))
    made.window = window  # type: ignore[attr-defined]  # keeps it alive
    return made


def test_what_is_saved_is_opened_again_and_undo_brings_back_what_was_there(files: ProjectFiles, tmp_path: Path) -> None:
    changed = msgspec.structs.replace(Project(), data="emoji-10")
    files._document.edit(changed, "data")
    files.save()
    assert load_project(tmp_path / "mine.convscope") == changed
    other = msgspec.structs.replace(Project(), data="fashion-mnist")
    files._document.edit(other, "data")
    files.open_path(tmp_path / "mine.convscope")
    assert files._document.project == changed
    files._document.undo()
    assert files._document.project == other
    files.save()
    assert load_project(tmp_path / "mine.convscope") == other


def test_a_bad_file_is_one_sentence_and_the_open_project_stays(files: ProjectFiles, tmp_path: Path) -> None:
    said: list[Notice] = []
    files._notices.posted.connect(said.append)
    bad = tmp_path / "bad.convscope"
    bad.write_bytes(b"\0" * 50)
    before = files._document.project
    files.open_path(bad)
    assert files._document.project is before
    assert files.path is None
    assert len(said) == 1
    assert "bad.convscope" in said[0].text


def test_a_folder_that_cannot_be_written_loses_nothing(files: ProjectFiles, tmp_path: Path) -> None:
    good = tmp_path / "good.convscope"
    save_project(Project(), good)
    files.open_path(good)
    files._ask = Answers(tmp_path / "nowhere" / "x.convscope")
    said: list[Notice] = []
    files._notices.posted.connect(said.append)
    files.save_as()
    assert said[-1].kind == "problem"
    assert files.path == good
