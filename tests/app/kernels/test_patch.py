"""A patch of the picture as the kernel: chosen by the cursor or in numbers; the map is largest where the patch lies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.kernels.design.patch import PatchTool
from app.kernels.design.patch_place import Rectangle, around, between, seen_by
from app.kernels.kernel_panel import KernelPanel
from app.widgets.number_field import NumberField
from engine.filtering import apply_chain, apply_filter
from engine.kernels import design, kernel
from engine.protocol import PatchOf
from engine.spec.chain_edit import with_steps
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import FilterSpec
from engine.spec.source import Pattern
from tests.app.kernels.conftest import Desk, Stage, named

LARGE = Pattern(kind="noise", height=60, width=72, seed=9)


@pytest.fixture
def tool(stage: Stage) -> PatchTool:
    found = stage.page.kernel.open_tool("patch")
    assert isinstance(found, PatchTool)
    return found


def _at(stage: Stage, cell: tuple[int, int]) -> QPoint:
    view = stage.page.input.view
    region = view.region()
    return QPoint(
        round((cell[1] + 0.5 - region.left()) * view.zoom()), round((cell[0] + 0.5 - region.top()) * view.zoom())
    )


def _drag(stage: Stage, tool: PatchTool, *cells: tuple[int, int]) -> np.ndarray:
    stage.hand.drag(stage.page.input.view, *(_at(stage, cell) for cell in cells))
    return _settled(stage, tool)


def _settled(stage: Stage, tool: PatchTool) -> np.ndarray:
    stage.until(lambda: not tool.waits)
    stage.settle()
    return np.array(stage.kernel.weights[0])


def _template(picture: np.ndarray, place: Rectangle) -> np.ndarray:
    return design.template_from_patch(picture, *place).weights


def _peak(stage: Stage) -> tuple[int, int]:
    found = apply_filter((stage.picture() * 255).round().astype(np.uint8), stage.filter).map
    row, column = np.unravel_index(int(found[8:-8, 8:-8].argmax()), found[8:-8, 8:-8].shape)
    return int(row) + 8, int(column) + 8


def test_a_drag_takes_the_patch_and_the_map_is_largest_there(stage: Stage, tool: PatchTool) -> None:
    stage.use(LARGE)
    before = stage.document.project
    weights = _drag(stage, tool, (20, 41), (22, 30), (30, 30))
    place = Rectangle(20, 30, 11, 12)
    assert np.abs(weights - _template(stage.grey(), place)).max() < 1e-6
    assert abs(weights.sum()) < 1e-5
    assert (weights**2).sum() == pytest.approx(1, abs=1e-5)
    assert stage.page.input.view.choice() is not None
    assert tuple(stage.page.input.view.choice())[:4] == place  # type: ignore[arg-type]
    assert _peak(stage) == (20 + 5, 30 + 5), "the anchor of 11×12 is its cell (5, 5)"
    answer = design.template_from_patch(stage.grey(), *place).answer
    assert float(tool.told().split()[3].strip(";")) == pytest.approx(answer, rel=0.01)
    assert stage.page.input.view.is_fitted(), "the picture was moved"
    assert stage.undone() == before, "a drag is one undo"
    assert stage.page.input.view.choice() is None
    stage.document.redo()
    assert tuple(stage.page.input.view.choice())[:4] == place  # type: ignore[arg-type]
    assert named(tool, NumberField, "Patch, row").value() == 20


def test_a_click_puts_a_patch_of_the_kernel_s_size_around_it(stage: Stage, tool: PatchTool) -> None:
    weights = _drag(stage, tool, (10, 12))
    assert np.abs(weights - _template(stage.grey(), Rectangle(9, 11, 3, 3))).max() < 1e-6
    weights = _drag(stage, tool, (0, 30))
    assert np.abs(weights - _template(stage.grey(), Rectangle(0, 28, 3, 3))).max() < 1e-6, "moved into the picture"


def test_numbers_and_the_button_are_enough(stage: Stage, tool: PatchTool) -> None:
    stage.enter(named(tool, NumberField, "Patch size, vertical"), "5")
    stage.enter(named(tool, NumberField, "Patch, row"), "4")
    stage.enter(named(tool, NumberField, "Patch, column"), "999")
    weights = _settled(stage, tool)
    assert np.abs(weights - _template(stage.grey(), Rectangle(4, 26, 5, 5))).max() < 1e-6
    assert named(tool, NumberField, "Patch, column").value() == 26
    stage.enter(named(tool, NumberField, "Patch size, vertical"), "40")
    assert "1 to 31" in tool.refusal()
    stage.document.undo()
    stage.use(Pattern(kind="noise", height=24, width=31, seed=8))
    take = named(tool, QPushButton, "Take the patch")
    take.setFocus()
    stage.hand.key(take, Qt.Key.Key_Space)
    place = tool._fields()
    assert np.abs(_settled(stage, tool) - _template(stage.grey(), place)).max() < 1e-6, "of the picture that is there"


def test_a_rectangle_stops_at_31_and_a_flat_one_is_refused(stage: Stage, tool: PatchTool) -> None:
    stage.use(LARGE)
    weights = _drag(stage, tool, (5, 60), (10, 50), (50, 2))
    assert weights.shape == (31, 31)
    assert "stops there" in tool.refusal()
    assert np.abs(weights - _template(stage.grey(), Rectangle(5, 30, 31, 31))).max() < 1e-6
    before = stage.document.project
    _drag(stage, tool, (10, 10), (11, 10), (10, 10))
    assert "flat" in tool.refusal()
    assert stage.document.project == before


def test_convolution_and_colours(stage: Stage, tool: PatchTool) -> None:
    stage.use(LARGE)
    stage.set(operation="convolution")
    weights = _drag(stage, tool, (20, 30), (30, 40))
    assert np.abs(weights - _template(stage.grey(), Rectangle(20, 30, 11, 11))[::-1, ::-1]).max() < 1e-6
    assert _peak(stage) == (25, 35)
    stage.set_filter(with_channels(FilterSpec(), "sum"))
    _drag(stage, tool, (20, 30), (30, 40))
    found = np.moveaxis(np.array(stage.kernel.weights), 0, -1)
    assert np.abs(found - _template(stage.picture(), Rectangle(20, 30, 11, 11))).max() < 1e-6
    stage.set_filter(with_channels(FilterSpec(), "each"))
    weights = _drag(stage, tool, (20, 30), (30, 40))
    assert np.abs(weights - _template(stage.picture().mean(axis=2), Rectangle(20, 30, 11, 11))).max() < 1e-6


def test_after_other_steps_it_is_a_patch_of_what_this_step_sees(stage: Stage, tool: PatchTool) -> None:
    stage.use(LARGE)
    half = with_kernel(FilterSpec(stride=(2, 2)), kernel("gaussian").spec())
    stage.document.edit(with_steps(stage.document.project, (half, FilterSpec()), 1), "a step before")
    stage.settle()
    weights = _drag(stage, tool, (20, 30), (31, 49))
    seen = apply_chain((stage.picture() * 255).round().astype(np.uint8), (half,)).map
    assert weights.shape == (6, 10)
    assert np.abs(weights - _template(seen, Rectangle(10, 15, 6, 10))).max() < 1e-5


def test_only_the_newest_of_many_questions_counts_and_an_engine_that_died_is_asked_again(
    stage: Stage, tool: PatchTool
) -> None:
    asked: list[object] = []
    send = stage.engine.send
    stage.engine.send = lambda request: (asked.append(request), send(request))[1]  # type: ignore[method-assign]
    tool.choose(Rectangle(0, 0, 3, 3))
    for row in range(1, 6):
        tool.choose(Rectangle(row, 0, 3, 3))
    weights = _settled(stage, tool)
    assert np.abs(weights - _template(stage.grey(), Rectangle(5, 0, 3, 3))).max() < 1e-6
    assert len([each for each in asked if type(each).__name__ == "Patch"]) == 2
    stage.link.patch.emit(PatchOf(id=10**9, top=0, left=0, height=1, width=1))
    assert not tool.refusal(), "the answer to somebody else"
    tool.choose(Rectangle(7, 0, 3, 3))
    stage.link.restart()
    tool.choose(Rectangle(8, 0, 3, 3))
    assert np.abs(_settled(stage, tool) - _template(stage.grey(), Rectangle(8, 0, 3, 3))).max() < 1e-6


def test_when_it_closes_the_picture_is_as_it_was(stage: Stage, tool: PatchTool) -> None:
    view = stage.page.input.view
    assert view.viewport().cursor().shape() == Qt.CursorShape.CrossCursor
    _drag(stage, tool, (3, 3), (8, 8))
    kept = stage.document.project
    QTest.keyClick(tool, Qt.Key.Key_Escape)
    assert view.choice() is None
    assert view.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
    view.zoom_by(2.0)
    stage.hand.drag(view, _at(stage, (10, 10)), _at(stage, (12, 12)))
    assert stage.document.project == kept, "a drag moves the picture again"


def test_without_a_picture_it_says_so(desk: Desk) -> None:
    panel = KernelPanel(desk.document, desk.notices)
    desk.show(panel)
    tool = panel.open_tool("patch")
    assert "no picture" in tool.refusal()
    take: Callable[[], None] = named(tool, QPushButton, "Take the patch").click
    take()
    assert "no picture" in tool.refusal()
    panel.bench.close()


def test_rectangles() -> None:
    assert around((5, 5), (3, 4)) == (4, 4, 3, 4)
    assert between((5, 5), (5, 5), (31, 31)) == (5, 5, 1, 1)
    assert Rectangle(-3, 50, 10, 100).inside((20, 60)) == (0, 0, 10, 60)
    seen = seen_by((FilterSpec(stride=(2, 3)),), (60, 60))
    assert seen.most == (62, 93)
    assert seen.cells(Rectangle(58, 0, 1, 1)).height == 1
