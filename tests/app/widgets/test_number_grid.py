"""Numbers to read: what stands in the cells, what is left out, and which cell is meant."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.widgets.number_grid import NumberGrid
from app.widgets.number_layout import Writing, cell_text, lay_out, writing_for
from app.widgets.number_paint import Sheet
from app.widgets.number_text import parse_number
from app.widgets.tokens import tokens


@pytest.fixture
def grid(hand) -> NumberGrid:
    grid = NumberGrid("Patch")
    hand.show(grid, 200, 140)
    grid.clearFocus()
    return grid


def middle(grid: NumberGrid, row: int, column: int) -> QPoint:
    return grid.layout_now().rectangle(row, column).center()


@given(st.floats(-1e7, 1e7, allow_nan=False), st.sampled_from([4, 5, 6]), st.booleans())
def test_a_number_in_a_cell_is_the_number_to_what_is_written(value: float, room: int, padding: bool) -> None:
    text = cell_text(value, Writing(11, room, False), padding)
    if text is None:
        return
    assert len(text) <= room
    assert (text[0] == "[" and text[-1] == "]") is padding
    bare = text.strip("[]")
    written = parse_number(bare)
    assert written is not None
    decimals = len(bare.partition(".")[2]) if "." in bare else 0
    assert written == pytest.approx(value, rel=0.05, abs=0.5 * 10**-decimals + 1e-12 if abs(value) < 1 else 0)
    assert (value == 0) >= (bare == "0"), "what is not nothing is never written as 0"


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 5), (7, 7), (31, 31), (1, 31), (64, 64)])
@pytest.mark.parametrize("size", [(64, 48), (150, 140), (400, 220)])
def test_every_cell_lies_on_the_widget(shape: tuple[int, int], size: tuple[int, int], qapp: QApplication) -> None:
    layout = lay_out(*shape, *size)
    bounds = layout.bounds()
    assert bounds.left() >= 0
    assert bounds.top() >= 0
    if min(size[0] / shape[1], size[1] / shape[0]) >= 2:
        assert bounds.right() < size[0]
        assert bounds.bottom() < size[1]


def test_few_numbers_are_written_and_many_are_colours(grid: NumberGrid) -> None:
    grid.set_sheet(Sheet(np.linspace(-1, 1, 9).reshape(3, 3)))
    assert grid.unwritten() == 0
    values = np.linspace(0.001, 1, 961).reshape(31, 31)
    values[0, 0] = np.nan
    grid.set_sheet(Sheet(values))
    assert writing_for(grid.layout_now()) is None
    assert grid.unwritten() == 960, "a cell that holds no number is not one that is left out"


def test_colours_say_sign_and_size_and_padding_is_hatched(grid: NumberGrid, pixels, near) -> None:
    values = np.zeros((20, 20))
    values[4, 4], values[12, 12] = -1, 1
    padding = np.zeros((20, 20), bool)
    padding[0] = True
    grid.set_sheet(Sheet(values, padding))
    seen, table = pixels(grid), tokens()

    def colour(row: int, column: int) -> int:
        at = middle(grid, row, column)
        return int(seen[at.y(), at.x()])

    assert near(colour(4, 4), table.negative) < 3
    assert near(colour(12, 12), table.positive) < 3
    assert near(colour(8, 8), table.raised) < 3
    top, plain = (grid.layout_now().rectangle(row, 0) for row in (0, 8))
    strip = seen[top.top() : top.bottom() + 1, top.left() : top.left() + 40]
    other = seen[plain.top() : plain.bottom() + 1, plain.left() : plain.left() + 20]
    assert len(np.unique(strip)) > len(np.unique(other))


def test_a_picture_is_shown_in_its_greys(grid: NumberGrid, pixels) -> None:
    grid.set_sheet(Sheet(np.linspace(0, 1, 900).reshape(30, 30), colouring="grey"))
    seen = pixels(grid)
    first, last = (seen[middle(grid, row, row).y(), middle(grid, row, row).x()] & 0xFF for row in (0, 29))
    assert first < 5
    assert last > 250


def test_the_cell_under_the_cursor_and_the_arrows(grid: NumberGrid, hand, heard) -> None:
    said, chosen = heard(grid.hovered), heard(grid.chosen)
    grid.set_sheet(Sheet(np.array([[1.0, np.nan], [3.0, 4.5]])))
    hand.move(grid, middle(grid, 1, 1))
    assert said.all[-1] == (1, 1)
    assert "4.5" in grid.accessibleName()
    hand.move(grid, middle(grid, 0, 1))
    assert said.all[-1] is None, "there is no number"
    grid.setFocus()
    hand.key(grid, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert said.all[-1] == (1, 0)
    assert chosen.all == [(1, 0)]
    hand.click(grid, middle(grid, 0, 0))
    assert chosen.all[-1] == (0, 0)
    hand.move(grid, middle(grid, 1, 1))
    QApplication.sendEvent(grid, QEvent(QEvent.Type.Leave))
    assert said.all[-1] is None


def test_another_shape_takes_the_cursor_back(grid: NumberGrid, hand, heard) -> None:
    said = heard(grid.hovered)
    grid.set_sheet(Sheet(np.ones((5, 5))))
    hand.move(grid, middle(grid, 4, 4))
    grid.set_sheet(Sheet(np.ones((2, 2))))
    assert said.all == [(4, 4), None]


def test_marks_and_the_ring_are_seen(grid: NumberGrid, pixels) -> None:
    grid.set_sheet(Sheet(np.zeros((3, 3))))
    plain = pixels(grid)
    grid.set_notes({(0, 0): "met", (1, 1): "idle", (2, 2): "padding", (9, 9): "met"})
    marked = pixels(grid)
    changed = np.argwhere(plain != marked)
    assert len(changed) > 50
    grid.set_ring((0, 2))
    assert (pixels(grid) != marked).any()
    grid.set_notes({})
    grid.set_ring(None)
    np.testing.assert_array_equal(pixels(grid), plain)
