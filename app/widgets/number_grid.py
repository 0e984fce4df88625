"""Numbers in rows and columns to read: coloured cells with their numbers, or colours alone where they are many."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.widgets.cells import PaintedCells
from app.widgets.kernel_layout import Cell, KernelLayout
from app.widgets.kernel_paint import Note, paint_mark, paint_notes
from app.widgets.number_layout import LARGEST, cell_text, lay_out, writing_for
from app.widgets.number_paint import CellPainter, Sheet
from app.widgets.number_text import number_text
from app.widgets.tokens import tokens


class NumberGrid(PaintedCells):
    """Shows a `Sheet`. It owns no truth."""

    chosen = Signal(int, int)
    """A cell was clicked on, or Enter was pressed on it."""
    FROM_CURSOR = False

    def __init__(self, name: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, tip, parent)
        self._sheet = Sheet(np.zeros((1, 1)))
        self._notes: dict[Cell, Note] = {}
        self._ring: Cell | None = None

    def set_sheet(self, sheet: Sheet) -> None:
        """Show these numbers."""
        reshaped = sheet.values.shape != self._sheet.values.shape
        self._sheet = sheet
        if reshaped:
            self._current = (0, 0)
            self._point(None)
            self.updateGeometry()
        self.update()

    def sheet(self) -> Sheet:
        """What is shown."""
        return self._sheet

    def set_notes(self, notes: Mapping[Cell, Note]) -> None:
        """Mark these cells, and no others."""
        if notes != self._notes:
            self._notes = dict(notes)
            self.update()

    def notes(self) -> dict[Cell, Note]:
        """The cells that are marked now."""
        return dict(self._notes)

    def set_ring(self, cell: Cell | None) -> None:
        """Put a ring around one cell."""
        if cell != self._ring:
            self._ring = cell
            self.update()

    def ring(self) -> Cell | None:
        """The cell with the ring."""
        return self._ring

    def layout_now(self) -> KernelLayout:
        """Where the cells lie."""
        rows, columns = self._sheet.values.shape
        return lay_out(rows, columns, self.width(), self.height())

    def unwritten(self) -> int:
        """How many numbers stand there as colours only."""
        sheet, writing = self._sheet, writing_for(self.layout_now())
        there = np.argwhere(~np.isnan(sheet.values))
        if writing is None:
            return len(there)
        cells = ((int(row), int(column)) for row, column in there)
        return sum(cell_text(float(sheet.values[cell]), writing, sheet.is_padding(cell)) is None for cell in cells)

    def sizeHint(self) -> QSize:
        """Cells of a good size, as long as there are few."""
        rows, columns = self._sheet.values.shape
        return QSize(min(columns, 5) * LARGEST[1], min(rows, 5) * LARGEST[0])

    def minimumSizeHint(self) -> QSize:
        """Cells shrink to colours before anything is cut off."""
        return QSize(64, 48)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell."""
        cell = self.cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = cell
            self.chosen.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the cell that the arrow keys have gone to."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(*self._current)
        else:
            super().keyPressEvent(event)

    def shape(self) -> Cell:
        """Rows and columns."""
        rows, columns = self._sheet.values.shape
        return rows, columns

    def cell_at(self, position: QPointF) -> Cell | None:
        """The cell at a place of the widget, if it has a number."""
        cell = self.layout_now().cell_at(position)
        return None if cell is None or np.isnan(self._sheet.values[cell]) else cell

    def spoken(self, cell: Cell) -> str:
        """Its place, counted from 1, and its number."""
        return f"row {cell[0] + 1}, column {cell[1] + 1}: {number_text(float(self._sheet.values[cell]))}"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cells, marks, and a ring around the chosen cell; around the current one while the grid has the focus."""
        layout, table = self.layout_now(), tokens()
        painter = QPainter(self)
        CellPainter(painter, self._sheet, layout, table).paint(writing_for(layout))
        paint_notes(painter, layout, self._notes, table)
        if self._ring is not None:
            paint_mark(painter, layout, self._ring, table.colour("result"), table.colour("panel"))
        if self.hasFocus():
            paint_mark(painter, layout, self._current, table.colour("accent"), table.colour("panel"))
