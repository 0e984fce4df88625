"""The kernel grid shows what it is given, and says what the hand did to it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from app.widgets.kernel_grid import KernelGrid
from app.widgets.kernel_layout import height_for, lay_out, line
from app.widgets.kernel_paint import look_of
from app.widgets.theme import DARK, LIGHT, apply_theme

SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))


class Owner(QObject):
    """Owns the truth, as a document does: takes every edit and shows the result."""

    def __init__(self, grid: KernelGrid, weights=SOBEL, agrees: bool = True) -> None:
        super().__init__()
        self.grid, self.weights, self.agrees = grid, weights, agrees
        self.edits: list = []
        self.gestures: list[int] = []
        self.refused: list[str] = []
        grid.edited.connect(self.take)
        grid.rejected.connect(self.refused.append)
        grid.set_weights(weights)

    def take(self, cells, gesture: int) -> None:
        self.edits.append(cells)
        self.gestures.append(gesture)
        if self.agrees:
            rows = [list(row) for row in self.weights]
            for row, column, value in cells:
                rows[row][column] = value
            self.weights = tuple(map(tuple, rows))
            self.grid.set_weights(self.weights)


@pytest.fixture
def grid(hand) -> KernelGrid:
    grid = KernelGrid("Kernel")
    hand.show(grid, 200, 160)
    grid.setFocus()
    return grid


@pytest.fixture
def owner(grid) -> Owner:
    return Owner(grid)


def middle(grid: KernelGrid, row: int, column: int) -> QPoint:
    return grid.cell_rectangle(row, column).center()


def editor(grid: KernelGrid) -> QLineEdit:
    return grid.findChild(QLineEdit)


def test_showing_weights_says_nothing(grid, owner) -> None:
    grid.set_weights(((1.0, 2.0),))
    assert grid.weights() == ((1.0, 2.0),)
    assert owner.edits == []


def test_cells_have_the_colours_of_sign_and_size(grid, owner, pixels, near) -> None:
    seen = pixels(grid)

    def colour(row: int, column: int) -> int:
        corner = grid.cell_rectangle(row, column).topLeft()
        return int(seen[corner.y() + 5, corner.x() + 8])

    assert near(colour(1, 0), DARK.negative) == 0
    assert near(colour(1, 2), DARK.positive) == 0
    assert near(colour(0, 1), DARK.raised) == 0
    assert 20 < near(colour(0, 0), DARK.negative) < 120


def test_the_colours_follow_the_theme(grid, owner, pixels, near, qapp) -> None:
    pixels(grid)
    apply_theme(qapp, dark=False)
    corner = grid.cell_rectangle(1, 0).topLeft()
    assert near(int(pixels(grid)[corner.y() + 5, corner.x() + 8]), LIGHT.negative) == 0


def test_arrows_home_and_end_move_and_stop_at_the_edges(grid, owner, hand, heard) -> None:
    cells = heard(grid.current_changed)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_Up):
        hand.key(grid, key)
    assert cells.all == [(0, 1), (1, 1), (1, 2), (1, 0), (0, 0)]
    assert owner.edits == []


@pytest.mark.parametrize(
    ("typed", "value"),
    [("5", 5.0), ("-0.25", -0.25), ("-0,25", -0.25), (".5", 0.5), ("1/4", 0.25), ("1e3", 1000.0), ("−3", -3.0)],
)
def test_typing_a_number_edits_the_cell_in_place(grid, owner, hand, typed, value) -> None:
    hand.click(grid, middle(grid, 1, 1))
    hand.type(grid, typed[0])
    line_edit = editor(grid)
    assert line_edit.isVisible()
    assert grid.rect().contains(line_edit.geometry())
    assert line_edit.geometry().contains(middle(grid, 1, 1))
    hand.type(line_edit, typed[1:])
    assert owner.edits == []
    hand.key(line_edit, Qt.Key.Key_Return)
    assert owner.edits == [[(1, 1, value)]]
    assert not line_edit.isVisible()
    assert grid.hasFocus()
    assert grid.current() == (1, 1)


def test_tab_enters_and_goes_on(grid, owner, hand) -> None:
    for text, key in (("7", Qt.Key.Key_Tab), ("8", Qt.Key.Key_Down), ("9", Qt.Key.Key_Backtab)):
        hand.type(grid, text)
        hand.key(editor(grid), key)
    assert owner.edits == [[(0, 0, 7.0)], [(0, 1, 8.0)], [(1, 1, 9.0)]]
    assert grid.current() == (1, 0)
    assert len(set(owner.gestures)) == 3


def test_enter_opens_the_value_and_esc_takes_it_back(grid, owner, hand) -> None:
    hand.key(grid, Qt.Key.Key_F2)
    assert editor(grid).text() == "-1"
    assert editor(grid).selectedText() == "-1"
    hand.type(editor(grid), "99")
    hand.key(editor(grid), Qt.Key.Key_Escape)
    assert not editor(grid).isVisible()
    assert grid.hasFocus()
    assert owner.edits == []
    hand.double_click(grid, middle(grid, 2, 2))
    assert editor(grid).text() == "1"


def test_a_click_elsewhere_enters_what_was_typed_into_its_own_cell(grid, owner, hand, qtbot) -> None:
    other = QLineEdit(grid)
    other.setGeometry(0, 140, 40, 20)
    other.show()
    hand.type(grid, "4")
    other.setFocus()
    assert owner.edits == [[(0, 0, 4.0)]]
    grid.setFocus()
    hand.type(grid, "6")
    grid.setFocus(Qt.FocusReason.MouseFocusReason)
    hand.click(grid, middle(grid, 2, 1))
    assert owner.edits[1:] == [[(0, 0, 6.0)]]
    assert grid.current() == (2, 1)


@pytest.mark.parametrize("typed", ["-", "nan", "1e999", "inf", "1,2,3", "two", "1/0", ""])
def test_what_is_no_number_is_said_and_stays_open(grid, owner, hand, typed) -> None:
    grid.begin_edit()
    editor(grid).clear()
    hand.type(editor(grid), typed)
    hand.key(editor(grid), Qt.Key.Key_Return)
    assert owner.refused == [typed]
    assert owner.edits == []
    assert editor(grid).isVisible()
    assert editor(grid).property("problem") == "true"
    hand.type(editor(grid), "3")
    assert editor(grid).property("problem") == "false"
    hand.key(editor(grid), Qt.Key.Key_Return)
    assert owner.edits == [[(0, 0, 3.0)]]


def test_a_refused_text_is_said_once_when_the_person_goes_elsewhere(grid, owner, hand) -> None:
    hand.type(grid, "-")
    hand.key(editor(grid), Qt.Key.Key_Return)
    grid.setFocus(Qt.FocusReason.MouseFocusReason)
    assert owner.refused == ["-"]
    assert not editor(grid).isVisible()


def test_what_the_owner_refuses_is_not_shown(hand) -> None:
    grid = KernelGrid()
    hand.show(grid, 200, 160)
    owner = Owner(grid, agrees=False)
    hand.type(grid, "1")
    hand.type(editor(grid), "e30")
    hand.key(editor(grid), Qt.Key.Key_Return)
    assert owner.edits == [[(0, 0, 1e30)]]
    assert grid.weights() == SOBEL


@pytest.mark.parametrize(("keys", "step"), [("", 0.1), ("shift", 1.0), ("ctrl", 0.01)])
def test_the_wheel_changes_the_cell_under_the_cursor(grid, owner, hand, keys, step) -> None:
    for delta in (120, 240, -120):
        hand.wheel(grid, middle(grid, 1, 1), delta, keys)
    assert [cells[0][:2] for cells in owner.edits] == [(1, 1)] * 3
    assert [cells[0][2] for cells in owner.edits] == pytest.approx([step, 3 * step, 2 * step])
    assert owner.edits[1][0][2] == float(f"{3 * step:.12g}")  # no dust of binary fractions
    assert len(set(owner.gestures)) == 1
    hand.wheel(grid, middle(grid, 2, 2), 120, keys)
    assert owner.gestures[-1] != owner.gestures[0]


def test_a_touch_pad_needs_a_whole_notch(grid, owner, hand) -> None:
    for _ in range(3):
        hand.wheel(grid, middle(grid, 0, 1), 40)
    assert owner.edits == [[(0, 1, 0.1)]]


def test_delete_and_page_keys(grid, owner, hand) -> None:
    hand.key(grid, Qt.Key.Key_Delete, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Backspace)
    assert [cells[0][2] for cells in owner.edits] == [0.0, 0.1, 0.2, 0.1, 0.0]
    hand.key(grid, Qt.Key.Key_Delete)
    assert len(owner.edits) == 5  # zero was there already


def test_a_drag_paints_the_value_it_began_on_as_one_gesture(grid, owner, hand) -> None:
    hand.drag(grid, middle(grid, 1, 2), middle(grid, 1, 1), middle(grid, 0, 0))
    assert owner.edits == [[(1, 1, 2.0)], [(0, 0, 2.0)]]
    assert len(set(owner.gestures)) == 1
    hand.drag(grid, middle(grid, 2, 2), middle(grid, 2, 0))
    assert owner.edits[2:] == [[(2, 1, 1.0), (2, 0, 1.0)]]
    assert owner.gestures[2] != owner.gestures[0]
    assert owner.weights == ((2.0, 0.0, 1.0), (-2.0, 2.0, 2.0), (1.0, 1.0, 1.0))


@pytest.mark.parametrize(("button", "keys"), [(Qt.MouseButton.RightButton, ""), (Qt.MouseButton.LeftButton, "alt")])
def test_a_drag_with_the_right_button_or_alt_paints_zeros(grid, owner, hand, button, keys) -> None:
    hand.drag(grid, middle(grid, 1, 0), middle(grid, 1, 2), button=button, keys=keys)
    assert owner.edits == [[(1, 0, 0.0)], [(1, 2, 0.0)]]
    assert len(set(owner.gestures)) == 1


def test_a_fast_stroke_leaves_no_holes(hand) -> None:
    grid = KernelGrid()
    hand.show(grid, 300, 300)
    eye = tuple(tuple(float(r == c == 0) for c in range(31)) for r in range(31))
    owner = Owner(grid, eye)
    hand.drag(grid, middle(grid, 0, 0), middle(grid, 30, 30), QPoint(1000, 299))
    assert np.array_equal(np.diag(np.array(owner.weights)), np.ones(31))


def test_read_only_can_be_walked_but_not_changed(grid, owner, hand) -> None:
    grid.set_read_only(True)
    hand.wheel(grid, middle(grid, 1, 1))
    hand.drag(grid, middle(grid, 1, 2), middle(grid, 1, 1))
    hand.drag(grid, middle(grid, 1, 2), middle(grid, 1, 0), button=Qt.MouseButton.RightButton)
    hand.key(grid, Qt.Key.Key_Delete, Qt.Key.Key_5, Qt.Key.Key_Return, Qt.Key.Key_PageUp)
    hand.double_click(grid, middle(grid, 0, 0))
    assert owner.edits == []
    assert not editor(grid).isVisible()
    hand.key(grid, Qt.Key.Key_End)
    assert grid.current() == (0, 2)
    assert grid.accessibleDescription() == "Read only."


def test_another_size_closes_the_line_and_keeps_the_cell_inside(grid, owner, hand) -> None:
    grid.set_current(2, 2)
    hand.type(grid, "5")
    grid.set_weights(((1.0, 2.0),))
    assert not editor(grid).isVisible()
    assert grid.current() == (0, 1)
    assert owner.edits == []


def test_a_screen_reader_hears_the_current_cell(grid, owner, hand) -> None:
    hand.key(grid, Qt.Key.Key_Down)
    assert grid.accessibleName() == "Kernel, row 2 of 3, column 1 of 3: -2"
    hand.wheel(grid, middle(grid, 1, 0))
    assert grid.accessibleName().endswith(": -1.9")


def test_the_current_cell_has_a_ring_only_with_the_focus(grid, owner, pixels) -> None:
    with_ring = pixels(grid)
    grid.clearFocus()
    without = pixels(grid)
    changed = np.argwhere(with_ring != without)
    ring = grid.cell_rectangle(0, 0).adjusted(-4, -4, 4, 4)
    assert len(changed) > 100
    assert all(ring.contains(QPoint(int(x), int(y))) for y, x in changed)


def texts(weights, width: int, height: int) -> list[str | None]:
    layout = lay_out(len(weights), len(weights[0]), width, height)
    look = look_of(weights, layout, DARK)
    return [look.cells[value].text for row in weights for value in row]


def test_numbers_are_fitted_to_their_cells() -> None:
    assert texts(SOBEL, 200, 160)[:3] == ["−1", "0", "1"]
    assert texts(((-0.25, 0.111111),), 200, 60) == ["−0.25", "0.111"]
    assert texts(((-0.25,) * 7,) * 7, 240, 200) == ["−.25"] * 49
    assert texts(((-0.123456,) * 15,) * 15, 240, 240) == [None] * 225


@given(st.integers(1, 31), st.integers(1, 31), st.integers(64, 400), st.integers(40, 400))
def test_every_cell_lies_on_the_widget_and_is_found_again(rows, columns, width, height) -> None:
    layout = lay_out(rows, columns, width, height)
    bounds = layout.bounds()
    if width >= 8 + columns * 2 and height >= 8 + rows * 2:
        assert bounds.left() >= 0
        assert bounds.top() >= 0
        assert bounds.right() < width
        assert bounds.bottom() < height
    for row, column in ((0, 0), (rows - 1, columns - 1), (rows // 2, columns // 2)):
        rect = layout.rectangle(row, column)
        assert layout.cell_at(QPointF(rect.center())) == (row, column)
        assert layout.cell_at(QPointF(rect.topLeft())) == (row, column)
    assert layout.cell_at(QPointF(bounds.left() - 1, bounds.top())) is None
    assert layout.nearest(QPointF(-500, 5000)) == (rows - 1, 0)
    assert height_for(rows, columns, width) >= rows


@given(st.tuples(st.integers(0, 30), st.integers(0, 30)), st.tuples(st.integers(0, 30), st.integers(0, 30)))
def test_a_line_of_cells_has_no_gap(start, end) -> None:
    way = [start, *line(start, end)]
    assert way[-1] == end
    assert all(max(abs(a - c), abs(b - d)) == 1 for (a, b), (c, d) in pairwise(way))


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 31), (31, 1), (4, 6), (31, 31)])
def test_any_size_is_painted_and_grows_with_its_panel(rows, columns, hand, pixels) -> None:
    panel = QWidget()
    hand.show(panel, 280, 300)
    grid = KernelGrid(parent=panel)
    rng = np.random.default_rng(1)
    grid.set_weights(tuple(tuple(map(float, row)) for row in rng.normal(size=(rows, columns))))
    grid.resize(264, grid.heightForWidth(264))
    assert grid.height() == height_for(rows, columns, 264) >= 10
    assert len(np.unique(pixels(grid))) > 1 + (rows * columns > 1)
