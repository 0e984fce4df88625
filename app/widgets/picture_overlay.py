"""Lines drawn over a picture in screen pixels, so that they are crisp at every zoom."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from app.widgets.tokens import tokens

GRID_FROM = 12.0  # logical pixels per cell at which the lines between cells appear
SMALLEST = 7.0  # an overlay is never drawn smaller than this, or it could not be seen
_GRID_COLOUR = QColor(128, 128, 128, 90)
_HALO = 1.0


class Overlay(NamedTuple):
    """A rectangle in cells, at (`row`, `column`) and `height` × `width` large. It may lie outside the picture."""

    row: float
    column: float
    height: float = 1.0
    width: float = 1.0
    role: str = "result"


class Mapping(NamedTuple):
    """From cells to logical pixels of the view: x = (column − `left`) · `zoom`, likewise for rows."""

    left: float
    top: float
    zoom: float
    ratio: float

    def point(self, row: float, column: float) -> QPointF:
        """Where the corner (`row`, `column`) lies, on a whole device pixel."""
        return QPointF(self.snap((column - self.left) * self.zoom), self.snap((row - self.top) * self.zoom))

    def snap(self, logical: float) -> float:
        """The nearest boundary of device pixels."""
        return math.floor(logical * self.ratio + 0.5) / self.ratio

    def rectangle(self, overlay: Overlay) -> QRectF:
        """The overlay's place on the view, enlarged around its centre if it would be too small to see."""
        top_left = self.point(overlay.row, overlay.column)
        rect = QRectF(top_left, self.point(overlay.row + overlay.height, overlay.column + overlay.width))
        grow_x, grow_y = (max(0.0, SMALLEST - side) / 2 for side in (rect.width(), rect.height()))
        grown = rect.adjusted(-grow_x, -grow_y, grow_x, grow_y)
        return QRectF(
            QPointF(self.snap(grown.left()), self.snap(grown.top())),
            QPointF(self.snap(grown.right()), self.snap(grown.bottom())),
        )


def outline(mapping: Mapping, overlays: Iterable[Overlay]) -> QRectF:
    """The part of the view that `overlays` paint on."""
    bounds = QRectF()
    for overlay in overlays:
        bounds = bounds.united(mapping.rectangle(overlay))
    return bounds.adjusted(-4, -4, 4, 4) if not bounds.isNull() else bounds


def paint_overlays(painter: QPainter, mapping: Mapping, overlays: Iterable[Overlay]) -> None:
    """Draw each overlay as a two-pixel frame around its cells, with a thin shade that shows it on any colour."""
    table = tokens()
    for overlay in overlays:
        rect = mapping.rectangle(overlay)
        _frame(painter, rect, 2.0 + _HALO, table.colour("shade"))
        _frame(painter, rect, 2.0, table.colour(overlay.role))


def _frame(painter: QPainter, inner: QRectF, thickness: float, colour: QColor) -> None:
    """Fill the ring of `thickness` around `inner`; fills are exact where pens round."""
    outer = inner.adjusted(-thickness, -thickness, thickness, thickness)
    painter.fillRect(QRectF(outer.topLeft(), QPointF(outer.right(), inner.top())), colour)
    painter.fillRect(QRectF(QPointF(outer.left(), inner.bottom()), outer.bottomRight()), colour)
    painter.fillRect(QRectF(QPointF(outer.left(), inner.top()), inner.bottomLeft()), colour)
    painter.fillRect(QRectF(inner.topRight(), QPointF(outer.right(), inner.bottom())), colour)


def paint_grid(painter: QPainter, mapping: Mapping, seen: QRectF, height: int, width: int) -> None:
    """Draw the lines between cells where cells are large enough; `seen` is the visible part, in cells."""
    if mapping.zoom < GRID_FROM:
        return
    left, right = max(0, math.floor(seen.left())), min(width, math.ceil(seen.right()))
    top, bottom = max(0, math.floor(seen.top())), min(height, math.ceil(seen.bottom()))
    half = 0.5 / mapping.ratio  # the middle of a device pixel
    lines = []
    for column in range(left, right + 1):
        start, end = mapping.point(top, column), mapping.point(bottom, column)
        lines.append(QLineF(start.x() + half, start.y(), end.x() + half, end.y()))
    for row in range(top, bottom + 1):
        start, end = mapping.point(row, left), mapping.point(row, right)
        lines.append(QLineF(start.x(), start.y() + half, end.x(), end.y() + half))
    painter.setPen(QPen(_GRID_COLOUR, 0))
    painter.drawLines(lines)
