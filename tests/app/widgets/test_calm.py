"""What changes with every frame is written a few times a second, and the last change is never left out."""

from __future__ import annotations

import time
from itertools import pairwise

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.widgets.calm import CALM_MS, Calm


def test_the_first_wish_is_heard_at_once_and_of_many_the_last(qtbot: QtBot) -> None:
    value, written = 0, []
    parent = QObject()
    calm = Calm(lambda: written.append((time.monotonic(), value)), parent)
    calm.wish()
    assert [number for _, number in written] == [0]
    while len(written) < 4:
        value += 1
        calm.wish()
        QApplication.processEvents()
    assert value > len(written), "every wish was written"
    assert min(after - before for (before, _), (after, _) in pairwise(written)) >= 0.9 * CALM_MS / 1000
    calm.wish()
    value += 1
    qtbot.waitUntil(lambda: written[-1][1] == value, timeout=5000)


def test_now_waits_for_nothing_and_leaves_nothing_to_be_written(qtbot: QtBot) -> None:
    written: list[int] = []
    parent = QObject()
    calm = Calm(lambda: written.append(len(written)), parent)
    later: list[int] = []
    after = Calm(lambda: later.append(len(later)), parent)
    calm.wish()
    calm.wish()
    calm.now()
    assert written == [0, 1]
    after.wish()
    after.wish()
    qtbot.waitUntil(lambda: len(later) == 2, timeout=5000)
    assert written == [0, 1]
