"""A hand that uses real mouse, wheel and key events, and a theme for every test here."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.theme import apply_theme

Left = Qt.MouseButton.LeftButton


class Hand:
    """Does with a widget what a person does; positions are the widget's own logical pixels."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot

    def show(self, widget: QWidget, width: int, height: int) -> None:
        """Put the widget on the screen in this size, in the active window."""
        self._qtbot.addWidget(widget)
        widget.resize(width, height)
        with self._qtbot.waitExposed(widget):
            widget.show()
        widget.activateWindow()
        self._qtbot.waitUntil(widget.isActiveWindow)

    @staticmethod
    def target(widget: QWidget) -> QWidget:
        return widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget

    def press(self, widget: QWidget, at: QPoint, button: Qt.MouseButton = Left, keys: str = "") -> None:
        QTest.mousePress(self.target(widget), button, _modifiers(keys), at)

    def move(self, widget: QWidget, at: QPoint, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
        """Move the cursor, with `button` held down; QTest's own mouseMove holds none."""
        target = self.target(widget)
        kind = QMouseEvent.Type.MouseMove
        place, outside = QPointF(at), QPointF(target.mapToGlobal(at))
        event = QMouseEvent(kind, place, outside, Qt.MouseButton.NoButton, button, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(target, event)

    def release(self, widget: QWidget, at: QPoint, button: Qt.MouseButton = Left) -> None:
        QTest.mouseRelease(self.target(widget), button, Qt.KeyboardModifier.NoModifier, at)

    def click(self, widget: QWidget, at: QPoint, button: Qt.MouseButton = Left) -> None:
        self.press(widget, at, button)
        self.release(widget, at, button)

    def double_click(self, widget: QWidget, at: QPoint) -> None:
        QTest.mouseDClick(self.target(widget), Left, Qt.KeyboardModifier.NoModifier, at)

    def drag(self, widget: QWidget, *way: QPoint, button: Qt.MouseButton = Left, keys: str = "") -> None:
        """Press at the first point, move over the others, release at the last."""
        self.press(widget, way[0], button, keys)
        for at in way[1:]:
            self.move(widget, at, button)
        self.release(widget, way[-1], button)

    def wheel(self, widget: QWidget, at: QPoint, delta: int = 120, keys: str = "") -> None:
        target = self.target(widget)
        event = QWheelEvent(
            QPointF(at),
            QPointF(target.mapToGlobal(at)),
            QPoint(),
            QPoint(0, delta),
            Qt.MouseButton.NoButton,
            _modifiers(keys),
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(target, event)

    def key(self, widget: QWidget, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(widget, key)

    def type(self, widget: QWidget, text: str) -> None:
        for sign in text:
            if sign.isascii():
                QTest.keyClicks(widget, sign)
            else:  # QTest knows only the keys of an English keyboard
                none = Qt.KeyboardModifier.NoModifier
                QApplication.sendEvent(widget, QKeyEvent(QKeyEvent.Type.KeyPress, 0, none, sign))


def _modifiers(keys: str) -> Qt.KeyboardModifier:
    known = {
        "shift": Qt.KeyboardModifier.ShiftModifier,
        "ctrl": Qt.KeyboardModifier.ControlModifier,
        "alt": Qt.KeyboardModifier.AltModifier,
    }
    return known.get(keys, Qt.KeyboardModifier.NoModifier)


class Heard(QObject):
    """Everything a signal has said."""

    def __init__(self, signal: object) -> None:
        super().__init__()
        self.all: list[object] = []
        signal.connect(self._note)  # type: ignore[attr-defined]

    def _note(self, *said: object) -> None:
        self.all.append(said[0] if len(said) == 1 else said)


@pytest.fixture
def hand(qtbot: QtBot) -> Hand:
    return Hand(qtbot)


@pytest.fixture
def heard() -> type[Heard]:
    return Heard


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    apply_theme(qapp, dark=True)


class Picture:
    """An RGB32 image over an array of its own, as the engine's buffers are."""

    def __init__(self, height: int, width: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.pixels = rng.integers(0, 2**24, (height, width), dtype=np.uint32) | np.uint32(0xFF000000)
        self.image = QImage(self.pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)

    def colour(self, row: int, column: int) -> int:
        return int(self.pixels[row, column])


@pytest.fixture
def picture() -> type[Picture]:
    return Picture


@pytest.fixture
def pixels(qapp: QApplication) -> object:
    """What a widget looks like, as an array of 0xffRRGGBB in device pixels."""

    def grabbed(widget: QWidget) -> np.ndarray:
        image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        flat = np.frombuffer(image.constBits(), dtype=np.uint32)
        return flat.reshape(image.height(), image.bytesPerLine() // 4)[:, : image.width()].copy()

    return grabbed


@pytest.fixture
def near() -> object:
    """How far two colours are apart: the largest difference of red, green and blue."""

    def difference(one: int | QColor | str, other: int | QColor | str) -> int:
        first, last = QColor(one), QColor(other)
        return max(abs(a - b) for a, b in zip(first.getRgb(), last.getRgb(), strict=True))

    return difference
