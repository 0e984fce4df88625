"""The source bar follows the document, and every button and menu of it changes the document."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QHBoxLayout, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.source.ask import FileDialogs
from app.source.bar import SourceBar
from app.source.edits import CLIP_SUFFIXES, PICTURE_SUFFIXES, with_source
from app.source.kinds import KINDS, figures_text
from app.source.samples import PATTERN_NOTES, SAMPLE_NOTES
from app.widgets.theme import apply_theme
from engine.protocol import SourceState
from engine.resources import sample_names
from engine.spec.fields import fields_of
from engine.spec.project import Project
from engine.spec.source import Camera, Clip, Drawing, Folder, Pattern, Picture, Sample, Source, Stream, Stroke

from .conftest import Bench

LONG = Picture(path="/x/" + "a very long name of a scanned stack " * 3 + ".tiff")


class Answers:
    """Answers every question with the same path."""

    def __init__(self, path: str = "") -> None:
        self.path = path

    def picture(self, parent: QWidget) -> str:
        return self.path

    def clip(self, parent: QWidget) -> str:
        return self.path

    def folder(self, parent: QWidget) -> str:
        return self.path

    def data_folder(self, parent: QWidget) -> str:
        return self.path

    def data_file(self, parent: QWidget) -> str:
        return self.path


class Top:
    """A bar in a window beside some other controls."""

    def __init__(self, bench: Bench, qtbot: QtBot) -> None:
        self.bench = bench
        self.answers = Answers()
        self.host = QWidget()
        self.bar = SourceBar(bench.document, bench.link, bench.settings, bench.notices, self.answers)
        layout = QHBoxLayout(self.host)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bar, 1)
        rest = QWidget()
        rest.setFixedWidth(220)
        layout.addWidget(rest)
        qtbot.addWidget(self.host)
        self.host.setFixedWidth(1280)
        self.host.show()

    def use(self, source: Source) -> None:
        self.bench.document.edit(with_source(self.bench.document.project, source), "open")

    def click(self, kind: type) -> None:
        QtBot.mouseClick(
            self.bar.buttons[kind], Qt.MouseButton.LeftButton, pos=self.bar.buttons[kind].rect().center() / 2
        )

    def menu(self, kind: type) -> dict[str, QAction]:
        """What the menu of a button offers, by what stands on the left."""
        menu = self.bar.buttons[kind].menu()
        menu.aboutToShow.emit()
        return {action.text().partition("\t")[0]: action for action in menu.actions() if action.isEnabled()}


@pytest.fixture
def top(bench: Bench, qtbot: QtBot) -> Top:
    return Top(bench, qtbot)


NAMED: list[tuple[Source, str]] = [
    (Picture(path="/x/R&D.png"), "R&&D.png"),
    (Camera(index=2), "Camera 2"),
    (Clip(path="/x/a.mp4"), "a.mp4"),
    (Folder(path="/x/pics"), "pics"),
    (Drawing(), "Drawing 128×128"),
    (Pattern(kind="step"), "Step edge"),
    (Sample(data="emoji-10"), "Emoji-10"),
    (Sample(data="/x/leaves"), "leaves"),
    (Stream(url="http://cam.local/1"), "cam.local"),
]


@pytest.mark.parametrize(("source", "text"), NAMED)
def test_the_button_of_the_source_in_use_is_down_and_carries_its_name(top: Top, source: Source, text: str) -> None:
    top.use(source)
    for kind, button in top.bar.buttons.items():
        assert button.isChecked() == isinstance(source, kind)
        assert button.text() == (text if isinstance(source, kind) else KINDS[kind].text)
    top.bench.document.undo()
    assert [kind for kind, button in top.bar.buttons.items() if button.isChecked()] == [Picture]
    assert top.bar.buttons[Picture].text() == "astronaut.jpg"


def test_a_click_by_itself_does_not_put_a_button_down(top: Top) -> None:
    top.click(Folder)
    top.click(Stream)
    assert not top.bar.buttons[Folder].isChecked() and not top.bar.buttons[Stream].isChecked()
    top.use(Drawing())
    top.click(Drawing)
    assert top.bar.buttons[Drawing].isChecked()


def test_shipped_pictures_and_clips_are_a_choice_away(top: Top) -> None:
    pictures, clips = top.menu(Picture), top.menu(Clip)
    assert set(sample_names("images")) <= set(pictures) and set(sample_names("clips")) <= set(clips)
    pictures["coins.jpg"].trigger()
    assert top.bench.source == Picture(path="sample:coins.jpg")
    clips["webcam_scene_320x240.mp4"].trigger()
    assert top.bench.source == Clip(path="sample:webcam_scene_320x240.mp4")
    assert top.bench.document.undo_text == "open webcam_scene_320x240.mp4"
    top.bench.document.undo()
    top.bench.document.undo()
    assert top.bench.document.project == Project()


def test_everything_that_ships_is_explained() -> None:
    assert set(SAMPLE_NOTES) == {*sample_names("images"), *sample_names("clips")}
    assert set(PATTERN_NOTES) == set(fields_of(Pattern)["kind"].choices)


def test_recent_sources_are_offered_where_they_belong(top: Top) -> None:
    paths = {
        "picture": "/x/p & q.png",
        "clip": "/x/c.mp4",
        "folder": "/x/pics",
        "stream": "http://cam.local/1",
        "data": "/x/leaves",
    }
    assert "Recent" not in [action.text() for action in top.bar.buttons[Clip].menu().actions()]
    for kind, path in paths.items():
        top.bench.settings.add_recent(kind, path)
    expected = [
        (Picture, "p && q.png", Picture(path=paths["picture"])),
        (Picture, "pics", Folder(path=paths["folder"])),
        (Clip, "c.mp4", Clip(path=paths["clip"])),
        (Clip, "cam.local", Stream(url=paths["stream"])),
        (Sample, "leaves", Sample(data=paths["data"])),
    ]
    for button, text, source in expected:
        action = top.menu(button)[text]
        assert action.toolTip() in paths.values()
        action.trigger()
        assert top.bench.source == source


def test_opening_asks_and_an_empty_answer_changes_nothing(top: Top) -> None:
    bar = top.bar
    for ask in (bar.open_picture, bar.open_clip, bar.open_folder, bar.open_data_folder, bar.open_data_file):
        ask()
    assert top.bench.document.project == Project()
    top.answers.path = "/x/without-suffix"
    top.menu(Picture)["Open picture…"].trigger()
    assert top.bench.source == Picture(path="/x/without-suffix")
    top.menu(Clip)["Open clip…"].trigger()
    assert top.bench.source == Clip(path="/x/without-suffix")
    top.click(Folder)
    assert top.bench.source == Folder(path="/x/without-suffix")
    for verb in ("Open data folder…", "Open data file…"):
        top.menu(Sample)["MNIST"].trigger()
        assert top.bench.source == Sample(data="mnist")
        top.menu(Sample)[verb].trigger()
        assert top.bench.source == Sample(data="/x/without-suffix")


def test_the_data_that_the_network_learns_from_is_offered_too(top: Top) -> None:
    assert "leaves" not in top.menu(Sample)
    project = msgspec.structs.replace(top.bench.document.project, data="/x/leaves")
    top.bench.document.edit(project, "other data")
    top.menu(Sample)["leaves"].trigger()
    assert top.bench.source == Sample(data="/x/leaves")
    assert top.bench.document.project.data == "/x/leaves"


def test_the_dialogs_offer_what_can_be_opened(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    asked: list[Any] = []

    def answer(*arguments: Any) -> tuple[str, str]:
        asked.append(arguments)
        return "/x/a", ""

    monkeypatch.setattr("app.source.ask.QFileDialog.getOpenFileName", answer)
    monkeypatch.setattr("app.source.ask.QFileDialog.getExistingDirectory", lambda *_: "/x")
    parent = QWidget()
    qtbot.addWidget(parent)
    dialogs = FileDialogs()
    assert (dialogs.picture(parent), dialogs.clip(parent), dialogs.folder(parent)) == ("/x/a", "/x/a", "/x")
    assert (dialogs.data_folder(parent), dialogs.data_file(parent)) == ("/x", "/x/a")
    assert "*.npz" in asked.pop()[3]
    for arguments, suffixes in zip(asked, (PICTURE_SUFFIXES, CLIP_SUFFIXES), strict=True):
        assert all(f"*{suffix} " in arguments[3].replace(")", " ") for suffix in suffixes)


def test_a_drawing_is_come_back_to_as_it_was(top: Top) -> None:
    top.click(Drawing)
    assert top.bench.source == Drawing()
    drawn = Drawing(strokes=(Stroke(points=((1.0, 2.0),)),))
    top.use(drawn)
    top.use(Camera(index=3))
    top.click(Drawing)
    assert top.bench.source == drawn
    top.click(Camera)
    assert top.bench.source == Camera(index=3)


def test_camera_menu(top: Top) -> None:
    top.click(Camera)
    assert top.bench.source == Camera()
    top.use(Camera(index=7))
    assert [text for text, action in top.menu(Camera).items() if action.isChecked()] == ["Camera 7", "Camera's own"]
    top.menu(Camera)["720 × 1280"].trigger()
    top.menu(Camera)["30 /s"].trigger()
    top.menu(Camera)["Camera 1"].trigger()
    assert top.bench.source == Camera(index=1, height=720, width=1280, fps=30)


def test_another_pattern_keeps_the_settings_of_the_last(top: Top) -> None:
    top.use(Pattern(period=50, contrast=0.5))
    top.use(Camera())
    top.menu(Pattern)["Step edge"].trigger()
    assert top.bench.source == Pattern(kind="step", period=50, contrast=0.5)


def test_a_stream_is_asked_for_in_the_bar_itself(top: Top, qtbot: QtBot) -> None:
    top.bench.settings.add_recent("stream", "http://cam.local/1")
    top.host.activateWindow()
    top.click(Stream)
    line = top.bar.address
    assert line.isVisible() and not top.bar.figures.isVisible() and line.text() == "http://cam.local/1"
    qtbot.waitUntil(line.hasFocus)
    line.setText("cam.local")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert line.isVisible() and "'cam.local'" in top.bench.heard.standing["open"].text
    line.setText("  rtsp://cam.local/2 ")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert top.bench.source == Stream(url="rtsp://cam.local/2")
    assert not line.isVisible() and top.bar.figures.isVisible() and not top.bench.heard.standing
    top.bench.document.undo()
    assert top.bench.document.project == Project()


def test_esc_and_going_elsewhere_give_the_line_up(top: Top, qtbot: QtBot) -> None:
    top.host.activateWindow()
    for leave in (lambda: qtbot.keyClick(top.bar.address, Qt.Key.Key_Escape), top.bar.buttons[Folder].setFocus):
        top.click(Stream)
        qtbot.waitUntil(top.bar.address.hasFocus)
        top.bar.address.insert("x")
        leave()
        assert not top.bar.address.isVisible() and top.bar.figures.isVisible()
    assert top.bench.document.project == Project()


FIGURES: list[tuple[Source, dict[str, Any], str]] = [
    (Project().source, {"state": "still", "height": 512, "width": 640, "channels": 3}, "512 × 640 RGB"),
    (LONG, {"state": "still", "height": 9, "width": 8, "channels": 1}, "9 × 8 grey"),
    (
        LONG,
        {"state": "still", "height": 9, "width": 8, "channels": 1, "note": "16-bit grey, picture 1 of 12"},
        "9 × 8 · 16-bit grey, picture 1 of 12",
    ),
    (LONG, {"state": "still", "height": 9, "width": 8, "channels": 4}, "9 × 8 RGB and alpha"),
    (Camera(), {"state": "opening"}, "opening…"),
    (Camera(), {"state": "lost", "height": 9, "width": 8, "channels": 3}, "9 × 8 RGB · trying again…"),
    (Camera(), {"state": "failed"}, ""),
    (Folder(path="/x"), {"state": "paused", "height": 9, "width": 8, "channels": 3, "note": "a.png"}, "9 × 8 RGB"),
]


@pytest.mark.parametrize(("source", "state", "text"), FIGURES)
def test_size_and_kind_of_the_frames(source: Source, state: dict[str, Any], text: str) -> None:
    assert figures_text(source, SourceState(show=1, **state)) == text


def test_the_figures_follow_the_source_in_use_only(top: Top) -> None:
    top.bench.state("still", height=512, width=512, channels=3)
    assert top.bar.figures.whole() == "512 × 512 RGB"
    top.use(Camera())
    assert top.bar.figures.whole() == ""
    top.bench.state("still", source=Project().source, height=512, width=512, channels=3)
    assert top.bar.figures.whole() == ""
    top.bench.state("playing", height=480, width=640, channels=3)
    assert top.bar.figures.whole() == "480 × 640 RGB"


def test_figures_known_before_the_bar_was_made_are_shown(bench: Bench, qtbot: QtBot) -> None:
    bench.state("still", height=512, width=512, channels=3)
    assert Top(bench, qtbot).bar.figures.whole() == "512 × 512 RGB"


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[QApplication]:
    apply_theme(qapp, dark=True)
    yield qapp
    qapp.setStyleSheet("")


@pytest.mark.parametrize("width", [1280, 960])
def test_everything_fits_and_a_long_name_is_whole_in_its_tool_tip(themed: QApplication, top: Top, width: int) -> None:
    top.host.setFixedWidth(width)
    top.use(LONG)
    top.host.layout().activate()
    top.bar.layout().activate()
    for button in top.bar.buttons.values():
        assert button.width() >= button.sizeHint().width()
    assert LONG.path in top.bar.buttons[Picture].toolTip()
    assert top.bar.figures.width() > 60


def test_everything_is_reached_by_keyboard_named_and_explained(top: Top) -> None:
    for button in top.bar.findChildren(QToolButton):
        assert button.accessibleName() and len(button.toolTip()) > 20
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_bar_that_is_deleted_is_gone(bench: Bench, qtbot: QtBot) -> None:
    top = Top(bench, qtbot)
    top.menu(Picture)
    bar = weakref.ref(top.bar)
    top.host.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del top
    gc.collect()
    assert bar() is None
    bench.document.edit(with_source(bench.document.project, Camera()), "open")
    bench.state("playing", height=9, width=9)


def test_a_state_of_a_forgotten_show_is_ignored(top: Top) -> None:
    top.bench.engine.events.append(SourceState(show=0, state="playing", height=1, width=1))
    top.bench.link.pull()
    assert top.bar.figures.whole() == ""
    assert msgspec.structs.asdict(top.bench.link.last_source)["show"] == 0
