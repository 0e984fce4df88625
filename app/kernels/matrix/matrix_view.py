"""A matrix as coloured squares, of which one can be looked at with the cursor or the arrow keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen

from app.kernels.matrix.hues import Rgb, matrix_image
from app.kernels.matrix.told import NOTHING, Aim, Cell, Index
from app.widgets.cells import PaintedCells
from app.widgets.tokens import tokens

MARGIN = 4
SPLIT = 6
"""Pixels of an entry from which there is a line between entries."""
BAND = 60  # of 255
TIP = (
    "A row for each cell of the map, a column for each cell of the input, both counted row by row. Entries of one "
    "colour are one and the same weight; empty ones are 0 by the shape of the layer. Arrow keys go from entry to entry."
)


class MatrixView(PaintedCells):
    """Owns no truth: it is told what to show and what is looked at."""

    def __init__(self, name: str = "Matrix", tip: str = TIP) -> None:
        super().__init__(name, tip)
        self._index: Index | None = None
        self._colours: Rgb | None = None
        self._image = QImage()
        self._aim = NOTHING

    def set_matrix(self, index: Index | None, colours: Rgb | None) -> None:
        """Show which weight stands where; None shows nothing."""
        if index is None or self._index is None or index.shape != self._index.shape:
            self._current, self._hover = (0, 0), None
        self._index, self._colours = index, colours
        self._draw()

    def follow_theme(self) -> None:
        """The squares lie on another ground."""
        self._draw()

    def _draw(self) -> None:
        if self._index is None or self._colours is None:
            self._image = QImage()
        else:
            self._image = matrix_image(self._index, self._colours, tokens().colour("canvas"))
        self.update()

    def set_aim(self, aim: Aim) -> None:
        """What is looked at, here or elsewhere."""
        if aim != self._aim:
            self._aim = aim
            self.update()

    def aim(self) -> Aim:
        """What is looked at."""
        return self._aim

    def shape(self) -> Cell:
        """Rows and columns; (0, 0) without a matrix."""
        return (0, 0) if self._index is None else (self._index.shape[0], self._index.shape[1])

    def entry_box(self, row: int, column: int) -> QRectF:
        """Where an entry is on the widget."""
        pitch, left, top = self._place()
        return QRectF(left + column * pitch, top + row * pitch, pitch, pitch)

    def _place(self) -> tuple[float, float, float]:
        """Pixels of an entry, and where the first one begins."""
        rows, columns = self.shape()
        room = max(min((self.width() - 2 * MARGIN) / columns, (self.height() - 2 * MARGIN) / rows), 0.01)
        pitch = float(int(room)) if room >= SPLIT else room
        return pitch, (self.width() - columns * pitch) // 2, (self.height() - rows * pitch) // 2

    def cell_at(self, position: QPointF) -> Cell | None:
        """The entry at a place of the widget."""
        rows, columns = self.shape()
        if not rows or not columns:
            return None
        pitch, left, top = self._place()
        row, column = int((position.y() - top) // pitch), int((position.x() - left) // pitch)
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def spoken(self, cell: Cell) -> str:
        """Its place."""
        return f"row {cell[0]}, column {cell[1]}"

    def sizeHint(self) -> QSize:
        """A square of some size."""
        return QSize(320, 320)

    def minimumSizeHint(self) -> QSize:
        """Enough to see the pattern."""
        return QSize(80, 80)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The squares, the lines between them, the row and the column that are looked at, and the weight."""
        if self._image.isNull():
            return
        painter, table = QPainter(self), tokens()
        rows, columns = self.shape()
        pitch, left, top = self._place()
        bounds = QRectF(left, top, columns * pitch, rows * pitch)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, pitch < 1)
        painter.drawImage(bounds, self._image)
        if pitch >= SPLIT:
            painter.setPen(QPen(table.colour("panel"), 1))
            for row in range(1, rows):
                painter.drawLine(QPointF(left, top + row * pitch), QPointF(bounds.right() - 1, top + row * pitch))
            for column in range(1, columns):
                x = left + column * pitch
                painter.drawLine(QPointF(x, top), QPointF(x, bounds.bottom() - 1))
        painter.setPen(QPen(table.colour("control_line"), 1))
        painter.drawRect(bounds.adjusted(-1, -1, 0, 0))
        self._paint_aim(painter, bounds)
        if self.hasFocus():
            painter.setPen(QPen(table.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_aim(self, painter: QPainter, bounds: QRectF) -> None:
        aim, table = self._aim, tokens()
        pitch = self._place()[0]
        if aim.weight is not None and self._index is not None:
            painter.setPen(QPen(table.colour("text"), 1 if pitch < 2 * SPLIT else 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for row, column in np.argwhere(self._index == aim.weight):
                painter.drawRect(self.entry_box(int(row), int(column)).adjusted(1, 1, -1, -1))
        band = table.colour("result")
        band.setAlpha(BAND)
        painter.setBrush(band)
        painter.setPen(QPen(table.colour("result"), 1))
        if aim.row is not None:
            box = self.entry_box(aim.row, 0)
            painter.drawRect(QRectF(bounds.left() - 1, box.top() - 1, bounds.width() + 1, pitch + 1))
        if aim.column is not None:
            box = self.entry_box(0, aim.column)
            painter.drawRect(QRectF(box.left() - 1, bounds.top() - 1, pitch + 1, bounds.height() + 1))


def paint_small(painter: QPainter, place: QRect, image: QImage) -> None:
    """A matrix as a picture, as large as it fits into the place."""
    size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    box = QRect(0, 0, size.width(), size.height())
    box.moveCenter(place.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, box.width() < image.width())
    painter.drawImage(box, image)
    painter.setPen(QPen(tokens().colour("control_line"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box.adjusted(-1, -1, 0, 0))
