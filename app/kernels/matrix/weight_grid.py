"""The weights of one kernel, each in the colour that it has in the matrix."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from app.kernels.matrix.hues import Rgb
from app.kernels.matrix.told import Cell, Numbers
from app.widgets.cells import PaintedCells
from app.widgets.colours import readable_on
from app.widgets.fonts import number_font
from app.widgets.kernel_layout import KernelLayout
from app.widgets.kernel_paint import paint_mark
from app.widgets.number_layout import cell_text, lay_out, writing_for
from app.widgets.number_text import number_text
from app.widgets.tokens import tokens

TIP = "The weights as the matrix holds them. Move the cursor over one to see everywhere it stands."


class WeightGrid(PaintedCells):
    """Shows the weights; a cell is one of them."""

    def __init__(self) -> None:
        super().__init__("Weights", TIP)
        self._values: Numbers = np.zeros((1, 1))
        self._colours: Rgb = np.zeros((1, 3), np.uint8)
        self._ring: Cell | None = None

    def set_weights(self, values: Numbers, colours: Rgb) -> None:
        """Show these numbers, [height, width], in these colours, [height · width, 3]."""
        if values.shape != self._values.shape:
            self._current, self._hover = (0, 0), None
        self._values, self._colours = values, colours
        self.update()

    def values(self) -> Numbers:
        """The numbers shown."""
        return self._values

    def set_ring(self, cell: Cell | None) -> None:
        """Put a ring around a weight."""
        if cell != self._ring:
            self._ring = cell
            self.update()

    def ring(self) -> Cell | None:
        """The weight with the ring."""
        return self._ring

    def layout_now(self) -> KernelLayout:
        """Where the weights lie."""
        return lay_out(*self._values.shape, self.width(), self.height())

    def sizeHint(self) -> QSize:
        """As a small grid of numbers."""
        return QSize(120, 120)

    def minimumSizeHint(self) -> QSize:
        """Weights shrink to colours before anything is cut off."""
        return QSize(64, 48)

    def shape(self) -> Cell:
        """Rows and columns."""
        rows, columns = self._values.shape
        return rows, columns

    def cell_at(self, position: QPointF) -> Cell | None:
        """The weight at a place of the widget."""
        return self.layout_now().cell_at(position)

    def spoken(self, cell: Cell) -> str:
        """Its place, counted from 1, and its number."""
        return f"row {cell[0] + 1}, column {cell[1] + 1}: {number_text(float(self._values[cell]))}"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Coloured cells with their numbers where there is room, and the ring."""
        painter, table, layout = QPainter(self), tokens(), self.layout_now()
        writing = writing_for(layout)
        for place, (row, column) in enumerate(np.ndindex(self._values.shape)):
            value, box = float(self._values[row, column]), layout.rectangle(row, column)
            fill = table.colour("raised") if np.isnan(value) else QColor(*(int(part) for part in self._colours[place]))
            painter.fillRect(box, fill)
            text = cell_text(value, writing) if writing is not None and not np.isnan(value) else None
            if text is not None and writing is not None:
                painter.setFont(number_font(writing.pixels))
                painter.setPen(readable_on(fill))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        rings = (self._ring, "result"), (self._current if self.hasFocus() else None, "accent")
        for cell, role in rings:
            if cell is not None and cell[0] < layout.rows and cell[1] < layout.columns:
                paint_mark(painter, layout, cell, table.colour(role), table.colour("panel"))
