"""Every tool of the bench in its place: nothing is cut, a keyboard is enough, everything says what it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.kernels.design.bench import TOOLS
from app.kernels.design.compose import ComposeTool
from app.kernels.design.kernel_pick import picked
from app.kernels.design.mix import MixTool
from app.kernels.design.pop_out import PopOut
from engine.kernels import families, kernel
from engine.spec.chain_edit import with_steps
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import FilterSpec
from engine.spec.project import Project
from tests.app.kernels.conftest import Stage, visible, what
from tests.app.kernels.test_side import _scrolls, assert_nothing_is_cut

GABOR = with_kernel(FilterSpec(), kernel("gabor").spec())


def _reached(stage: Stage) -> list[QWidget]:
    tab = Qt.FocusPolicy.TabFocus
    return [
        part
        for part in visible(stage.page.side)
        if part.focusPolicy() & tab and part.isEnabled() and not part.focusProxy()
    ]


def _fill(tool: PopOut) -> None:
    """As many controls in sight as there can be."""
    if isinstance(tool, MixTool):
        tool._set_name(0, "difference-of-gaussians")
        tool._set_name(1, "identity")
    elif isinstance(tool, ComposeTool):
        tool.put(tool.settings._replace(other=picked("gaussian")))
    tool.tell("What has been made of it, in a line that is too long for the width of a tool and has to be broken.")
    tool.refuse("What cannot be is said in one sentence, which may be too long for a single line as well; it wraps.")


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_fits_says_what_it_is_and_is_reached_in_order(stage: Stage, name: str) -> None:
    steps = (FilterSpec(), GABOR, FilterSpec())
    stage.document.edit(with_steps(Project(source=stage.document.project.source), steps, 1), "a chain")
    stage.settle()
    stage.page.kernel.show_response(True)
    tool = stage.page.kernel.open_tool(name)
    assert tool.isAncestorOf(QApplication.focusWidget()), "the first control has the focus"
    assert QApplication.focusWidget() is not tool.cross
    _fill(tool)
    stage.settle()
    assert_nothing_is_cut(stage)
    reached = _reached(stage)
    names = [part.accessibleName() for part in reached]
    assert all(names)
    assert len(set(names)) == len(names), "two controls have the same name"
    assert all(part.toolTip() or part.accessibleDescription() for part in reached)
    stage.page.input.view.setFocus()
    visited: list[QWidget] = []
    while (part := QApplication.focusWidget()) not in visited:
        assert part is not None
        visited.append(part)
        QTest.keyClick(part, Qt.Key.Key_Tab)
    inside = [part for part in visited if stage.page.side.isAncestorOf(part)]
    assert {what(part) for part in inside} == {what(part) for part in reached}
    panel = stage.page.kernel
    places = [part.mapTo(panel, QPoint(0, part.height() // 2)) for part in inside if panel.isAncestorOf(part)]
    order = [(place.y() // 16, place.x()) for place in places]
    assert order == sorted(order)


def test_the_usual_tools_need_no_scroll_bar_at_1280_by_800(stage: Stage) -> None:
    for name in ("turn", "scale", "stretch", "draw"):
        stage.page.kernel.open_tool(name)
        assert not _scrolls(stage), name
    stage.page.kernel.bench.close()
    stage.page.kernel.show_response(True)
    for spec in (
        FilterSpec(),
        with_kernel(FilterSpec(), kernel("gaussian").spec()),
        with_channels(FilterSpec(), "sum"),
    ):
        stage.set_filter(spec)
        assert not _scrolls(stage), spec


def test_the_response_never_makes_the_column_wider(stage: Stage) -> None:
    stage.page.kernel.show_response(True)
    for each in families():
        stage.set_filter(with_kernel(FilterSpec(operation="convolution"), kernel(each.name).spec()))
        assert_nothing_is_cut(stage)


def test_closing_a_tool_leaves_the_focus_of_somebody_else_alone(stage: Stage) -> None:
    panel = stage.page.kernel
    panel.open_tool("turn")
    stage.page.gallery.gallery.setFocus()
    panel.bench.close()
    assert stage.page.gallery.gallery.hasFocus()
