"""The kernel's grid, tools and size: what a person does reaches the document, and the document reaches the panel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QToolButton

from app.kernels.kernel_panel import KernelPanel
from engine.spec.edit import with_channels
from engine.spec.filter import MAX_WEIGHT
from engine.spec.project import Project
from tests.app.kernels.conftest import Desk, named

SOBEL = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])


@pytest.fixture
def panel(desk: Desk) -> KernelPanel:
    made = KernelPanel(desk.document, desk.notices)
    desk.show(made)
    return made


def _middle(panel: KernelPanel, row: int, column: int) -> QPoint:
    return panel.grid.cell_rectangle(row, column).center()


def _weights(desk: Desk) -> np.ndarray:
    return np.array(desk.kernel.weights[0])


def test_the_document_is_shown(desk: Desk, panel: KernelPanel) -> None:
    assert np.array_equal(panel.grid.weights(), SOBEL)
    assert panel.title.text() == "Kernel · Sobel vertical"
    desk.weights((1.0, 2.5), (0.0, -1.0), (4.0, 0.0))
    assert panel.grid.weights() == ((1.0, 2.5), (0.0, -1.0), (4.0, 0.0))
    assert panel.title.text() == "Kernel · your own"
    assert panel.size_box.currentText() == "3×2"
    assert desk.changes == 1, "showing it changed it"
    desk.document.undo()
    assert np.array_equal(panel.grid.weights(), SOBEL)
    assert panel.size_box.currentText() == "3×3"


def test_a_typed_number_is_one_change_and_one_undo(desk: Desk, panel: KernelPanel) -> None:
    desk.hand.click(panel.grid, _middle(panel, 1, 1))
    desk.hand.type(panel.grid, "5")
    desk.hand.key(panel.grid.findChild(QLineEdit), Qt.Key.Key_Return)
    assert _weights(desk)[1, 1] == 5.0
    assert (desk.changes, desk.kernel.name) == (1, "custom")
    assert desk.undone() == Project()
    assert not desk.document.undo_text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nan", "nan cannot stand"),
        ("inf", "inf cannot stand"),
        ("-inf", "-inf cannot stand"),
        ("1e30", "1e+30 cannot stand"),
        ("1e400", "inf cannot stand"),
        ("-1000001", "-1e+06 cannot stand"),
        ("sobel", "'sobel' is no number"),
        ("", "'' is no number"),
        ("1/0", "'1/0' is no number"),
    ],
)
def test_what_is_no_weight_is_one_sentence_and_the_old_number_comes_back(
    desk: Desk, panel: KernelPanel, typed: str, said: str
) -> None:
    panel.grid.set_current(1, 0)
    panel.grid.begin_edit(typed)
    line = panel.grid.findChild(QLineEdit)
    desk.hand.key(line, Qt.Key.Key_Return)
    if line.isVisible():
        desk.hand.key(line, Qt.Key.Key_Escape)
    assert said in desk.heard.one_sentence()
    assert np.array_equal(panel.grid.weights(), SOBEL)
    assert desk.document.project == Project()
    assert not line.isVisible()


def test_the_largest_weight_is_taken_and_a_good_number_ends_the_complaint(desk: Desk, panel: KernelPanel) -> None:
    panel.grid.begin_edit("2e6")
    desk.hand.key(panel.grid.findChild(QLineEdit), Qt.Key.Key_Return)
    assert desk.heard.standing
    panel.grid.begin_edit(f"{MAX_WEIGHT:g}")
    desk.hand.key(panel.grid.findChild(QLineEdit), Qt.Key.Key_Return)
    assert _weights(desk)[0, 0] == MAX_WEIGHT
    assert not desk.heard.standing


def test_a_drag_paints_and_is_one_undo(desk: Desk, panel: KernelPanel) -> None:
    way = [_middle(panel, 1, 2), _middle(panel, 1, 1), _middle(panel, 1, 0), _middle(panel, 0, 0)]
    desk.hand.drag(panel.grid, *way)
    expected = SOBEL.copy()
    expected[1] = 2.0
    expected[0, 0] = 2.0
    assert np.array_equal(_weights(desk), expected)
    assert desk.changes == 3
    assert desk.undone() == Project()


def test_two_drags_are_two_undos(desk: Desk, panel: KernelPanel) -> None:
    desk.hand.drag(panel.grid, _middle(panel, 1, 2), _middle(panel, 1, 1))
    between = desk.document.project
    desk.hand.drag(panel.grid, _middle(panel, 0, 0), _middle(panel, 0, 1))
    assert desk.undone() == between
    assert desk.undone() == Project()


def test_the_right_button_paints_zeros(desk: Desk, panel: KernelPanel) -> None:
    way = [_middle(panel, row, 2) for row in range(3)]
    desk.hand.drag(panel.grid, *way, button=Qt.MouseButton.RightButton)
    assert not _weights(desk)[:, 2].any()
    assert desk.undone() == Project()


def test_the_wheel_over_a_cell_is_one_undo_a_cell(desk: Desk, panel: KernelPanel) -> None:
    for _ in range(3):
        desk.hand.wheel(panel.grid, _middle(panel, 0, 1))
    first = desk.document.project
    desk.hand.wheel(panel.grid, _middle(panel, 2, 1), -120)
    assert _weights(desk)[0, 1] == pytest.approx(0.3)
    assert _weights(desk)[2, 1] == pytest.approx(-0.1)
    assert desk.undone() == first
    assert desk.undone() == Project()


def test_delete_and_page_keys(desk: Desk, panel: KernelPanel) -> None:
    panel.grid.setFocus()
    desk.hand.key(panel.grid, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Delete)
    assert _weights(desk)[0, 2] == 0.0
    desk.hand.key(panel.grid, Qt.Key.Key_PageUp)
    assert _weights(desk)[0, 2] == pytest.approx(0.1)
    desk.document.undo()
    assert desk.undone() == Project()


KERNEL = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.5))
TOOLS: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("Turn", lambda k: np.rot90(k, -1)),
    ("Mirror", np.fliplr),
    ("Sum 1", lambda k: k / k.sum()),
    ("Mean 0", lambda k: k - k.mean()),
]


@pytest.mark.parametrize(("name", "expected"), TOOLS, ids=[name for name, _ in TOOLS])
def test_every_tool(desk: Desk, panel: KernelPanel, name: str, expected: Callable[[np.ndarray], np.ndarray]) -> None:
    desk.weights(*KERNEL)
    before = desk.document.project
    named(panel, QToolButton, name).click()
    assert np.allclose(_weights(desk), expected(np.array(KERNEL)), atol=1e-12)
    assert np.array_equal(panel.grid.weights(), _weights(desk))
    assert desk.document.undo_text
    assert desk.undone() == before


def test_no_factor_makes_the_sum_of_an_edge_detector_1(desk: Desk, panel: KernelPanel) -> None:
    named(panel, QToolButton, "Sum 1").click()
    assert "sum to 0" in desk.heard.one_sentence()
    assert desk.document.project == Project()


def test_a_kernel_of_zeros_says_what_that_means(desk: Desk, panel: KernelPanel) -> None:
    assert panel.facts.text().startswith("Sum 0 · norm 3.46 · rank 1")
    desk.weights((0.0, 0.0), (0.0, 0.0))
    assert "All weights are 0" in panel.facts.text()
    assert panel.facts.sizeHint().width() <= panel.width()


def test_convolution_shows_the_kernel_turned_by_180_degrees(desk: Desk, panel: KernelPanel) -> None:
    assert not panel.flipped.isVisible()
    desk.set(operation="convolution")
    desk.weights(*KERNEL)
    assert panel.flipped.isVisible()
    assert np.array_equal(panel.flipped.weights(), np.rot90(np.array(KERNEL), 2))
    before = desk.document.project
    panel.flipped.setFocus()
    desk.hand.key(panel.flipped, Qt.Key.Key_Delete, Qt.Key.Key_PageUp)
    desk.hand.type(panel.flipped, "7")
    desk.hand.wheel(panel.flipped, panel.flipped.cell_rectangle(0, 0).center())
    assert desk.document.project == before, "what is only shown was edited"


def test_each_plane_of_a_volume_is_edited_on_its_own(desk: Desk, panel: KernelPanel) -> None:
    assert not panel.planes.isVisible()
    desk.set_filter(with_channels(desk.filter, "sum"))
    assert panel.planes.isVisible()
    before = desk.document.project
    green, blue = (named(panel, QPushButton, f"Plane: {letter}") for letter in "GB")
    desk.hand.click(green, green.rect().center())
    panel.grid.set_current(0, 0)
    panel.grid.begin_edit("9")
    desk.hand.key(panel.grid.findChild(QLineEdit), Qt.Key.Key_Return)
    assert [plane[0][0] for plane in desk.kernel.weights] == [-1.0, 9.0, -1.0]
    desk.hand.click(blue, blue.rect().center())
    assert panel.grid.weights()[0][0] == -1.0
    desk.hand.key(blue, Qt.Key.Key_Left)
    assert panel.grid.weights()[0][0] == 9.0
    assert desk.undone() == before
    desk.set_filter(with_channels(desk.filter, "grey"))
    assert panel.plane == 0
