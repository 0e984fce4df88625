"""Files, folders, addresses and pictures, dropped with real events and pasted from the real clipboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.source import mime as mime_module
from app.source.drops import Drops
from app.widgets.picture_view import PictureView
from engine.spec.project import Project
from engine.spec.source import Clip, Folder, Picture, Stream

from .conftest import Bench

COPY, MOVE = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction
LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Window:
    """A window with a picture view in it."""

    def __init__(self, bench: Bench, folder: Path, qtbot: QtBot) -> None:
        self.bench = bench
        self.drops = Drops(bench.document, bench.notices, folder)
        self.widget = QWidget()
        self.widget.resize(200, 200)
        qtbot.addWidget(self.widget)
        self.drops.install(self.widget)
        self.view = PictureView()
        QVBoxLayout(self.widget).addWidget(self.view)
        self.widget.show()

    def drop(self, data: QMimeData, on: QWidget | None = None) -> bool:
        """Drag over a widget and let go, as Qt does it; whether it was taken."""
        target, at = on or self.widget, QPoint(50, 50)
        enter = QDragEnterEvent(at, COPY | MOVE, data, LEFT, NO_KEYS)
        QApplication.sendEvent(target, enter)
        move = QDragMoveEvent(at, COPY | MOVE, data, LEFT, NO_KEYS)
        QApplication.sendEvent(target, move)
        if not (enter.isAccepted() and move.isAccepted()):
            return False
        dropped = QDropEvent(at.toPointF(), COPY | MOVE, data, LEFT, NO_KEYS)
        dropped.setDropAction(MOVE)
        QApplication.sendEvent(target, dropped)
        assert dropped.dropAction() == COPY
        return dropped.isAccepted()


@pytest.fixture
def window(bench: Bench, tmp_path: Path, qtbot: QtBot) -> Iterator[Window]:
    yield Window(bench, tmp_path / "cache" / "pasted", qtbot)
    QGuiApplication.clipboard().clear()


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def picture() -> QImage:
    image = QImage(3, 2, QImage.Format.Format_ARGB32)
    image.fill(QColor(10, 200, 30, 128))
    return image


def image_data(image: QImage | QPixmap) -> QMimeData:
    data = QMimeData()
    data.setImageData(image)
    return data


def test_a_dropped_picture_clip_or_folder_becomes_the_source_and_can_be_undone(window: Window, tmp_path: Path) -> None:
    for name, kind in (("ä b.png", Picture), ("c.mp4", Clip)):
        (tmp_path / name).touch()
        assert window.drop(files(tmp_path / name))
        assert window.bench.source == kind(path=str(tmp_path / name))
        assert window.bench.document.undo_text == f"open {name}"
    assert window.drop(files(tmp_path))
    assert window.bench.source == Folder(path=str(tmp_path))
    for _ in range(3):
        window.bench.document.undo()
    assert window.bench.document.project == Project()


def test_a_view_in_the_window_lets_drops_through(window: Window, tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert window.drop(files(tmp_path / "a.png"), on=window.view.viewport())
    assert window.bench.source == Picture(path=str(tmp_path / "a.png"))


def test_of_several_files_the_first_is_opened_and_that_is_said(window: Window, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    window.drop(files(tmp_path / "a.png", tmp_path / "b.png"))
    assert window.bench.source == Picture(path=str(tmp_path / "a.png"))
    assert window.bench.heard.all == ["Opened a.png, the first of 2; drop a folder to step through many."]


def test_a_file_that_is_no_picture_is_answered_in_one_sentence(window: Window, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    window.drop(files(tmp_path / "notes.txt", tmp_path / "b.png"))
    window.drop(files(tmp_path / "gone.png"))
    assert window.bench.document.project == Project() and not window.bench.document.undo_text
    first, second = window.bench.heard.all
    assert "notes.txt" in first and "gone.png" in second


def test_an_address_is_a_stream_dropped_or_pasted(window: Window) -> None:
    data = QMimeData()
    data.setUrls([QUrl("http://127.0.0.1:9/video")])
    assert window.drop(data)
    assert window.bench.source == Stream(url="http://127.0.0.1:9/video")
    QGuiApplication.clipboard().setText(" rtsp://cam/2 \n")
    window.drops.paste()
    assert window.bench.source == Stream(url="rtsp://cam/2")


def test_what_is_neither_is_not_let_in(window: Window) -> None:
    words, colour = QMimeData(), QMimeData()
    words.setText("just some words")
    colour.setColorData(QColor("red"))
    assert not window.drop(words) and not window.drop(colour)
    assert not window.bench.heard.all


@pytest.mark.parametrize("data", [picture(), picture().convertToFormat(QImage.Format.Format_Grayscale8)])
def test_a_picture_without_a_file_is_kept_with_all_its_pixels(window: Window, data: QImage) -> None:
    assert window.drop(image_data(data))
    source = window.bench.source
    assert isinstance(source, Picture)
    kept = QImage(source.path)
    assert kept.size() == data.size()
    assert kept.pixelColor(2, 1).getRgb() == data.pixelColor(2, 1).getRgb()


def test_a_pixmap_is_a_picture_too(window: Window) -> None:
    assert window.drop(image_data(QPixmap.fromImage(picture())))
    assert isinstance(window.bench.source, Picture)


def test_the_same_picture_is_kept_once_and_leaves_nothing_else_behind(window: Window, tmp_path: Path) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setImage(picture())
    window.drops.paste()
    window.drops.paste()
    other = picture()
    other.fill(QColor("blue"))
    clipboard.setImage(other)
    window.drops.paste()
    names = sorted(file.name for file in (tmp_path / "cache" / "pasted").iterdir())
    assert len(names) == 2 and all(name.startswith("pasted-") and name.endswith(".png") for name in names)
    assert window.bench.document.undo_text.startswith("open pasted-")


def test_a_kept_picture_that_was_damaged_is_written_anew(window: Window) -> None:
    window.drop(image_data(picture()))
    source = window.bench.source
    assert isinstance(source, Picture)
    Path(source.path).write_bytes(b"")
    window.drop(image_data(picture()))
    assert not QImage(source.path).isNull()


def test_the_picture_of_a_web_page_is_taken_rather_than_its_address(window: Window) -> None:
    data = image_data(picture())
    data.setUrls([QUrl("https://example.org/cat.png")])
    window.drop(data)
    assert isinstance(window.bench.source, Picture)


def test_a_file_is_taken_rather_than_the_thumbnail_that_comes_with_it(window: Window, tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    data = image_data(picture())
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    window.drop(data)
    assert window.bench.source == Picture(path=str(tmp_path / "a.png"))


def test_a_path_can_be_pasted(window: Window, tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    for text in (str(tmp_path / "a.png"), (tmp_path / "a.png").as_uri()):
        QGuiApplication.clipboard().setText(text)
        window.drops.paste()
        assert window.bench.source == Picture(path=str(tmp_path / "a.png"))
        window.bench.document.undo()


def nothing() -> QMimeData:
    return QMimeData()


def blank() -> QMimeData:
    data = QMimeData()
    data.setText("  \n")
    return data


def empty_image() -> QMimeData:
    return image_data(QImage())


def broken_image() -> QMimeData:
    data = QMimeData()
    data.setData("application/x-qt-image", QByteArray(b"junk"))
    return data


def a_letter() -> QMimeData:
    data = QMimeData()
    data.setText("Dear all,\n" + "words " * 10_000)
    return data


@pytest.mark.parametrize("make", [nothing, blank, empty_image, broken_image, a_letter])
def test_bad_things_get_one_short_sentence_each(window: Window, make: type) -> None:
    window.drops.take(make())
    assert window.bench.document.project == Project() and len(window.bench.heard.all) == 1
    assert len(window.bench.heard.all[0]) < 250 and "\n" not in window.bench.heard.all[0]


def test_a_picture_too_large_to_pack_is_refused(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mime_module, "MAX_PIXELS", 5)
    window.drop(image_data(picture()))
    assert "2 × 3 pixels" in window.bench.heard.all[0] and window.bench.document.project == Project()


def test_a_cache_that_cannot_be_written_is_said(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    drops = Drops(bench.document, bench.notices, tmp_path / "file" / "pasted")
    drops.take(image_data(picture()))
    assert "cannot be kept in" in bench.heard.all[0] and bench.document.project == Project()


def test_a_file_on_the_command_line_is_opened_or_answered(window: Window, tmp_path: Path) -> None:
    window.drops.open_path(str(tmp_path))
    assert window.bench.source == Folder(path=str(tmp_path))
    window.drops.open_path("nowhere.png")
    assert "nowhere.png" in window.bench.heard.all[0]
