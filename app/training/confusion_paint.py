"""Paints a confusion matrix into a square of cells: colours, counts and names, as far as they can be read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from app.training.confusion_colours import Matrix, colour, image, levels, ramps
from app.widgets.colours import readable_on
from app.widgets.fonts import number_font, text_font
from app.widgets.tokens import Tokens

Cell = tuple[int, int]
Place = Callable[[Cell], QRectF]
LEAST_TEXT = 15
TITLE = 18
"""Room for the words "guessed" and "true" beside the names."""
_NAME_GAP = 6


def paint_cells(painter: QPainter, counts: Matrix, grid: QRect, place: Place, table: Tokens) -> None:
    """The cells, and their counts where they fit."""
    found, colours = levels(counts), ramps(table)
    painter.drawImage(grid, image(found, colours))
    if place((0, 0)).height() < LEAST_TEXT:
        return
    painter.setFont(number_font(11))
    metrics = painter.fontMetrics()
    for row, column in zip(*np.nonzero(counts), strict=True):
        cell = (int(row), int(column))
        text, where = str(int(counts[cell])), place(cell)
        if metrics.horizontalAdvance(text) <= where.width():
            painter.setPen(readable_on(colour(int(colours[found[cell]]))))
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)


def paint_names(painter: QPainter, names: list[str], grid: QRect, place: Place, table: Tokens) -> None:
    """Names of rows and columns; none where cells are too small for them."""
    painter.setFont(text_font(12))
    metrics = painter.fontMetrics()
    painter.setPen(table.colour("second"))
    small = place((0, 0)).height() < LEAST_TEXT
    for index, name in enumerate([] if small else names):
        cell = place((index, 0))
        left = QRectF(TITLE, cell.top(), grid.left() - TITLE - _NAME_GAP, cell.height())
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(left.width()))
        painter.drawText(left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        above = QRectF(place((0, index)).left(), TITLE - 2, cell.width(), grid.top() - TITLE + 2)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(cell.width()))
        painter.drawText(above, Qt.AlignmentFlag.AlignCenter, text)
    painter.setPen(table.colour("faint"))
    painter.drawText(QRect(grid.left(), 0, grid.width(), TITLE - 2), Qt.AlignmentFlag.AlignCenter, "guessed")
    painter.save()
    painter.translate(0, grid.bottom())
    painter.rotate(-90)
    painter.drawText(QRect(0, 0, grid.height(), TITLE - 2), Qt.AlignmentFlag.AlignCenter, "true")
    painter.restore()
