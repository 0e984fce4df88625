"""Paints the chips of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from app.widgets.number_field import draw_chevron
from app.widgets.tokens import CONTROL_RADIUS, Tokens

if TYPE_CHECKING:
    from app.widgets.chips import Chip

_PAD, _OPENER = 9, 14
_NUMBER_ONLY = 34
_FADED = 0.35


class ChipState(NamedTuple):
    """How a chip stands out."""

    chosen: bool = False
    hover: bool = False
    focused: bool = False
    lifted: bool = False


def paint_chip(painter: QPainter, number: int, chip: Chip, rect: QRect, state: ChipState, table: Tokens) -> None:
    """Draw one chip: its number, then its label as far as there is room."""
    painter.save()
    if state.lifted:
        painter.setOpacity(_FADED)
    _paint_box(painter, chip, rect, state, table)
    inner = rect.adjusted(_PAD, 0, -_PAD - (_OPENER if state.chosen else 0), 0)
    if state.chosen:
        painter.setPen(QPen(table.colour("second"), 1.3))
        draw_chevron(painter, QPoint(rect.right() - 10, rect.center().y() + 1), 1)
    digits = str(number)
    metrics = QFontMetrics(painter.font())
    if rect.width() < _NUMBER_ONLY:
        painter.setPen(_ink(chip, state, table))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, digits)
    else:
        painter.setPen(table.colour("second" if not chip.idle else "faint"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, digits)
        inner.setLeft(inner.left() + metrics.horizontalAdvance(f"{digits} "))
        painter.setPen(_ink(chip, state, table))
        text = metrics.elidedText(chip.label, Qt.TextElideMode.ElideRight, inner.width() + 1)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, text)
    painter.restore()


def _paint_box(painter: QPainter, chip: Chip, rect: QRect, state: ChipState, table: Tokens) -> None:
    line, fill, width = table.colour("control_line"), table.colour("raised"), 1
    if chip.idle:
        line, fill = table.colour("line"), QColor(Qt.GlobalColor.transparent)
    if state.hover:
        fill = table.colour("hover")
    if state.chosen:
        line, fill = table.colour("accent"), table.colour("accent_soft")
    if chip.problem:
        line, fill = table.colour("problem"), table.colour("problem_fill")
    if state.focused:
        line, width = table.colour("accent"), 2
    half = width / 2
    painter.setPen(QPen(line, width))
    painter.setBrush(fill)
    painter.drawRoundedRect(QRectF(rect).adjusted(half, half, -half, -half), CONTROL_RADIUS, CONTROL_RADIUS)


def _ink(chip: Chip, state: ChipState, table: Tokens) -> QColor:
    if chip.problem:
        return table.colour("problem")
    if state.chosen or not chip.idle:
        return table.colour("text")
    return table.colour("second")


def paint_arrow(painter: QPainter, left: int, following: QRect, idle: bool, table: Tokens) -> None:
    """Draw the arrow from one chip to the next."""
    y, x = following.center().y() + 0.5, (left + following.left()) / 2
    painter.setPen(QPen(table.colour("line" if idle else "faint"), 1.4))
    painter.drawPolyline([QPointF(x - 1.6, y - 3.6), QPointF(x + 1.6, y), QPointF(x - 1.6, y + 3.6)])


def paint_gap(painter: QPainter, x: int, table: Tokens) -> None:
    """Draw where the chip in the hand would come to lie."""
    painter.fillRect(QRect(x, 2, 2, painter.device().height() - 4), table.colour("accent"))
