"""The pen over a real view: one movement is one undo, the right button erases, and nothing is drawn elsewhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.source import pad as pad_module
from app.source.edits import with_source
from app.source.pad import DrawingPad
from app.widgets.picture_view import PictureView
from engine.spec.project import Project
from engine.spec.source import Drawing, Stroke

from .conftest import Bench

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SIDE = 64


class Desk:
    """A view of a drawing with a pad on it, and a mouse that speaks in cells."""

    def __init__(self, bench: Bench, qtbot: QtBot) -> None:
        self.bench = bench
        self.view = PictureView()
        self.view.resize(256, 256)
        qtbot.addWidget(self.view)
        self.view.show()
        self.image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
        self.view.set_image(self.image, SIDE, SIDE)
        self.pad = DrawingPad(bench.document, self.view)

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        source = self.bench.source
        assert isinstance(source, Drawing)
        return source.strokes

    def mouse(self, kind: QEvent.Type, row: float, column: float, button: Qt.MouseButton) -> None:
        region = self.view.region()
        at = QPointF(
            (column - region.left()) * self.view.width() / region.width(),
            (row - region.top()) * self.view.height() / region.height(),
        )
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        which = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else button
        no_keys = Qt.KeyboardModifier.NoModifier
        glob = QPointF(self.view.mapToGlobal(QPoint(0, 0))) + at
        QApplication.sendEvent(self.view.viewport(), QMouseEvent(kind, at, glob, which, held, no_keys))

    def draw(self, path: list[tuple[float, float]], button: Qt.MouseButton = LEFT) -> None:
        self.mouse(QEvent.Type.MouseButtonPress, *path[0], button)
        for row, column in path[1:]:
            self.mouse(QEvent.Type.MouseMove, row, column, button)
        self.mouse(QEvent.Type.MouseButtonRelease, *path[-1], button)


@pytest.fixture
def desk(bench: Bench, qtbot: QtBot) -> Desk:
    bench.document.edit(with_source(Project(), Drawing(height=SIDE, width=SIDE, background=0.25)), "open")
    return Desk(bench, qtbot)


def test_a_movement_of_the_pen_is_one_stroke_and_one_undo(desk: Desk) -> None:
    desk.pad.pen.set_width(3.0)
    desk.pad.pen.set_value(0.75)
    desk.draw([(10, 20), (11, 21), (12.5, 30)])
    assert desk.strokes == (Stroke(points=((10, 20), (11, 21), (12.5, 30)), width=3.0, value=0.75),)
    desk.draw([(1, 1), (2, 2)])
    assert len(desk.strokes) == 2 and desk.bench.document.undo_text == "draw"
    desk.bench.document.undo()
    assert len(desk.strokes) == 1
    desk.bench.document.undo()
    assert desk.strokes == ()
    desk.bench.document.redo()
    assert len(desk.strokes[0].points) == 3


def test_every_move_is_shown_at_once(desk: Desk) -> None:
    shown = len(desk.bench.engine.offered)
    desk.draw([(10, 20), (11, 21), (12, 22)])
    sources = [show.project.source for show in desk.bench.engine.offered[shown:]]
    assert [len(source.strokes[0].points) for source in sources if isinstance(source, Drawing)] == [1, 2, 3]


def test_a_click_is_a_dot(desk: Desk) -> None:
    desk.draw([(5, 6)])
    assert [stroke.points for stroke in desk.strokes] == [((5, 6),)]


def test_two_clicks_in_a_row_are_two_dots(desk: Desk) -> None:
    desk.draw([(5, 6)])
    desk.mouse(QEvent.Type.MouseButtonDblClick, 5, 6, LEFT)
    desk.mouse(QEvent.Type.MouseButtonRelease, 5, 6, LEFT)
    desk.mouse(QEvent.Type.MouseButtonDblClick, 7, 6, RIGHT)
    desk.mouse(QEvent.Type.MouseButtonRelease, 7, 6, RIGHT)
    assert [(stroke.points[0][0], stroke.value) for stroke in desk.strokes] == [(5, 1.0), (5, 1.0), (7, 0.25)]


def test_the_right_button_draws_with_the_papers_colour_and_does_not_move_the_picture(desk: Desk) -> None:
    region = desk.view.region()
    desk.draw([(10, 20), (30, 40)], RIGHT)
    assert desk.strokes == (Stroke(points=((10, 20), (30, 40)), width=6.0, value=0.25),)
    assert desk.bench.document.undo_text == "erase" and desk.view.region() == region
    desk.draw([(1, 1)])
    assert desk.strokes[-1].value == 1.0 and desk.bench.document.undo_text == "draw"


def test_the_second_button_changes_nothing_while_the_first_draws(desk: Desk) -> None:
    desk.mouse(QEvent.Type.MouseButtonPress, 1, 1, LEFT)
    desk.mouse(QEvent.Type.MouseButtonPress, 2, 2, RIGHT)
    desk.mouse(QEvent.Type.MouseButtonRelease, 2, 2, RIGHT)
    desk.mouse(QEvent.Type.MouseMove, 3, 3, LEFT)
    desk.mouse(QEvent.Type.MouseButtonRelease, 3, 3, LEFT)
    assert [(stroke.points, stroke.value) for stroke in desk.strokes] == [(((1, 1), (3, 3)), 1.0)]


def test_a_long_movement_goes_on_in_a_new_stroke_without_a_gap_or_a_second_undo(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pad_module, "MAX_POINTS", 5)
    desk.draw([(float(row), 1.0) for row in range(12)])
    paths = [stroke.points for stroke in desk.strokes]
    assert max(map(len, paths)) == 5
    assert all(before[-1] == after[0] for before, after in pairwise(paths))
    assert {point for path in paths for point in path} == {(float(row), 1.0) for row in range(12)}
    desk.bench.document.undo()
    assert desk.strokes == ()


def test_undo_in_the_middle_of_a_movement_is_respected(desk: Desk) -> None:
    desk.draw([(9, 9)])
    desk.mouse(QEvent.Type.MouseButtonPress, 1, 1, LEFT)
    desk.mouse(QEvent.Type.MouseMove, 2, 2, LEFT)
    desk.bench.document.undo()
    assert [stroke.points for stroke in desk.strokes] == [((9, 9),)]
    desk.mouse(QEvent.Type.MouseMove, 3, 3, LEFT)
    desk.mouse(QEvent.Type.MouseButtonRelease, 3, 3, LEFT)
    assert [stroke.points for stroke in desk.strokes] == [((9, 9),), ((2, 2), (3, 3))]


@pytest.mark.parametrize("button", [LEFT, RIGHT])
def test_a_movement_does_not_outlive_a_change_of_source(desk: Desk, button: Qt.MouseButton) -> None:
    desk.mouse(QEvent.Type.MouseButtonPress, 1, 1, button)
    desk.bench.document.edit(with_source(desk.bench.document.project, Project().source), "open")
    desk.bench.document.undo()
    desk.mouse(QEvent.Type.MouseMove, 3, 3, button)
    desk.mouse(QEvent.Type.MouseButtonRelease, 3, 3, button)
    assert [stroke.points for stroke in desk.strokes] == [((1, 1),)]


@pytest.mark.parametrize("button", [LEFT, RIGHT])
def test_another_source_ends_the_movement_and_takes_the_pen_away(desk: Desk, button: Qt.MouseButton) -> None:
    desk.mouse(QEvent.Type.MouseButtonPress, 1, 1, button)
    desk.bench.document.edit(with_source(desk.bench.document.project, Project().source), "open")
    desk.mouse(QEvent.Type.MouseMove, 3, 3, button)
    desk.mouse(QEvent.Type.MouseButtonRelease, 3, 3, button)
    desk.draw([(1, 1), (2, 2)], button)
    assert desk.bench.source == Project().source and desk.bench.document.undo_text == "open"
    assert desk.view.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
    desk.bench.document.undo()
    assert desk.view.viewport().cursor().shape() == Qt.CursorShape.CrossCursor
    assert [stroke.points for stroke in desk.strokes] == [((1, 1),)]
    desk.draw([(5, 5)])
    assert desk.strokes[-1].value == 1.0 and desk.bench.document.undo_text == "draw"


def test_outside_the_paper_is_drawn_on_too_but_only_with_numbers_a_file_can_hold(desk: Desk) -> None:
    desk.draw([(-5.123456, 3), (70.98765, 1)])
    assert desk.strokes[0].points == ((-5.12, 3.0), (70.99, 1.0))
