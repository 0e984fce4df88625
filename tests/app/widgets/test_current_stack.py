"""A stack that needs the room of what is in sight, and a place that scrolls what has no room."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.current_stack import CurrentStack, Roomy


def _page(width: int, height: int) -> QWidget:
    page = QWidget()
    page.setMinimumSize(width, height)
    return page


def test_the_stack_asks_for_what_is_in_sight_needs(qtbot: QtBot) -> None:
    stack = CurrentStack()
    qtbot.addWidget(stack)
    assert stack.minimumSizeHint() == QSize(0, 0)
    for page in (_page(300, 100), _page(900, 50)):
        stack.addWidget(page)
    assert stack.minimumSizeHint() == QSize(300, 100)
    stack.setCurrentIndex(1)
    assert stack.minimumSizeHint() == QSize(900, 50)


def test_what_fits_has_all_the_room_and_what_does_not_is_scrolled_to(qtbot: QtBot) -> None:
    stack = CurrentStack()
    stack.addWidget(_page(300, 100))
    stack.addWidget(_page(900, 50))
    room = Roomy(stack)
    qtbot.addWidget(room)
    room.resize(500, 400)
    room.show()
    assert stack.size() == room.viewport().size() == QSize(500, 400)
    stack.setCurrentIndex(1)
    qtbot.waitUntil(lambda: stack.width() == 900)
    assert room.horizontalScrollBar().maximum() == 400
    assert room.verticalScrollBar().maximum() == 0
    stack.setCurrentIndex(0)
    qtbot.waitUntil(lambda: stack.size() == QSize(500, 400))
    assert room.minimumSizeHint() == QSize(0, 0)


def test_words_that_wrap_get_the_room_there_is(qtbot: QtBot) -> None:
    page = QWidget()
    words = QLabel("A sentence of several words that wraps where it has little room. " * 20)
    words.setWordWrap(True)
    words.setMinimumHeight(10)
    QVBoxLayout(page).addWidget(words)
    room = Roomy(page)
    qtbot.addWidget(room)
    room.resize(300, 120)
    room.show()
    qtbot.waitUntil(lambda: page.size() == room.viewport().size() == QSize(300, 120))
    assert words.heightForWidth(words.width()) > 120
