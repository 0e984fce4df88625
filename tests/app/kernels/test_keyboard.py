"""A keyboard is enough, and a screen reader has something to say of everything."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.spec.edit import with_channels
from engine.spec.filter import FilterSpec
from tests.app.kernels.conftest import EVERYTHING, POOLED, Stage, visible, what

SPECS = [FilterSpec(), EVERYTHING, with_channels(POOLED, "sum")]


def _reached_by_tab(root: QWidget) -> list[QWidget]:
    wanted = Qt.FocusPolicy.TabFocus
    return [
        part for part in visible(root) if part.focusPolicy() & wanted and part.isEnabled() and not part.focusProxy()
    ]


@pytest.mark.parametrize("spec", SPECS)
def test_everything_that_takes_the_focus_has_a_name_and_a_meaning(stage: Stage, spec: FilterSpec) -> None:
    stage.set_filter(spec)
    for part in visible(stage.page):
        if part.focusPolicy() != Qt.FocusPolicy.NoFocus and not part.focusProxy():
            # The viewport of a picture takes the focus for the view around it.
            assert part.accessibleName() or part.parentWidget().accessibleName(), what(part)
    for part in _reached_by_tab(stage.page):
        assert part.accessibleName(), what(part)
        assert part.toolTip() or part.accessibleDescription(), what(part)
    names = [part.accessibleName() for part in _reached_by_tab(stage.page)]
    assert len(set(names)) == len(names), "two controls have the same name"


@pytest.mark.parametrize("spec", SPECS)
def test_tab_goes_once_through_everything_and_down_the_column(stage: Stage, spec: FilterSpec) -> None:
    stage.set_filter(spec)
    stage.page.input.view.setFocus()
    visited: list[QWidget] = []
    while (part := QApplication.focusWidget()) not in visited:
        assert part is not None
        visited.append(part)
        QTest.keyClick(part, Qt.Key.Key_Tab)
    assert part is visited[0]
    assert {id(part) for part in visited} == {id(part) for part in _reached_by_tab(stage.page)}
    holder = stage.page.side.area.widget()
    inside = [part for part in visited if holder.isAncestorOf(part)]
    places = [part.mapTo(holder, QPoint(0, part.height() // 2)) for part in inside]
    order = [(place.y() // 16, place.x()) for place in places]
    assert order == sorted(order)


def test_shift_tab_goes_back_the_same_way(stage: Stage) -> None:
    stage.page.input.view.setFocus()
    ways: list[list[QWidget]] = []
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        way: list[QWidget] = []
        while (part := QApplication.focusWidget()) not in way:
            assert part is not None
            way.append(part)
            QTest.keyClick(part, key)
        ways.append(way)
    assert ways[1] == [ways[0][0], *reversed(ways[0][1:])]


def test_a_control_that_gets_the_focus_is_scrolled_into_sight(stage: Stage) -> None:
    stage.set_filter(EVERYTHING)
    area = stage.page.side.area
    assert area.verticalScrollBar().maximum() > 0
    last = [part for part in _reached_by_tab(stage.page) if area.isAncestorOf(part)][-1]
    last.setFocus()
    QTest.keyClick(last, Qt.Key.Key_Backtab)
    area.verticalScrollBar().setValue(0)
    before = QApplication.focusWidget()
    assert before is not None
    QTest.keyClick(before, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is last
    assert area.viewport().rect().contains(last.mapTo(area.viewport(), last.rect().center()))
