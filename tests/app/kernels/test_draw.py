"""Drawing a kernel freehand: every stroke has the symmetry, and is one undo."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QPushButton

from app.kernels.design.draw import SYMMETRIES, DrawTool
from app.kernels.kernel_panel import KernelPanel
from app.widgets.fields import Choice, Toggle
from app.widgets.number_field import NumberField
from engine.kernels import design
from engine.spec.edit import with_channels
from engine.spec.filter import FilterSpec
from tests.app.kernels.conftest import Desk, named

EMPTY = ((0.0,) * 5,) * 5
WORDS = [(str(word), label) for word, label in SYMMETRIES if word != "none"]


class Sheet:
    """A panel with the tool open on an empty kernel of 5×5."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.panel = KernelPanel(desk.document, desk.notices)
        desk.show(self.panel)
        desk.weights(*EMPTY)
        tool = self.panel.open_tool("draw")
        assert isinstance(tool, DrawTool)
        self.tool = tool

    def at(self, row: int, column: int) -> QPoint:
        return self.panel.grid.cell_rectangle(row, column).center()

    def draw(self, *cells: tuple[int, int], button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> np.ndarray:
        self.desk.hand.drag(self.panel.grid, *(self.at(*cell) for cell in cells), button=button)
        return self.weights()

    def weights(self) -> np.ndarray:
        return np.array(self.desk.kernel.weights[0])

    def press(self, name: str) -> None:
        button = named(self.tool, QPushButton, name)
        self.desk.hand.click(button, button.rect().center())

    def odd(self) -> None:
        toggle = named(self.tool, Toggle, "Other sign")
        self.desk.hand.click(toggle, toggle.rect().center())


@pytest.fixture
def sheet(desk: Desk) -> Sheet:
    return Sheet(desk)


def test_the_pen_draws_its_value_and_the_right_button_zeros(sheet: Sheet) -> None:
    before = sheet.desk.document.project
    sheet.desk.enter(named(sheet.tool, NumberField, "Pen"), "2.5")
    drawn = sheet.draw((0, 0), (0, 4))
    assert drawn[0].tolist() == [2.5] * 5
    assert not drawn[1:].any()
    once = sheet.desk.document.project
    assert sheet.draw((3, 3))[3, 3] == 2.5, "a dab is enough"
    assert not sheet.draw((0, 1), (0, 3), button=Qt.MouseButton.RightButton)[0, 1:4].any()
    sheet.desk.document.undo()
    assert sheet.desk.undone() == once
    assert sheet.desk.undone() == before


@pytest.mark.parametrize(("word", "label"), WORDS)
@pytest.mark.parametrize("odd", [False, True])
def test_every_stroke_has_the_symmetry(sheet: Sheet, word: str, label: str, odd: bool) -> None:
    sheet.desk.choose(named(sheet.tool, Choice, "Symmetry"), label)
    if odd:
        sheet.odd()
    before = sheet.desk.document.project
    drawn = sheet.draw((0, 1), (1, 3), (2, 3))
    found = design.symmetries(drawn)
    assert word in (found.odd if odd else found.even), drawn
    assert abs(drawn[2, 3]) == 1.0 or odd, "the cell under the pen"
    assert sheet.desk.undone() == before, "a stroke is one undo"
    sheet.panel.grid.set_current(0, 1)
    sheet.panel.grid.begin_edit("-4")
    sheet.desk.hand.key(sheet.panel.grid.findChild(QLineEdit), Qt.Key.Key_Return)
    typed = sheet.weights()
    assert typed[0, 1] == -4.0
    assert word in (design.symmetries(typed).odd if odd else design.symmetries(typed).even), "typed numbers too"
    assert not np.signbit(typed[typed == 0]).any(), "a zero is shown with a sign"


def test_a_kernel_is_given_a_symmetry_or_cleared(sheet: Sheet) -> None:
    drawn = sheet.draw((0, 0), (0, 1))
    sheet.desk.choose(named(sheet.tool, Choice, "Symmetry"), "both mirrors")
    sheet.press("Make symmetric")
    assert np.allclose(sheet.weights(), design.symmetrise(drawn, "both-mirrors"))
    assert sheet.desk.document.undo_text == "make the kernel symmetric"
    sheet.odd()
    sheet.press("Make symmetric")
    assert not sheet.weights().any(), "what is even is not odd"
    sheet.desk.document.undo()
    sheet.press("Clear")
    assert not sheet.weights().any()
    sheet.desk.document.undo()
    assert sheet.weights().any()


def test_a_symmetry_that_needs_a_square_waits_for_one(sheet: Sheet) -> None:
    sheet.desk.choose(named(sheet.tool, Choice, "Symmetry"), "quarter turns")
    sheet.desk.weights((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    assert "needs a square kernel" in sheet.tool.refusal()
    assert sheet.draw((0, 0)).tolist() == [[1, 0, 0], [0, 0, 0]]
    sheet.desk.weights(*EMPTY)
    assert not sheet.tool.refusal()
    assert sheet.draw((0, 0)).sum() == 4


def test_one_plane_of_a_volume_is_drawn_on(sheet: Sheet) -> None:
    sheet.desk.set_filter(with_channels(FilterSpec(), "sum"))
    sheet.desk.choose(named(sheet.tool, Choice, "Symmetry"), "left–right")
    sheet.panel.planes._clicked(2)
    sheet.draw((0, 0))
    assert [plane[0] for plane in sheet.desk.kernel.weights] == [(-1, 0, 1), (-1, 0, 1), (1, 0, 1)]


def test_a_large_kernel_gets_more_room_while_it_is_drawn_and_then_all_is_as_it_was(sheet: Sheet) -> None:
    height = sheet.panel.grid.height()
    sheet.desk.weights(*((0.0,) * 15,) * 15)
    assert sheet.panel.grid.height() > height
    sheet.desk.hand.key(sheet.tool, Qt.Key.Key_Escape)
    assert sheet.panel.grid.height() == height
    drawn = sheet.draw((0, 0))
    assert not drawn.any(), "without the pen a click draws nothing"
