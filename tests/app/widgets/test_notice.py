"""The notice bar: one sentence in place, counted when it repeats, gone when it should be."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.widgets.notice import NoticeBar
from app.widgets.theme import DARK


@pytest.fixture
def window(hand) -> QWidget:
    window = QWidget()
    layout = QVBoxLayout(window)
    layout.addWidget(NoticeBar())
    layout.addStretch(1)
    hand.show(window, 600, 120)
    return window


@pytest.fixture
def bar(window) -> NoticeBar:
    return window.findChild(NoticeBar)


def said(bar: NoticeBar) -> str | None:
    return bar.findChild(QLabel).text() if bar.isVisible() else None


def test_it_takes_no_place_until_there_is_something_to_say(bar) -> None:
    assert not bar.isVisible()
    bar.show_notice("Saved.")
    assert said(bar) == "Saved."
    assert bar.accessibleName() == "Saved."


@pytest.mark.parametrize("kind", ["info", "problem"])
def test_it_can_be_closed(bar, hand, kind) -> None:
    bar.show_notice("Something.", kind)
    hand.click(bar.findChild(QToolButton), QPoint(5, 5))
    assert said(bar) is None
    assert bar.notice() is None
    bar.dismiss()


def test_a_problem_looks_like_one_and_stays(bar, pixels) -> None:
    bar.show_notice("The camera is gone.", "problem")
    ground = 0xFF000000 | int(DARK.problem_fill[1:], 16)
    assert (pixels(bar) == ground).sum() > 5000
    assert bar.notice().seconds == 0
    bar.show_notice("Saved.")
    assert (pixels(bar) == ground).sum() == 0
    assert bar.notice().seconds > 0


def test_news_goes_by_itself_and_what_it_covered_comes_back(bar, qtbot) -> None:
    bar.show_notice("The camera is gone.", "problem")
    bar.show_notice("Saved.", seconds=0.02)
    assert said(bar) == "Saved."
    qtbot.waitUntil(lambda: said(bar) == "The camera is gone.")


def test_news_that_was_covered_does_not_come_back(bar) -> None:
    bar.show_notice("Saved.")
    bar.show_notice("The camera is gone.", "problem")
    bar.dismiss()
    assert said(bar) is None


def test_the_same_again_is_counted(bar) -> None:
    for _ in range(3):
        bar.show_notice("No room on the disk.", "problem")
    assert said(bar) == "No room on the disk.  (×3)"
    bar.show_notice("Something else.", "problem")
    bar.show_notice("No room on the disk.", "problem")
    assert said(bar).endswith("(×4)")
    bar.dismiss()
    assert said(bar) == "Something else."
    bar.dismiss()
    assert said(bar) is None


def test_only_so_many_are_kept(bar) -> None:
    for number in range(20):
        bar.show_notice(f"Problem {number}.", "problem")
    for number in range(19, 14, -1):
        assert said(bar) == f"Problem {number}."
        bar.dismiss()
    assert said(bar) is None


def test_what_is_no_longer_true_is_taken_back(bar) -> None:
    bar.show_notice("The stream is gone.", "problem")
    bar.show_notice("No room on the disk.", "problem")
    bar.withdraw("The stream is gone.")
    assert said(bar) == "No room on the disk."
    bar.withdraw("No room on the disk.")
    assert said(bar) is None


def test_its_buttons_say_their_id(bar, hand, heard) -> None:
    acted = heard(bar.acted)
    bar.show_notice("Kernel 7 is larger than its input.", "problem", [("padding", "Padding 3"), ("size", "Kernel 5")])
    buttons = bar.findChildren(QPushButton)
    assert [button.text() for button in buttons] == ["Padding 3", "Kernel 5"]
    for button in reversed(buttons):
        hand.click(button, QPoint(5, 5))
    assert acted.all == ["size", "padding"]
    assert said(bar) is not None


def test_a_button_may_close_the_notice_it_belongs_to(bar, hand, qapp) -> None:
    bar.acted.connect(bar.withdraw)
    bar.show_notice("Kernel", "problem", [("Kernel", "Away")])
    hand.click(bar.findChild(QPushButton), QPoint(5, 5))
    qapp.processEvents()
    assert said(bar) is None


def test_file_names_are_not_taken_for_markup(bar) -> None:
    bar.show_notice("<b>bold</b>.png is empty.", "problem")
    assert bar.findChild(QLabel).textFormat().name == "PlainText"


def test_a_screen_reader_is_alerted(bar, monkeypatch) -> None:
    events = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: events.append(event.type()))
    bar.show_notice("Saved.")
    assert events == [QAccessible.Event.Alert]


def test_a_long_sentence_is_shown_whole(bar, qapp) -> None:
    bar.show_notice("This sentence is long. " * 12, "problem")
    qapp.processEvents()
    label = bar.findChild(QLabel)
    assert label.height() >= label.heightForWidth(label.width()) > 30
