"""Paints the lines of the list of layers."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen

from app.network.cards import UNKNOWN, Card
from app.network.list_layout import HEAD, ONE_LINE, PAD, problem_font
from app.widgets.fonts import number_font, text_font, title_font
from app.widgets.icons import draw_icon
from app.widgets.number_field import draw_chevron
from app.widgets.tokens import CONTROL_RADIUS, Tokens

_ICON = 14
_FOLD = 16
"""Room for the arrow that opens and closes a block."""
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_MIDDLE, _TOP = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignTop


class State(NamedTuple):
    """How a card stands out."""

    chosen: bool = False
    focused: bool = False
    hovered: bool = False
    lifted: bool = False
    """It is being dragged elsewhere."""


def fold_rect(rect: QRect) -> QRect:
    """Where a block's arrow is."""
    return QRect(rect.left(), rect.top(), _FOLD + PAD, ONE_LINE)


def paint_card(painter: QPainter, card: Card, rect: QRect, state: State, table: Tokens) -> None:
    """Draw one line of the list."""
    if card.row.kind == "part":
        _paint_part(painter, card, rect, table)
        return
    _paint_frame(painter, card, rect, state, table)
    painter.setOpacity(0.35 if state.lifted else 1.0)
    inner = rect.adjusted(PAD, 0, -PAD, 0)
    first = QRect(inner.left(), rect.top(), inner.width(), _first_height(card))
    if card.closed is not None:
        _paint_fold(painter, card, first, table)
        first.setLeft(first.left() + _FOLD)
    _paint_title(painter, card, first, table)
    if card.problem:
        painter.setFont(problem_font())
        painter.setPen(table.colour("text"))
        words = QRect(inner.left(), rect.top() + HEAD, inner.width(), rect.height() - HEAD)
        painter.drawText(words, Qt.TextFlag.TextWordWrap | _LEFT, card.problem)
    elif card.lines == 2 and card.row.kind != "input":
        below = QRect(inner.left(), first.bottom(), inner.width(), rect.bottom() - first.bottom() - 3)
        _paint_second(painter, card, below, table)
    painter.setOpacity(1.0)


def _first_height(card: Card) -> int:
    return ONE_LINE if card.lines == 1 and not card.problem else HEAD


def _paint_frame(painter: QPainter, card: Card, rect: QRect, state: State, table: Tokens) -> None:
    fill, line = "panel", "line"
    if card.problem:
        fill, line = "problem_fill", "problem"
    if state.hovered:
        fill = "problem_fill" if card.problem else "raised"
    if state.chosen:
        fill, line = fill if card.problem else "accent_soft", "accent"
    thick = 2 if state.focused else 1
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(table.colour(fill))
    pen = QPen(table.colour(line), thick)
    if card.off:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    inset = thick / 2
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), CONTROL_RADIUS, CONTROL_RADIUS)


def _paint_fold(painter: QPainter, card: Card, first: QRect, table: Tokens) -> None:
    painter.save()
    painter.setPen(QPen(table.colour("second"), 1.5))
    painter.translate(first.left() + 4, first.center().y() + 1)
    painter.rotate(-90 if card.closed else 0)
    draw_chevron(painter, QPoint(0, 0), 1, 4)
    painter.restore()


def _paint_title(painter: QPainter, card: Card, first: QRect, table: Tokens) -> None:
    shape = "off" if card.off else card.shape
    painter.setFont(number_font(12))
    known = shape not in (UNKNOWN, "off")
    painter.setPen(table.colour("result" if known else "faint"))
    painter.drawText(first, _RIGHT | _MIDDLE, shape)
    right = first.right() - painter.fontMetrics().horizontalAdvance(shape) - 8
    if card.row.kind == "input":
        painter.setFont(text_font(11))
        painter.setPen(table.colour("faint"))
        painter.drawText(first, _RIGHT | _MIDDLE, card.detail)
    if card.warning:
        draw_icon(painter, "warning", QPoint(right - _ICON // 2, first.center().y()), _ICON, "result")
        right -= _ICON + 6
    painter.setFont(text_font(13, QFont.Weight.DemiBold))
    painter.setPen(table.colour("faint" if card.off else "text"))
    title = painter.fontMetrics().elidedText(card.title, Qt.TextElideMode.ElideRight, right - first.left())
    painter.drawText(first, _LEFT | _MIDDLE, title)
    left = first.left() + painter.fontMetrics().horizontalAdvance(title) + 7
    painter.setFont(text_font(11))
    painter.setPen(table.colour("faint"))
    name = painter.fontMetrics().elidedText(card.name, Qt.TextElideMode.ElideRight, max(right - left, 0))
    painter.drawText(QRect(left, first.top() + 1, max(right - left, 0), first.height()), _LEFT | _MIDDLE, name)


def _paint_second(painter: QPainter, card: Card, below: QRect, table: Tokens) -> None:
    painter.setPen(table.colour("faint" if card.off else "second"))
    if not card.detail:
        painter.setFont(text_font(12))
        painter.drawText(below.adjusted(0, -1, 0, 0), _LEFT | _TOP, f"{card.parameters} parameters")
        return
    painter.setFont(number_font(11))
    painter.drawText(below, _RIGHT | _TOP, card.parameters)
    taken = painter.fontMetrics().horizontalAdvance(card.parameters) + 8
    painter.setFont(text_font(12))
    room = below.adjusted(0, -1, -taken, 0)
    text = painter.fontMetrics().elidedText(card.detail, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, _LEFT | _TOP, text)


def _paint_part(painter: QPainter, card: Card, rect: QRect, table: Tokens) -> None:
    painter.setFont(title_font())
    painter.setPen(table.colour("second"))
    painter.drawText(rect, _LEFT | _MIDDLE, card.title)
    left = painter.fontMetrics().horizontalAdvance(card.title.upper()) + 10
    painter.setFont(text_font(11))
    painter.setPen(table.colour("faint"))
    painter.drawText(rect.adjusted(left, 0, 0, 0), _LEFT | _MIDDLE, card.detail)
    draw_icon(painter, "plus", part_plus(rect).center(), 12, "second")


def part_plus(rect: QRect) -> QRect:
    """Where the sign is that adds a layer to a list."""
    return QRect(rect.right() - 24, rect.top(), 24, rect.height())


def paint_gap(painter: QPainter, left: int, right: int, y: int, table: Tokens) -> None:
    """Draw the line where a dragged card would come."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(table.colour("accent"), 2))
    painter.setBrush(table.colour("accent"))
    painter.drawLine(left + 4, y, right, y)
    painter.drawEllipse(QRectF(left, y - 3, 6, 6))
