"""Rectangles drawn over a picture in screen pixels, so that they are crisp at every zoom."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from app.widgets.tokens import tokens

SMALLEST = 7.0  # a frame is never drawn smaller than this, or it could not be seen
_HALO = 1.0
_HATCH_VEIL, _HATCH_LINE = 90, 150  # of 255
Style = Literal["frame", "thin", "hatch"]


class Overlay(NamedTuple):
    """A rectangle in cells, at (`row`, `column`) and `height` × `width` large. It may lie outside the picture."""

    row: float
    column: float
    height: float = 1.0
    width: float = 1.0
    role: str = "result"
    style: Style = "frame"


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
        if overlay.style == "hatch":
            return rect
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
    """Draw each overlay as a two-pixel frame around its cells, with a thin shade that shows it on any colour.

    "thin" is a frame of one pixel; "hatch" fills the cells instead, for what is no part of the picture.
    """
    table = tokens()
    for overlay in overlays:
        rect = mapping.rectangle(overlay)
        if overlay.style == "hatch":
            hatch(painter, rect, table.colour(overlay.role), table.colour("shade"))
            continue
        thickness = 1.0 if overlay.style == "thin" else 2.0
        _frame(painter, rect, thickness + _HALO, table.colour("shade"))
        _frame(painter, rect, thickness, table.colour(overlay.role))


def hatch(painter: QPainter, rect: QRectF, colour: QColor, veil: QColor) -> None:
    """Fill `rect` with slanted lines over a half transparent `veil`."""
    veil.setAlpha(_HATCH_VEIL)
    colour.setAlpha(_HATCH_LINE)
    painter.fillRect(rect, veil)
    painter.fillRect(rect, QBrush(colour, Qt.BrushStyle.BDiagPattern))


def _frame(painter: QPainter, inner: QRectF, thickness: float, colour: QColor) -> None:
    """Fill the ring of `thickness` around `inner`; fills are exact where pens round."""
    outer = inner.adjusted(-thickness, -thickness, thickness, thickness)
    painter.fillRect(QRectF(outer.topLeft(), QPointF(outer.right(), inner.top())), colour)
    painter.fillRect(QRectF(QPointF(outer.left(), inner.bottom()), outer.bottomRight()), colour)
    painter.fillRect(QRectF(QPointF(outer.left(), inner.top()), inner.bottomLeft()), colour)
    painter.fillRect(QRectF(inner.topRight(), QPointF(outer.right(), inner.bottom())), colour)
