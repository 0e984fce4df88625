"""The drawing pad: what the pen does over the picture becomes strokes of the document's drawing."""

from __future__ import annotations

from itertools import count

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QMouseEvent

from app.source.edits import with_source
from app.source.pen import Pen
from app.state.document import Document, Gesture
from app.widgets.picture_view import PictureView
from engine.spec.source import Drawing, Point, Stroke

MAX_POINTS = 2000
"""Most points of one stroke: a longer movement goes on in the next, so that no single one grows without end."""


class DrawingPad(QObject):
    """Turns a view's pen into edits. One movement of the pen is one undo; the right button erases.

    The pen is on only while the document's source is a drawing.
    """

    _numbers = count(1)

    def __init__(self, document: Document, view: PictureView, pen: Pen | None = None) -> None:
        super().__init__(view)
        self.pen = pen or Pen()
        self._document = document
        self._view = view
        self._gesture = 0
        self._stroke: Stroke | None = None
        self._on = False
        self._erasing = False
        view.pressed.connect(self._press)
        view.moved.connect(self._move)
        view.released.connect(self._release)
        view.viewport().installEventFilter(self)
        document.changed.connect(self._follow)
        self._follow()

    def _drawing(self) -> Drawing | None:
        source = self._document.project.source
        return source if isinstance(source, Drawing) else None

    def _follow(self) -> None:
        on = self._drawing() is not None
        if on != self._on:
            self._on = on
            self._view.set_pen_mode(on)
        if not on:
            self._stroke, self._erasing = None, False

    def _press(self, row: float, column: float) -> None:
        self._begin(row, column, self.pen.value)

    def _begin(self, row: float, column: float, value: float) -> None:
        self._gesture = next(self._numbers)
        self._stroke = Stroke(points=(_rounded(row, column),), width=self.pen.width, value=value)
        self._add(self._stroke)

    def _move(self, row: float, column: float) -> None:
        drawing, stroke, point = self._drawing(), self._stroke, _rounded(row, column)
        if drawing is None or stroke is None or stroke.points[-1] == point:
            return
        # Something else may have been done in the middle of the movement, undo included.
        continues = bool(drawing.strokes) and drawing.strokes[-1] is stroke
        if continues and len(stroke.points) < MAX_POINTS:
            self._stroke = msgspec.structs.replace(stroke, points=(*stroke.points, point))
            self._edit(drawing, (*drawing.strokes[:-1], self._stroke))
        else:
            self._stroke = msgspec.structs.replace(stroke, points=(stroke.points[-1], point))
            self._add(self._stroke)

    def _release(self, row: float, column: float) -> None:
        self._move(row, column)
        self._stroke = None

    def _add(self, stroke: Stroke) -> None:
        drawing = self._drawing()
        if drawing is not None:
            self._edit(drawing, (*drawing.strokes, stroke))

    def _edit(self, drawing: Drawing, strokes: tuple[Stroke, ...]) -> None:
        source = msgspec.structs.replace(drawing, strokes=strokes)
        text = "erase" if self._erasing else "draw"
        self._document.edit(with_source(self._document.project, source), text, merge=Gesture("stroke", self._gesture))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the right button from the view while the pen is on: it draws with the paper's colour."""
        if not self._on or not isinstance(event, QMouseEvent):
            return False
        right = event.button() == Qt.MouseButton.RightButton
        at = self._view.cell_point(event.position())
        kind = event.type()
        if right and kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            return self._begin_erasing(at.y(), at.x())
        if self._erasing and kind == QEvent.Type.MouseMove:
            self._move(at.y(), at.x())
            return True
        if self._erasing and right and kind == QEvent.Type.MouseButtonRelease:
            self._release(at.y(), at.x())
            self._erasing = False
            return True
        return False

    def _begin_erasing(self, row: float, column: float) -> bool:
        drawing = self._drawing()
        if drawing is not None and self._stroke is None:
            self._erasing = True
            self._begin(row, column, drawing.background)
        return True


def _rounded(row: float, column: float) -> Point:
    """A hundredth of a pixel is finer than anyone draws, and keeps project files short."""
    return round(row, 2), round(column, 2)
