"""Paints a kernel: colours by sign and size, numbers where they fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from app.widgets.colours import readable_on, signed_colour
from app.widgets.fonts import number_font
from app.widgets.kernel_layout import Cell, KernelLayout
from app.widgets.number_text import compact
from app.widgets.picture_overlay import hatch
from app.widgets.tokens import Tokens

Weights = tuple[tuple[float, ...], ...]
Note = Literal["met", "padding", "idle"]
"""What is said of a cell: it meets a cell of the picture, or one of the padding; or it has no part in what is shown."""
# Font sizes in pixels, largest first; the zero before the point goes before the figures become small.
_TRIES = tuple((pixels, False) for pixels in range(15, 10, -1)) + tuple((pixels, True) for pixels in range(15, 8, -1))
_GOOD_DIGITS = 3
_VEIL = 190  # of 255
_WIDE = 16  # pixels of a cell that has room for a line of two
_DOT = 5.0
_ENOUGH = 0.9  # a grid with numbers in only some of its cells reads like a riddle


class CellLook(NamedTuple):
    """How one cell is drawn."""

    fill: QColor
    ink: QColor
    text: str | None


class KernelLook(NamedTuple):
    """How all cells of one kernel are drawn at one size."""

    font: QFont
    cells: dict[float, CellLook]


def look_of(weights: Weights, layout: KernelLayout, table: Tokens) -> KernelLook:
    """Choose colours, and the largest font in which every number fits its cell."""
    values = {value for row in weights for value in row}
    peak = max(map(abs, values))
    pixels, texts = _texts(values, layout)
    cells = {value: _cell_look(value, peak, texts[value], table) for value in values}
    return KernelLook(number_font(pixels), cells)


def _texts(values: set[float], layout: KernelLayout) -> tuple[int, dict[float, str | None]]:
    """(font size in pixels, the text of each number): no texts at all if too few of them fit."""
    padding = 6 if layout.width >= 28 else 2
    texts: dict[float, str | None] = {}
    for pixels, bare in _TRIES:
        metrics = QFontMetricsF(number_font(pixels))
        room = int((layout.width - padding) / metrics.horizontalAdvance("0"))
        if room < 1 or metrics.capHeight() + 4 > layout.height:
            continue
        if all(compact(value, room, bare, least=_GOOD_DIGITS) is not None for value in values):
            return pixels, {value: compact(value, room, bare) for value in values}
        texts = {value: compact(value, room, bare) for value in values}
    fitting = sum(text is not None for text in texts.values())
    return _TRIES[-1][0], texts if fitting >= _ENOUGH * len(values) else dict.fromkeys(values)


def _cell_look(value: float, peak: float, text: str | None, table: Tokens) -> CellLook:
    fill = signed_colour(value, peak, table)
    return CellLook(fill, table.colour("second") if value == 0 else readable_on(fill), text)


def paint_kernel(painter: QPainter, weights: Weights, layout: KernelLayout, look: KernelLook) -> None:
    """Draw every cell."""
    painter.setFont(look.font)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = 4 if layout.gap >= 4 else 2 if layout.gap >= 2 else 0
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius > 0)
    for row, numbers in enumerate(weights):
        for column, value in enumerate(numbers):
            _paint_cell(painter, layout.rectangle(row, column), look.cells[value], radius)


def _paint_cell(painter: QPainter, rect: QRect, cell: CellLook, radius: int) -> None:
    if not radius:
        painter.fillRect(rect, cell.fill)
    else:
        painter.setBrush(cell.fill)
        painter.drawRoundedRect(rect, radius, radius)
    if cell.text is not None:
        painter.setPen(cell.ink)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, cell.text)
        painter.setPen(Qt.PenStyle.NoPen)


def paint_mark(painter: QPainter, layout: KernelLayout, cell: Cell, colour: QColor, background: QColor) -> None:
    """Draw a ring around one cell, set off from the cells by a line of the background."""
    rect = QRectF(layout.rectangle(*cell))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(background, 4))
    painter.drawRoundedRect(rect.adjusted(-1, -1, 1, 1), 5, 5)
    painter.setPen(QPen(colour, 2))
    painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), 5, 5)


def paint_notes(painter: QPainter, layout: KernelLayout, notes: Mapping[Cell, Note], table: Tokens) -> None:
    """Draw a line within the cells that are met, hatch those on padding, and veil those without a part."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    veil = table.colour("panel")
    veil.setAlpha(_VEIL)
    for (row, column), note in notes.items():
        if row >= layout.rows or column >= layout.columns:
            continue
        rect = layout.rectangle(row, column)
        if note == "idle":
            painter.fillRect(rect, veil)
            continue
        if note == "padding":
            hatch(painter, QRectF(rect), table.colour("result"), table.colour("shade"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        thickness = 2 if rect.width() >= _WIDE else 1
        painter.setPen(QPen(table.colour("result"), thickness))
        painter.drawRect(rect.adjusted(thickness // 2, thickness // 2, -1, -1))


def paint_axes(painter: QPainter, layout: KernelLayout, axes: str, colour: QColor) -> None:
    """Draw what a kernel is mirrored about: | and - and \\ and / are lines through its middle, o is the middle."""
    bounds, middle = QRectF(layout.bounds()), QRectF(layout.bounds()).center()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.2, Qt.PenStyle.DashLine))
    ends = {
        "|": (QPointF(middle.x(), bounds.top()), QPointF(middle.x(), bounds.bottom())),
        "-": (QPointF(bounds.left(), middle.y()), QPointF(bounds.right(), middle.y())),
        "\\": (bounds.topLeft(), bounds.bottomRight()),
        "/": (bounds.topRight(), bounds.bottomLeft()),
    }
    for axis in axes:
        if axis in ends:
            painter.drawLine(*ends[axis])
    if "o" in axes:
        painter.setPen(QPen(colour, 1.6))
        painter.drawEllipse(middle, _DOT, _DOT)
