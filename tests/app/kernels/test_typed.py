"""A kernel as text: typed in the tool, pasted on the grid or the window, copied; what it cannot be is said."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.kernels.design.typed import TypedTool
from app.kernels.kernel_panel import KernelPanel
from engine.kernels import kernel, parse_kernel
from engine.spec.edit import with_channels
from engine.spec.filter import FilterSpec
from engine.spec.project import Project
from tests.app.kernels.conftest import Desk

TEXT = "1 0 -1; 2 0 -2; 1 0 -1"
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def panel(desk: Desk) -> KernelPanel:
    made = KernelPanel(desk.document, desk.notices)
    desk.show(made)
    return made


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    yield
    QGuiApplication.clipboard().clear()


def _open(panel: KernelPanel) -> TypedTool:
    tool = panel.open_tool("typed")
    assert isinstance(tool, TypedTool)
    return tool


def _weights(desk: Desk) -> np.ndarray:
    return np.array(desk.kernel.weights[0])


def test_the_kernel_follows_while_it_is_typed_and_all_is_one_undo(desk: Desk, panel: KernelPanel) -> None:
    tool = _open(panel)
    assert tool.text.toPlainText() == "-1 0 1\n-2 0 2\n-1 0 1"
    assert tool.text.textCursor().hasSelection(), "what is pasted takes the place of what is there"
    desk.hand.type(tool.text, TEXT)
    assert np.array_equal(_weights(desk), parse_kernel(TEXT))
    assert tool.told() == "3×3"
    assert panel.grid.weights()[1] == (2.0, 0.0, -2.0)
    desk.hand.type(tool.text, "; 1 x")
    assert tool.refusal().startswith("Every row needs as many numbers")
    assert np.array_equal(_weights(desk), parse_kernel(TEXT)), "the kernel stays"
    desk.hand.type(tool.text, " 3")
    assert tool.refusal().startswith("Row 4, value 2: 'x' is not a number")
    assert desk.undone() == Project()
    assert tool.text.toPlainText() == "-1 0 1\n-2 0 2\n-1 0 1"
    assert not tool.refusal()
    assert not desk.heard.all, "said in place"
    desk.document.redo()
    assert np.array_equal(parse_kernel(tool.text.toPlainText()), parse_kernel(TEXT))


def test_the_text_follows_the_kernel(desk: Desk, panel: KernelPanel) -> None:
    tool = _open(panel)
    desk.weights((0.1, 2.0), (-3.5, 0.0))
    assert tool.text.toPlainText() == "0.1 2\n-3.5 0"
    desk.hand.wheel(panel.grid, panel.grid.cell_rectangle(0, 1).center())
    assert tool.text.toPlainText() == "0.1 2.1\n-3.5 0"
    assert tool.told() == "2×2"


def test_three_planes_are_summed_over_the_colours_and_one_is_laid_on_all(desk: Desk, panel: KernelPanel) -> None:
    tool = _open(panel)
    tool.text.setPlainText("[[[1, 2]], [[3, 4]], [[5, 6]]]")
    assert desk.filter.channels == "sum"
    assert desk.kernel.weights == (((1, 2),), ((3, 4),), ((5, 6),))
    assert tool.told() == "1×2, 3 planes"
    assert desk.undone() == Project()
    desk.set_filter(with_channels(FilterSpec(), "sum"))
    tool.text.setPlainText("7 8 9")
    assert desk.kernel.weights == (((7, 8, 9),),) * 3


def test_tab_leaves_the_text_and_esc_closes_the_tool(desk: Desk, panel: KernelPanel) -> None:
    tool = _open(panel)
    QTest.keyClick(tool.text, Qt.Key.Key_Tab)
    assert not tool.text.hasFocus()
    assert "\t" not in tool.text.toPlainText()
    tool.text.setFocus()
    QTest.keyClick(tool.text, Qt.Key.Key_Escape)
    assert panel.bench.tool is None
    assert panel.grid.hasFocus()


def test_copied_and_pasted_on_the_grid(desk: Desk, panel: KernelPanel) -> None:
    panel.grid.setFocus()
    QTest.keyClick(panel.grid, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "-1 0 1\n-2 0 2\n-1 0 1"
    assert desk.heard.told == ["Copied the kernel's numbers."]
    QGuiApplication.clipboard().setText("1/16 * 1 2 1; 2 4 2; 1 2 1")
    QTest.keyClick(panel.grid, Qt.Key.Key_V, CONTROL)
    assert np.array_equal(_weights(desk), np.outer([1, 2, 1], [1, 2, 1]) / 16)
    assert desk.document.undo_text == "paste a kernel"
    assert not panel.grid.findChild(QLineEdit).isVisible()
    QGuiApplication.clipboard().setText("1 2; 3 four")
    QTest.keyClick(panel.grid, Qt.Key.Key_V, CONTROL)
    assert desk.heard.one_sentence().startswith("Row 2, value 2: 'four' is not a number")
    assert desk.undone() == Project()
    desk.set(operation="convolution")
    panel.flipped.setFocus()
    before = desk.document.project
    QTest.keyClick(panel.flipped, Qt.Key.Key_V, CONTROL)
    assert desk.document.project == before


def test_what_is_pasted_elsewhere_is_a_kernel_if_it_is_numbers(desk: Desk, panel: KernelPanel) -> None:
    for text, taken in ((TEXT, True), ("pictures/cat.png", False), ("rtsp://10.0.0.1/1", False), ("", False)):
        mime = QMimeData()
        mime.setText(text)
        assert panel.take(mime) == taken, text
    assert np.array_equal(_weights(desk), parse_kernel(TEXT))
    picture = QMimeData()
    picture.setText("1 2 3")
    picture.setImageData(QImage(2, 2, QImage.Format.Format_RGB32))
    assert not panel.take(picture), "a table's cells come with their picture, and the window shows that"


def test_copying_what_is_said_of_the_kernel_leaves_nothing_out(desk: Desk, panel: KernelPanel) -> None:
    desk.set_filter(FilterSpec(kernel=kernel("gaussian", sigma=3.0).spec()))
    assert "…" in panel.facts.text().split("\n")[2]
    panel.bench.copy_facts()
    copied = QGuiApplication.clipboard().text()
    assert "…" not in copied.split("\n")[2]
    assert len(copied.split("\n")[2].split("·")[1].split()) == desk.kernel.size[1]
    assert copied.split("\n")[2].split("·")[0][:20] in panel.facts.toolTip()
