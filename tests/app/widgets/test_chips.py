"""The row of chips: where they lie, and what hand and keys do with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from app.widgets.chip_layout import ARROW, LEAST, NARROW, OPENER, ChipRow, widths
from app.widgets.chips import Chip, Chips, chip_tip
from app.widgets.tokens import DARK
from tests.app.widgets.conftest import Hand, Heard

THREE = [Chip("Gaussian", "<qt>first</qt>"), Chip("Sobel vertical"), Chip("Laplacian 8", idle=True)]


@pytest.fixture
def chips(hand: Hand) -> Chips:
    made = Chips("Steps", "What they are.")
    made.set_chips(THREE, 1)
    hand.show(made, made.sizeHint().width(), 28)
    return made


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[int], int]:
    wanted = draw(st.lists(st.integers(LEAST + OPENER, 200), min_size=1, max_size=16))
    return wanted, draw(st.integers(0, len(wanted) - 1))


@given(rows(), st.integers(60, 1500))
def test_chips_take_the_room_there_is_and_the_chosen_one_takes_most(row: tuple[list[int], int], room: int) -> None:
    wanted, chosen = row
    made = widths(wanted, chosen, room)
    assert all(LEAST <= width <= wish for width, wish in zip(made, wanted, strict=True))
    assert made[chosen] >= LEAST + OPENER
    gap = ARROW if sum(wanted) + ARROW * (len(wanted) - 1) <= room else NARROW
    least = LEAST * (len(made) - 1) + LEAST + OPENER + NARROW * (len(made) - 1)
    if room >= least:
        assert sum(made) + gap * (len(made) - 1) <= room
    places = ChipRow(wanted, chosen, room, 28)
    for before, after in zip(places.rectangles, places.rectangles[1:], strict=False):
        assert after.left() - before.right() - 1 == gap
    seen = places.rectangles[chosen]
    assert seen.left() >= 0
    assert seen.right() < max(room, LEAST + OPENER)


@given(rows(), st.data())
def test_a_chip_put_down_in_the_middle_of_another_takes_its_place(
    row: tuple[list[int], int], data: st.DataObject
) -> None:
    wanted, chosen = row
    places = ChipRow(wanted, chosen, 4000, 28)
    lifted = data.draw(st.integers(0, len(wanted) - 1))
    target = data.draw(st.integers(0, len(wanted) - 1))
    x = places.rectangles[target].center().x() + (1 if target >= lifted else -1)
    assert places.gap(lifted, x) == target


def test_a_click_chooses_and_the_arrow_opens_the_menu(chips: Chips, hand: Hand, heard: type[Heard]) -> None:
    chosen, menus = heard(chips.chosen), heard(chips.menu_wanted)
    hand.click(chips, chips.chip_rectangle(0).center())
    hand.click(chips, chips.chip_rectangle(1).center() - QPoint(10, 0))
    assert chosen.all == [0]
    hand.click(chips, chips.opener_rectangle().center())
    assert [place for place, _ in menus.all] == [1]  # type: ignore[misc]
    at = chips.chip_rectangle(2).center()
    QApplication.sendEvent(chips, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, chips.mapToGlobal(at)))
    assert [place for place, _ in menus.all] == [1, 2]  # type: ignore[misc]


def test_a_drag_moves_and_a_small_slip_does_not(chips: Chips, hand: Hand, heard: type[Heard]) -> None:
    moved, chosen = heard(chips.moved), heard(chips.chosen)
    start, end = chips.chip_rectangle(0).center(), chips.chip_rectangle(2).center() + QPoint(5, 0)
    hand.drag(chips, start, (start + end) / 2, end)
    assert moved.all == [(0, 2)]
    assert chosen.all == []
    hand.drag(chips, start, start + QPoint(2, 0))
    assert moved.all == [(0, 2)]
    assert chosen.all == [0]
    hand.press(chips, start)
    hand.move(chips, end, Qt.MouseButton.LeftButton)
    chips.grab()
    QTest.keyClick(chips, Qt.Key.Key_Escape)
    hand.release(chips, end)
    assert moved.all == [(0, 2)], "Escape puts it back"


def test_keys_do_everything(chips: Chips, hand: Hand, heard: type[Heard]) -> None:
    said = {name: heard(getattr(chips, name)) for name in ("chosen", "moved", "removed", "copied", "added")}
    chips.setFocus()
    alt, ctrl, none = (
        Qt.KeyboardModifier.AltModifier,
        Qt.KeyboardModifier.ControlModifier,
        Qt.KeyboardModifier.NoModifier,
    )
    for key, held in (
        (Qt.Key.Key_Left, none),
        (Qt.Key.Key_Right, none),
        (Qt.Key.Key_Home, none),
        (Qt.Key.Key_End, none),
        (Qt.Key.Key_Left, alt),
        (Qt.Key.Key_Right, alt),
        (Qt.Key.Key_Delete, none),
        (Qt.Key.Key_D, ctrl),
        (Qt.Key.Key_Insert, none),
        (Qt.Key.Key_Plus, none),
    ):
        QTest.keyClick(chips, key, held)
    assert {name: spoken.all for name, spoken in said.items()} == {
        "chosen": [0, 2, 0, 2],
        "moved": [(1, 0), (1, 2)],
        "removed": [1],
        "copied": [1],
        "added": [(), ()],
    }
    chips.set_chips(THREE, 2)
    QTest.keyClick(chips, Qt.Key.Key_Right)
    QTest.keyClick(chips, Qt.Key.Key_Right, alt)
    assert said["chosen"].all[4:] == [] == said["moved"].all[2:], "there is nothing beyond the last one"


def test_it_tells_which_is_chosen_and_what_is_wrong_with_it(chips: Chips) -> None:
    assert chips.accessibleName() == "Steps: Sobel vertical, 2 of 3"
    chips.set_chips([THREE[0], Chip("Sharpen", problem=True)], 1)
    assert chips.accessibleName() == "Steps: Sharpen, 2 of 2, does not fit"


def test_each_has_its_own_tool_tip(chips: Chips) -> None:
    at = chips.chip_rectangle(0).center()
    QApplication.sendEvent(chips, QHelpEvent(QHelpEvent.Type.ToolTip, at, chips.mapToGlobal(at)))
    assert QToolTip.text() == "<qt>first</qt>"
    assert chip_tip(["a < b", "c"]) == "<qt>a &lt; b<br>c</qt>"


def test_the_chosen_one_and_the_one_with_a_problem_are_seen(chips: Chips, pixels, near) -> None:  # type: ignore[no-untyped-def]
    chips.set_chips([*THREE[:2], Chip("Sharpen", problem=True)], 1)
    image = pixels(chips)
    for place, role in ((0, "raised"), (1, "accent_soft"), (2, "problem_fill")):
        rect = chips.chip_rectangle(place)
        assert near(int(image[rect.top() + 4, rect.left() + 4]), DARK.colour(role)) <= 2
