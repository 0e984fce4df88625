"""Paints the marks of a drawing with Qt: on a widget, or into a picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from app.widgets.fonts import number_font, text_font
from engine.drawing import Drawing, Line, Mark, Rect, Words, colours

_DASH = (4.0, 3.0)


def paint_drawing(painter: QPainter, drawing: Drawing, dark: bool, part: QRectF | None = None) -> None:
    """Draw all marks, or those that reach into a part; the painter's unit is the drawing's pixel."""
    table = {name: QColor(colour) for name, colour in colours(dark).items()}
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    for mark in drawing.marks:
        if part is None or _bounds(mark).intersects(part):
            _paint(painter, mark, table)


def to_image(drawing: Drawing, dark: bool, scale: float = 2.0) -> QImage:
    """The drawing as a picture with so many pixels for each of its own."""
    image = QImage(round(drawing.width * scale), round(drawing.height * scale), QImage.Format.Format_RGB32)
    image.fill(QColor(colours(dark)["ground"]))
    painter = QPainter(image)
    painter.scale(scale, scale)
    paint_drawing(painter, drawing, dark)
    painter.end()
    return image


def _bounds(mark: Mark) -> QRectF:
    if isinstance(mark, Rect):
        return QRectF(mark.left, mark.top, mark.width, mark.height).adjusted(-1, -1, 1, 1)
    if isinstance(mark, Words):
        wide = len(mark.text) * mark.pixels
        return QRectF(mark.x - wide, mark.y - 2 * mark.pixels, 2 * wide, 3 * mark.pixels)
    xs, ys = [x for x, _ in mark.points], [y for _, y in mark.points]
    # A straight line has no area, and would meet nothing.
    return QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)).adjusted(-2, -2, 2, 2)


def _paint(painter: QPainter, mark: Mark, table: dict[str, QColor]) -> None:
    if isinstance(mark, Words):
        _write(painter, mark, table)
        return
    painter.setBrush(table[mark.fill] if mark.fill else Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(mark, table))
    if isinstance(mark, Rect):
        place = QRectF(mark.left, mark.top, mark.width, mark.height)
        painter.drawRoundedRect(place, mark.radius, mark.radius)
        return
    points = QPolygonF([QPointF(x, y) for x, y in mark.points])
    if mark.closed:
        painter.drawPolygon(points)
    else:
        painter.drawPolyline(points)


def _pen(mark: Rect | Line, table: dict[str, QColor]) -> QPen:
    if not mark.line:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(table[mark.line], mark.thick if isinstance(mark, Line) else 1.0)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if mark.dashed:
        pen.setDashPattern(list(_DASH))
    return pen


def _write(painter: QPainter, words: Words, table: dict[str, QColor]) -> None:
    weight = QFont.Weight.DemiBold if words.bold else QFont.Weight.Normal
    font = number_font(words.pixels, weight) if words.is_number else text_font(words.pixels, weight)
    painter.setFont(font)
    painter.setPen(table[words.colour])
    wide = QFontMetricsF(font).horizontalAdvance(words.text)
    shares = {"start": 0.0, "middle": 0.5, "end": 1.0}
    painter.drawText(QPointF(words.x - wide * shares[words.anchor], words.y), words.text)
