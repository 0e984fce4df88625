"""Paints the figures of a layer: a histogram, the ratios of its steps, the share of its dead outputs."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app.training.layer_rows import BOTTOM, COLUMNS, GOOD, TOP, LayerRow, height_of
from app.widgets.fonts import number_font, text_font
from app.widgets.number_text import shown
from app.widgets.tokens import Tokens
from engine.spec.events import Histogram

FOOT = 13
"""Room below a plot for the ends of its range."""
HEADS = (*COLUMNS, "step ÷ weights", "dead")
MOST_POINTS = 200
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def paint_heads(painter: QPainter, boxes: list[QRectF], height: int, table: Tokens) -> None:
    """The names of the columns."""
    painter.setFont(text_font(11))
    painter.setPen(table.colour("second"))
    for box, words in zip(boxes, HEADS, strict=True):
        cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, round(box.width()))
        painter.drawText(QRectF(box.left(), 0, box.width() + 2, height), _LEFT | _MIDDLE, cut)


def paint_name(painter: QPainter, name: str, box: QRectF, table: Tokens) -> None:
    """The path of a layer."""
    painter.setFont(text_font(12))
    painter.setPen(table.colour("text"))
    cut = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, round(box.width()))
    painter.drawText(box.adjusted(0, 0, 0, -FOOT), _LEFT | _MIDDLE, cut)


def paint_histogram(painter: QPainter, found: Histogram | None, box: QRectF, marked: int | None, table: Tokens) -> None:
    """Bars as high as the logarithms of counts, blue below zero and orange above; the range under them."""
    plot = box.adjusted(0, 0, 0, -FOOT)
    painter.fillRect(plot, table.colour("canvas"))
    if found is None or not any(found.counts):
        _foot(painter, box, "no numbers" if found is None or not found.odd else "not finite", "", table)
        return
    most, wide = math.log1p(max(found.counts)), plot.width() / len(found.counts)
    step = (found.high - found.low) / len(found.counts)
    if marked is not None:
        painter.fillRect(QRectF(plot.left() + marked * wide, plot.top(), wide, plot.height()), table.colour("hover"))
    for place, count in enumerate(found.counts):
        high = math.log1p(count) / most * (plot.height() - 2)
        bar = QRectF(plot.left() + place * wide, plot.bottom() - high, wide, high)
        role = "negative" if found.low + (place + 0.5) * step < 0 else "positive"
        painter.fillRect(bar, table.colour(role))
    if found.low < 0 < found.high:
        zero = plot.left() - found.low / (found.high - found.low) * plot.width()
        painter.fillRect(QRectF(zero, plot.top(), 1, plot.height()), table.colour("second"))
    _foot(painter, box, shown(found.low, 2), shown(found.high, 2), table)


def paint_ratios(painter: QPainter, row: LayerRow, box: QRectF, table: Tokens) -> None:
    """The ratios over the steps on a logarithmic axis, the usual ones as a band; the newest under them."""
    plot = box.adjusted(0, 0, 0, -FOOT)
    painter.fillRect(plot, table.colour("canvas"))
    top, bottom = (plot.bottom() - height_of(ratio) * plot.height() for ratio in (GOOD[1], GOOD[0]))
    band = table.colour("ok")
    band.setAlpha(60)
    painter.fillRect(QRectF(plot.left(), top, plot.width(), bottom - top), band)
    drawn = row.history.drawn(MOST_POINTS)
    if len(drawn.x):
        first, last = float(drawn.x[0]), float(drawn.x[-1])
        across = plot.width() / max(last - first, 1.0)
        points = [
            QPointF(plot.left() + (x - first) * across, plot.bottom() - height_of(y) * plot.height())
            for x, y in zip(drawn.x.tolist(), drawn.y.tolist(), strict=True)
        ]
        painter.setPen(QPen(table.colour("accent"), 1.5))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(table.colour("accent"))
        painter.drawEllipse(points[-1], 2.5, 2.5)
    _foot(painter, box, shown(row.ratio, 2) if row.ratio else "still", "", table)
    painter.setPen(table.colour("faint"))
    painter.setFont(number_font(9))
    for ratio, flag in ((TOP, Qt.AlignmentFlag.AlignTop), (BOTTOM, Qt.AlignmentFlag.AlignBottom)):
        painter.drawText(plot.adjusted(2, 0, -2, 0), _RIGHT | flag, shown(ratio, 1))


def paint_dead(painter: QPainter, share: float, box: QRectF, table: Tokens) -> None:
    """The share in percent, and as a bar."""
    plot = box.adjusted(0, 0, -8, -FOOT)
    painter.setFont(number_font(12))
    painter.setPen(table.colour("problem" if share > 0 else "second"))
    painter.drawText(plot, _LEFT | _MIDDLE, f"{100 * share:.2g} %" if share < 0.0995 else f"{100 * share:.0f} %")
    track = QRectF(box.left(), box.bottom() - FOOT + 2, box.width() - 8, 4)
    painter.fillRect(track, table.colour("raised"))
    painter.fillRect(QRectF(track.left(), track.top(), track.width() * share, 4), table.colour("problem"))


def _foot(painter: QPainter, box: QRectF, left: str, right: str, table: Tokens) -> None:
    painter.setFont(number_font(10))
    painter.setPen(table.colour("second"))
    foot = QRectF(box.left(), box.bottom() - FOOT, box.width(), FOOT)
    painter.drawText(foot, _LEFT | _MIDDLE, left)
    painter.drawText(foot, _RIGHT | _MIDDLE, right)
