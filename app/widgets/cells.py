"""Widgets of cells in rows and columns: which of them the cursor is on, and the way of the arrow keys between them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.kernel_layout import Cell
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe

ARROWS: dict[int, Cell] = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class PaintedCells(PaintedWidget):
    """Says which of its cells the cursor or the arrow keys are on."""

    hovered = Signal(object)
    """(row, column) of the cell under the cursor, or that the arrow keys have gone to; None when there is none."""
    FROM_CURSOR = True
    """Arrow keys go on from the cell that the cursor was on last."""

    def __init__(self, name: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._hover: Cell | None = None
        self._current: Cell = (0, 0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        describe(self, name, tip)

    def shape(self) -> Cell:
        """Rows and columns; (0, 0) where there are no cells."""
        raise NotImplementedError

    def cell_at(self, position: QPointF) -> Cell | None:
        """The cell at a place of the widget, if one can be pointed at there."""
        raise NotImplementedError

    def spoken(self, cell: Cell) -> str:
        """What a screen reader says of a cell, after the widget's name."""
        raise NotImplementedError

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which cell is under the cursor."""
        self._point(self.cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """None is."""
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to another cell."""
        rows, columns = self.shape()
        if event.key() not in ARROWS or not rows:
            super().keyPressEvent(event)
            return
        down, across = ARROWS[event.key()]
        row, column = self._current[0] + down, self._current[1] + across
        self._current = min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)
        self._point(self._current)
        self.update()

    def _point(self, cell: Cell | None) -> None:
        if cell == self._hover:
            return
        self._hover = cell
        if cell is not None:
            if self.FROM_CURSOR:
                self._current = cell
            self.setAccessibleName(f"{self._name}, {self.spoken(cell)}")
        self.hovered.emit(cell)
