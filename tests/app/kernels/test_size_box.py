"""The kernel's size: typed, chosen, stepped; what is no size is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from app.kernels.kernel_panel import KernelPanel
from app.kernels.size_box import USUAL, parse_size, size_text
from engine.spec.project import Project
from tests.app.kernels.conftest import Desk

SIDES = st.integers(1, 31)


@pytest.fixture
def panel(desk: Desk) -> KernelPanel:
    made = KernelPanel(desk.document, desk.notices)
    desk.show(made)
    return made


def _type(desk: Desk, panel: KernelPanel, text: str) -> None:
    panel.size_box.setFocus()
    panel.size_box.lineEdit().selectAll()
    desk.hand.type(panel.size_box, text)


@given(SIDES, SIDES, st.sampled_from(["×", "x", "X", "*", " x ", ", ", ";", " "]))
def test_what_is_written_is_read_again(rows: int, columns: int, sign: str) -> None:
    assert parse_size(f" {rows}{sign}{columns} ") == (rows, columns)
    assert parse_size(size_text((rows, columns))) == (rows, columns)
    assert parse_size(str(rows)) == (rows, rows)


@pytest.mark.parametrize("text", ["", "0", "32", "3x32", "0×3", "-3", "3.5", "3x", "x3", "3x3x3", "nan", "1e1", "drei"])
def test_what_is_no_size_is_none(text: str) -> None:
    assert parse_size(text) is None


TYPED = [("5", (5, 5)), ("2x7", (2, 7)), ("1", (1, 1)), ("31", (31, 31)), ("4,1", (4, 1))]


@pytest.mark.parametrize(("text", "size"), TYPED)
def test_a_typed_size_keeps_what_is_there_about_the_middle(
    desk: Desk, panel: KernelPanel, text: str, size: tuple[int, int]
) -> None:
    _type(desk, panel, text)
    assert desk.document.project == Project(), "taken before it was entered"
    desk.hand.key(panel.size_box, Qt.Key.Key_Return)
    assert desk.kernel.size == size
    assert panel.size_box.currentText() == size_text(size)
    assert np.array(desk.kernel.weights[0]).sum() == pytest.approx(_middle_sum(size))
    assert desk.undone() == Project()
    assert panel.size_box.currentText() == "3×3"


def _middle_sum(size: tuple[int, int]) -> float:
    sobel = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    grown = np.zeros((99, 99))
    grown[48:51, 48:51] = sobel
    above, left = ((side - 3) // 2 for side in size)
    return float(grown[48 - above :, 48 - left :][: size[0], : size[1]].sum())


@pytest.mark.parametrize("text", ["32", "0", "3x99", "wide", "2.5"])
def test_what_is_no_size_is_one_sentence_and_goes_back_when_left(desk: Desk, panel: KernelPanel, text: str) -> None:
    _type(desk, panel, text)
    assert panel.size_box.property("problem") == "true"
    desk.hand.key(panel.size_box, Qt.Key.Key_Return)
    panel.grid.setFocus()
    sentence = desk.heard.one_sentence()
    assert repr(text) in sentence
    assert "31×31" in sentence
    assert panel.size_box.currentText() == "3×3"
    assert panel.size_box.property("problem") == "false"
    assert desk.document.project == Project()


def test_esc_puts_the_size_back_and_leaving_takes_it(desk: Desk, panel: KernelPanel) -> None:
    _type(desk, panel, "9")
    desk.hand.key(panel.size_box, Qt.Key.Key_Escape)
    assert panel.size_box.currentText() == "3×3"
    _type(desk, panel, "9")
    panel.grid.setFocus()
    assert desk.kernel.size == (9, 9)
    assert not desk.heard.all


def test_every_entry_of_the_list(desk: Desk, panel: KernelPanel) -> None:
    for index, size in enumerate(USUAL):
        panel.size_box.activated.emit(index)
        assert desk.kernel.size == size
        assert panel.size_box.currentText() == size_text(size)


def test_arrows_and_wheel_add_and_take_away_a_row_and_a_column_as_one_undo(desk: Desk, panel: KernelPanel) -> None:
    panel.size_box.setFocus()
    desk.hand.key(panel.size_box, Qt.Key.Key_Up, Qt.Key.Key_Up)
    desk.hand.wheel(panel.size_box, panel.size_box.rect().center(), -120)
    assert desk.kernel.size == (4, 4)
    assert desk.undone() == Project()
    panel.grid.setFocus()
    desk.hand.wheel(panel.size_box, panel.size_box.rect().center())
    assert desk.document.project == Project(), "a wheel that passes over changed it"


def test_the_arrows_stop_at_the_ends(desk: Desk, panel: KernelPanel) -> None:
    _type(desk, panel, "1x31")
    desk.hand.key(panel.size_box, Qt.Key.Key_Return, Qt.Key.Key_Up)
    assert desk.kernel.size == (2, 31)
    desk.hand.key(panel.size_box, Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert desk.kernel.size == (1, 29)


@given(SIDES, SIDES)
def test_any_size_of_the_document_is_shown_whole(qapp: object, rows: int, columns: int) -> None:
    from app.kernels.size_box import SizeBox

    box = SizeBox()
    said: list[object] = []
    box.value_changed.connect(said.append)
    box.set_value((rows, columns))
    assert box.currentText() == f"{rows}×{columns}"
    assert isinstance(box, QComboBox)
    line = box.lineEdit()
    box.ensurePolished()
    box.resize(box.width(), 28)
    box.show()
    assert line.fontMetrics().horizontalAdvance(box.currentText()) <= line.width()
    box.hide()
    assert not said
