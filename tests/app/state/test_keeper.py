"""Work is kept soon after an edit and off the window's thread; what was left is offered, and answered once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.state import keeper as keeping
from app.state.document import Document
from app.state.keeper import Keeper
from app.state.leftovers import Leftovers, words
from app.state.notices import Notice, Notices
from engine.project.kept import Kept, Shelf, Slot
from engine.spec.project import Project


class Files(QObject):
    """Knows the file of the work, as the window's own does."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.path: Path | None = None
        self.saved: Project | None = Project()

    def belong(self, path: Path | None) -> None:
        self.path, self.saved = path, None
        self.changed.emit()


class Window:
    """A document whose work is kept in a folder."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.shelf = Shelf(folder)
        self.document, self.files, self.notices = Document(), Files(), Notices()
        self.said: list[Notice] = []
        self.taken_back: list[str] = []
        self.notices.posted.connect(self.said.append)
        self.notices.cleared.connect(self.taken_back.append)
        self.keeper = Keeper(self.document, self.files, self.notices, self.shelf, self.files)
        self.left = Leftovers(self.document, self.files.belong, self.notices, self.shelf, self.keeper)

    def edit(self, data: str) -> None:
        self.document.edit(msgspec.structs.replace(self.document.project, data=data), "data")

    def keeps(self, data: str) -> None:
        """Edit, and wait until that is on the disk."""
        with self.qtbot.waitSignal(self.keeper.kept):
            self.edit(data)

    def works(self) -> list[Path]:
        return sorted(self.shelf.folder.glob("*.work"))

    def die(self) -> None:
        """As if it were killed: the system lets go of its locks, and nothing else happens."""
        self.left.close()
        self.keeper._timer.stop()
        if self.keeper._job is not None:
            self.keeper._job.join()
        if self.keeper.has_slot:
            self.keeper.slot().release()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keeping, "KEEP_MS", 20)
    monkeypatch.setattr(keeping, "LOOK_MS", 5)
    return tmp_path / "kept"


@pytest.fixture
def window(folder: Path, qtbot: QtBot) -> Iterator[Window]:
    made = Window(folder, qtbot)
    yield made
    made.left.close()
    made.keeper.close()
    assert made.works() == [], "a window that is closed leaves nothing"


def left_behind(folder: Path, qtbot: QtBot, *data: str) -> None:
    for number, name in enumerate(data):
        gone = Window(folder, qtbot)
        gone.keeps(name)
        (path,) = (work for work in gone.works() if work == gone.keeper.slot().path)
        os.utime(path, (number + 1, number + 1))
        gone.die()


def test_an_edit_is_kept_with_its_file_and_a_saved_one_need_not_be(window: Window, tmp_path: Path) -> None:
    window.files.path = tmp_path / "mine.convscope"
    window.keeps("emoji-10")
    (path,) = window.works()
    kept = window.keeper.slot().read()
    assert (kept.project, kept.file) == (window.document.project, str(tmp_path / "mine.convscope"))
    with window.qtbot.waitSignal(window.keeper.kept):
        window.files.saved = window.document.project
        window.files.changed.emit()
    assert not path.exists()
    window.keeps("fashion-mnist")
    assert window.works() == [path]
    with window.qtbot.waitSignal(window.keeper.kept):
        window.document.undo()
    assert not path.exists(), "that is what the file holds"


def test_a_window_in_which_nothing_is_done_writes_nothing(window: Window) -> None:
    window.qtbot.waitUntil(lambda: not window.keeper._timer.isActive())
    assert not window.keeper.has_slot
    assert not window.shelf.folder.exists()


def test_a_storm_of_edits_is_kept_now_and_then_and_at_its_end(window: Window) -> None:
    written: list[str] = []
    window.keeper.kept.connect(lambda: written.append(window.keeper.slot().read().project.data))
    end = time.monotonic() + 0.5
    number = 0
    while time.monotonic() < end:
        number += 1
        window.edit(str(number))
        QApplication.processEvents()
    window.qtbot.waitUntil(lambda: bool(written) and written[-1] == str(number))
    assert len(written) >= 2


def test_the_window_never_waits_for_the_disk(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    write = Slot.write

    def slowly(slot: Slot, project: Project, file: str = "") -> None:
        assert threading.current_thread() is not threading.main_thread()
        go.wait(10)
        write(slot, project, file)

    monkeypatch.setattr(Slot, "write", slowly)
    window.edit("one")
    window.qtbot.waitUntil(lambda: window.keeper._job is not None)
    first = window.keeper._job
    window.edit("two")
    window.keeper._look()
    assert window.keeper._job is first, "one at a time"
    with window.qtbot.waitSignal(window.keeper.kept):
        go.set()
    assert window.keeper._timer.interval() == keeping.KEEP_MS, "the next one takes its time"
    with window.qtbot.waitSignal(window.keeper.kept):
        pass
    assert window.keeper.slot().read().project.data == "two"


def test_a_disk_that_cannot_be_written_to_is_said_once_and_tried_again(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "AGAIN_MS", 20)
    window.shelf.folder.parent.mkdir(exist_ok=True)
    window.shelf.folder.write_text("in the way")
    window.edit("one")
    window.qtbot.waitUntil(lambda: bool(window.said))
    window.edit("two")
    window.qtbot.waitUntil(lambda: window.keeper._job is None and window.keeper._timer.remainingTime() > 0)
    assert [notice.kind for notice in window.said] == ["problem"]
    assert window.said[0].text.count("\n") == 0 and "not kept" in window.said[0].text
    with window.qtbot.waitSignal(window.keeper.kept):
        window.shelf.folder.unlink()
    assert window.keeper.slot().read().project.data == "two"
    assert window.taken_back == [keeping.ABOUT]


def test_what_a_killed_window_left_is_offered_and_restored_on_demand(folder: Path, qtbot: QtBot) -> None:
    left_behind(folder, qtbot, "emoji-10")
    window = Window(folder, qtbot)
    window.left.offer()
    (notice,) = window.said
    assert notice.kind == "offer" and "a project without a file" in notice.text
    assert window.document.project == Project(), "nothing is restored unasked"
    with qtbot.waitSignal(window.keeper.kept):
        window.left.restore()
    assert window.document.project.data == "emoji-10"
    assert [path.name for path in window.works()] == [window.keeper.slot().path.name], "kept in this window's place"
    assert window.left.offered is None
    window.document.undo()
    assert window.document.project == Project()
    window.die()
    again = Window(folder, qtbot)
    again.left.offer()
    assert again.left.offered is not None
    again.left.discard()
    assert (again.works(), again.left.offered) == ([], None)
    again.keeper.close()


def test_killed_before_what_was_restored_is_kept_nothing_is_lost(folder: Path, qtbot: QtBot) -> None:
    left_behind(folder, qtbot, "emoji-10")
    window = Window(folder, qtbot)
    window.left.offer()
    window.left.restore()
    for slot in window.keeper._answered:
        slot.release()  # as the system does for the dead
    window.die()
    again = Window(folder, qtbot)
    again.left.offer()
    assert again.left.offered is not None and again.left.offered.project.data == "emoji-10"
    again.left.discard()
    again.keeper.close()


def test_several_are_offered_one_after_another_newest_first(folder: Path, qtbot: QtBot) -> None:
    left_behind(folder, qtbot, "one", "two", "three")
    window = Window(folder, qtbot)
    window.left.offer()
    other = Window(folder, qtbot)
    other.left.offer()
    assert other.left.offered is None, "they are this window's to offer"
    seen = []
    while window.left.offered is not None:
        seen.append(window.left.offered.project.data)
        window.left.discard()
    assert seen == ["three", "two", "one"]
    for each in (window, other):
        each.keeper.close()
    assert window.works() == []


def test_what_is_not_answered_waits_for_the_next_start(folder: Path, qtbot: QtBot) -> None:
    left_behind(folder, qtbot, "one", "two")
    for _ in range(2):
        window = Window(folder, qtbot)
        window.left.offer()
        assert window.left.offered is not None and window.left.offered.project.data == "two"
        window.left.close()
        window.keeper.close()
    assert len(window.works()) == 2


def test_a_damaged_one_is_a_sentence_and_the_next_is_offered(folder: Path, qtbot: QtBot) -> None:
    left_behind(folder, qtbot, "one", "two")
    newest = max(folder.glob("*.work"), key=lambda path: path.stat().st_mtime)
    newest.write_bytes(b"\0" * 400)
    window = Window(folder, qtbot)
    window.left.offer()
    problem, offer = window.said
    assert problem.kind == "problem" and newest.with_suffix(".bad").name in problem.text
    assert "\n" not in problem.text
    assert offer.kind == "offer"
    assert window.left.offered is not None and window.left.offered.project.data == "one"
    window.left.discard()
    window.keeper.close()


@pytest.mark.parametrize("at", [0.0, 1e9, None, -1e18, 1e300], ids=str)
def test_an_offer_is_one_sentence(at: float | None) -> None:
    for file in ("", "/ü/mine.convscope"):
        told = words(Kept(Project(), file, time.time() if at is None else at))
        assert told.endswith(".") and told.count(".") <= 2 and "\n" not in told


def test_keeping_takes_the_window_s_thread_no_time(window: Window) -> None:
    from engine.presets import preset

    for name in ("alexnet", "mini-resnet", "lenet-5"):
        window.document.edit(msgspec.structs.replace(window.document.project, network=preset(name)), name)
        began = time.thread_time()
        window.keeper._look()
        assert time.thread_time() - began < 0.05, "ten times the goal"
        window.qtbot.waitUntil(lambda: window.keeper._job is None)
