"""Fields show what they are given without a word, and say only what the person changed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QSlider, QToolButton, QWidget

from app.widgets.fields import Choice, PairField, Slider, Toggle
from app.widgets.icons import icon
from app.widgets.number_field import NumberField
from app.widgets.segmented import Segmented


@pytest.fixture
def number(hand, heard):
    """A field for whole numbers from 1 to 64, at 5, and what it says."""
    field = NumberField(1, 64, integer=True, unit="px", name="Stride", tip="How far it moves.")
    hand.show(field, 90, 28)
    field.set_value(5)
    field.setFocus()
    return field, heard(field.value_changed), heard(field.rejected)


def retype(hand, field: QLineEdit, text: str) -> None:
    field.selectAll()
    hand.type(field, text)


def test_a_number_is_shown_without_a_word(number) -> None:
    field, values, refused = number
    field.set_value(7)
    assert field.text() == "7"
    field.set_value(99)  # what the document holds is shown, even if it could not be typed here
    assert field.text() == "99"
    assert (values.all, refused.all) == ([], [])


def test_typing_waits_for_enter(number, hand) -> None:
    field, values, _ = number
    retype(hand, field, "12")
    assert values.all == []
    hand.key(field, Qt.Key.Key_Return)
    assert values.all == [12]
    assert type(values.all[0]) is int
    hand.key(field, Qt.Key.Key_Return)
    assert values.all == [12]


def test_leaving_the_field_enters_too(number, hand) -> None:
    field, values, _ = number
    retype(hand, field, "3")
    field.clearFocus()
    assert values.all == [3]


@pytest.mark.parametrize("text", ["0", "65", "2.5", "nan", "many", "", "1e999"])
def test_what_cannot_be_is_framed_while_typed_and_said_when_entered(number, hand, text) -> None:
    field, values, refused = number
    field.clear()
    hand.type(field, text)
    if text:
        assert field.property("problem") == "true"
    assert refused.all == []
    hand.key(field, Qt.Key.Key_Return)
    assert refused.all == [text]
    assert field.text() == text
    hand.key(field, Qt.Key.Key_Return)
    assert refused.all == [text]
    if text:
        field.clearFocus()
        assert (field.text(), field.property("problem")) == ("5", "false")
    assert values.all == []


def test_esc_puts_the_number_back(number, hand) -> None:
    field, values, _ = number
    retype(hand, field, "999")
    hand.key(field, Qt.Key.Key_Escape)
    assert (field.text(), field.property("problem")) == ("5", "false")
    assert values.all == []


def test_news_from_outside_does_not_disturb_typing(number, hand) -> None:
    field, values, _ = number
    retype(hand, field, "1")
    field.set_value(8)
    assert field.text() == "1"
    hand.type(field, "6")
    hand.key(field, Qt.Key.Key_Return)
    assert values.all == [16]
    retype(hand, field, "2")
    field.set_value(8)
    hand.key(field, Qt.Key.Key_Escape)
    assert field.text() == "8"


def test_keys_and_wheel_step_and_stop_at_the_ends(number, hand) -> None:
    field, values, _ = number
    hand.key(field, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown)
    assert values.all == [6, 5, 15, 5, 1]
    hand.key(field, Qt.Key.Key_Down)
    hand.wheel(field, QPoint(10, 10), -120)
    assert len(values.all) == 5
    hand.wheel(field, QPoint(10, 10))
    hand.wheel(field, QPoint(10, 10), 120, "shift")
    hand.wheel(field, QPoint(10, 10), -120, "ctrl")  # a tenth of one is still a whole step
    assert values.all[5:] == [2, 12, 11]
    assert all(type(value) is int for value in values.all)


def test_stepping_starts_from_what_is_typed(number, hand) -> None:
    field, values, _ = number
    retype(hand, field, "20")
    hand.key(field, Qt.Key.Key_Up)
    assert values.all == [21]


def test_the_two_arrows_step_and_go_on_while_held(number, hand, qtbot) -> None:
    field, values, _ = number
    hand.click(field, QPoint(82, 6))
    hand.click(field, QPoint(82, 22))
    hand.double_click(field, QPoint(82, 22))
    hand.release(field, QPoint(82, 22))
    assert values.all == [6, 5, 4]
    hand.press(field, QPoint(82, 6))
    qtbot.waitUntil(lambda: len(values.all) >= 6)
    hand.release(field, QPoint(82, 6))
    assert values.all[3:6] == [5, 6, 7]


def test_other_limits_count_at_once(number, hand) -> None:
    field, values, refused = number
    field.set_range(1, 4)
    assert field.property("problem") == "true"
    assert values.all == []
    field.set_range(1, 100)
    retype(hand, field, "90")
    hand.key(field, Qt.Key.Key_Return)
    assert (values.all, refused.all) == ([90], [])


def test_a_field_that_only_shows_is_not_stepped(number, hand) -> None:
    field, values, _ = number
    field.setReadOnly(True)
    hand.key(field, Qt.Key.Key_Up)
    hand.wheel(field, QPoint(10, 10))
    assert values.all == []


def test_fractions_step_without_dust_and_read_a_comma(hand, heard) -> None:
    field = NumberField(-1, 1, step=0.1)
    hand.show(field, 90, 28)
    values = heard(field.value_changed)
    field.set_value(0)
    for _ in range(3):
        hand.key(field, Qt.Key.Key_Up)
    hand.wheel(field, QPoint(10, 10), 120, "ctrl")
    retype(hand, field, "-0,25")
    hand.key(field, Qt.Key.Key_Return)
    assert values.all == [0.1, 0.2, 0.3, 0.31, -0.25]
    assert field.text() == "-0.25"


@pytest.fixture
def pair(hand, heard):
    """A pair of 1 to 9, linked, its two lines, its link, and what it says."""
    field = PairField(1, 9, name="Stride")
    hand.show(field, 220, 28)
    return field, field.findChildren(NumberField), field.findChild(QToolButton), heard(field.value_changed)


def test_a_linked_pair_changes_both_and_says_it_once(pair, hand) -> None:
    field, (vertical, horizontal), _, values = pair
    hand.key(vertical, Qt.Key.Key_Up)
    assert values.all == [(2, 2)]
    assert (vertical.text(), horizontal.text()) == ("2", "2")
    hand.key(horizontal, Qt.Key.Key_Up)
    assert values.all == [(2, 2), (3, 3)]
    assert field.value() == (3, 3)


def test_a_pair_that_differs_opens_the_link(pair, hand) -> None:
    field, (vertical, horizontal), link, values = pair
    field.set_value((2, 5))
    assert not link.isChecked()
    assert values.all == []
    hand.key(horizontal, Qt.Key.Key_Up)
    assert values.all == [(2, 6)]
    hand.click(link, QPoint(5, 5))
    assert values.all == [(2, 6), (2, 2)]
    hand.key(vertical, Qt.Key.Key_Up)
    assert values.all[-1] == (3, 3)
    hand.click(link, QPoint(5, 5))
    hand.key(vertical, Qt.Key.Key_Up)
    assert values.all[-1] == (4, 3)


def test_a_pair_passes_on_what_cannot_be(pair, hand, heard) -> None:
    field, (_, horizontal), _, values = pair
    refused = heard(field.rejected)
    retype(hand, horizontal, "10")
    hand.key(horizontal, Qt.Key.Key_Return)
    assert (refused.all, values.all) == (["10"], [])
    field.set_range(1, 10)
    hand.key(horizontal, Qt.Key.Key_Return)
    assert values.all == [(10, 10)]


OPTIONS = [("same", "Same"), ("valid", "Valid"), (3, "Three")]


def test_a_choice_says_the_value_of_what_was_chosen(hand, heard) -> None:
    choice = Choice(OPTIONS, name="Padding")
    hand.show(choice, 120, 28)
    values = heard(choice.value_changed)
    assert choice.value() == "same"
    choice.set_value(3)
    assert choice.currentText() == "Three"
    assert values.all == []
    hand.key(choice, Qt.Key.Key_Up)
    assert values.all == ["valid"]
    hand.wheel(choice, QPoint(5, 5), -120)
    assert values.all == ["valid", 3]
    choice.activated.emit(2)  # the same again, from the list
    assert values.all == ["valid", 3]
    choice.set_value("unknown")
    assert choice.currentIndex() == -1
    assert choice.value() == "unknown"


def test_a_choice_keeps_its_value_among_other_options(hand, heard) -> None:
    choice = Choice(OPTIONS)
    values = heard(choice.value_changed)
    choice.set_value("valid")
    choice.set_options([("full", "Full"), ("valid", "Valid")])
    assert (choice.value(), choice.currentText()) == ("valid", "Valid")
    choice.set_options([(1, "One")])
    assert choice.value() == 1
    assert values.all == []


@pytest.fixture
def segments(hand, heard):
    field = Segmented([("a", "Cross-correlation"), ("b", "Convolution"), ("c", "Third")], name="Operation")
    hand.show(field, 300, 28)
    return field, field.findChildren(QWidget), heard(field.value_changed)


def test_segments_are_chosen_by_click_and_arrow_keys(segments, hand, qapp) -> None:
    _, buttons, values = segments
    assert [button.isChecked() for button in buttons] == [True, False, False]
    hand.click(buttons[1], QPoint(5, 5))
    assert values.all == ["b"]
    hand.click(buttons[1], QPoint(5, 5))
    assert values.all == ["b"]
    assert buttons[1].isChecked()
    hand.key(buttons[1], Qt.Key.Key_Right)
    assert qapp.focusWidget() is buttons[2]
    hand.key(buttons[2], Qt.Key.Key_Right)
    hand.key(buttons[2], Qt.Key.Key_Left)
    assert values.all == ["b", "c", "b"]


def test_segments_are_one_stop_for_tab(segments) -> None:
    field, buttons, values = segments
    field.set_value("c")
    tabbed = [bool(button.focusPolicy() & Qt.FocusPolicy.TabFocus) for button in buttons]
    assert tabbed == [False, False, True]
    field.set_value(None)
    assert not any(button.isChecked() for button in buttons)
    assert values.all == []


@pytest.fixture
def slider(hand, heard):
    field = Slider(0.5, 3.0, 0.1, name="Sigma")
    hand.show(field, 240, 28)
    return field, field.findChild(QSlider), field.findChild(NumberField), heard(field.value_changed)


def test_a_slider_and_its_number_go_together(slider, hand) -> None:
    field, bar, line, values = slider
    field.set_value(1.0)
    assert (bar.value(), line.text(), values.all) == (5, "1", [])
    hand.key(bar, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert values.all == [1.1, 1.2]
    assert line.text() == "1.2"
    retype(hand, line, "2.345")
    hand.key(line, Qt.Key.Key_Return)
    assert values.all[2:] == [2.345]
    assert bar.value() == 18
    hand.key(bar, Qt.Key.Key_End)
    assert values.all[3:] == [3.0]


def test_a_slider_of_whole_numbers_says_whole_numbers(hand, heard) -> None:
    field = Slider(0, 10, 1, integer=True)
    hand.show(field, 240, 28)
    values = heard(field.value_changed)
    hand.key(field.findChild(QSlider), Qt.Key.Key_Right)
    assert values.all == [1]
    assert type(values.all[0]) is int


def test_a_toggle_says_on_and_off(hand, heard) -> None:
    toggle = Toggle("Loop", icon("loop"))
    hand.show(toggle, 80, 28)
    values = heard(toggle.value_changed)
    toggle.set_value(True)
    assert toggle.value()
    assert values.all == []
    hand.click(toggle, QPoint(5, 5))
    hand.key(toggle, Qt.Key.Key_Space)
    assert values.all == [False, True]


@pytest.mark.parametrize(
    "made",
    [
        lambda: NumberField(0, 1, name="The name", tip="What it means, at length."),
        lambda: PairField(0, 1, name="The name", tip="What it means, at length."),
        lambda: Choice(OPTIONS, name="The name", tip="What it means, at length."),
        lambda: Segmented(OPTIONS, name="The name", tip="What it means, at length."),
        lambda: Slider(0, 1, 0.1, name="The name", tip="What it means, at length."),
        lambda: Toggle("x", name="The name", tip="What it means, at length."),
    ],
)
def test_every_field_and_each_of_its_parts_has_a_name_and_a_tip(qtbot, made) -> None:
    field = made()
    qtbot.addWidget(field)
    assert field.accessibleName() == "The name"
    assert field.toolTip() == "<qt>What it means, at length.</qt>"
    assert field.accessibleDescription() == "What it means, at length."
    reached = [part for part in field.findChildren(QWidget) if part.focusPolicy() & Qt.FocusPolicy.TabFocus]
    for part in reached:
        assert part.accessibleName().startswith("The name")
        assert part.toolTip()
