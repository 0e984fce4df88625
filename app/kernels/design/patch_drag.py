"""The left button over a picture as a rectangle that is chosen there."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from app.widgets.picture_view import PictureView

Cell = tuple[int, int]
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)


class PatchDrag(QObject):
    """Takes the left button from the view while it is there; all other buttons are the view's own."""

    dragged = Signal(object, object)
    """(first, last): the (row, column) where the drag began, and where it is now; both in the picture."""
    clicked = Signal(object)
    """(row, column) of a click without a drag."""

    def __init__(self, view: PictureView, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._first: Cell | None = None
        self._moved = False
        self._cursor = view.viewport().cursor()
        view.viewport().setCursor(Qt.CursorShape.CrossCursor)
        view.viewport().installEventFilter(self)

    def end(self) -> None:
        """Give the button back."""
        self._view.viewport().removeEventFilter(self)
        self._view.viewport().setCursor(self._cursor)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the left button from a press in the picture on."""
        if not isinstance(event, QMouseEvent):
            return False
        left, kind = event.button() == Qt.MouseButton.LeftButton, event.type()
        if left and kind in _PRESSES and self._is_inside(event.position()):
            self._first, self._moved = self._cell(event.position()), False
            return True
        if self._first is None:
            return False
        if kind == QEvent.Type.MouseMove:
            self._drag(self._first, self._cell(event.position()))
            return True
        if left and kind == QEvent.Type.MouseButtonRelease:
            if not self._moved:
                self.clicked.emit(self._first)
            self._first = None
            return True
        return False

    def _drag(self, first: Cell, last: Cell) -> None:
        if last != first or self._moved:
            self._moved = True
            self.dragged.emit(first, last)

    def _is_inside(self, position: QPointF) -> bool:
        height, width = self._view.extent() or (0, 0)
        at = self._view.cell_point(position)
        return 0 <= at.y() < height and 0 <= at.x() < width

    def _cell(self, position: QPointF) -> Cell:
        """The nearest cell of the picture."""
        height, width = self._view.extent() or (1, 1)
        at = self._view.cell_point(position)
        return min(max(math.floor(at.y()), 0), height - 1), min(max(math.floor(at.x()), 0), width - 1)
