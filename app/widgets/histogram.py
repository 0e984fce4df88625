"""A histogram: how many cells have which value, one bar a bin, one layer a channel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.widgets.fonts import number_font
from app.widgets.number_text import shown
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe, tip_text
from app.widgets.tokens import Tokens, tokens

HEIGHT = 92
_SIDE, _TOP, _BOTTOM = 12, 18, 20
_USUAL, _TALLER = 0.95, 2
"""Where heights are counts, bars more than twice as high as nearly all others are cut: one would flatten the rest."""
_MOVES: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_NAMES = ("R", "G", "B")
_LAYERS = {
    "dark": (QColor(240, 90, 80), QColor(70, 190, 100), QColor(80, 140, 250)),
    "light": (QColor(215, 50, 40), QColor(20, 140, 60), QColor(40, 90, 220)),
}


class Counted(NamedTuple):
    """What is drawn: cells a bin between `low` and `high`, for one channel or for red, green and blue."""

    low: float
    high: float
    channels: tuple[tuple[int, ...], ...]
    bad_cells: int = 0

    @property
    def bins(self) -> int:
        """How many there are."""
        return len(self.channels[0])

    def edges(self, place: int) -> tuple[float, float]:
        """The values between which a bin lies."""
        step = (self.high - self.low) / self.bins
        return self.low + place * step, self.low + (place + 1) * step


class Colouring(NamedTuple):
    """The range of values that some colours are spread over; values beyond it have those of its ends."""

    colours: tuple[QColor, ...]
    low: float
    high: float

    def of(self, value: float) -> QColor:
        """The colour of a value."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        last = len(self.colours) - 1
        return self.colours[min(max(round(share * last), 0), last)]


class HistogramView(PaintedWidget):
    """Bars as high as the logarithm of the count, or as the count itself; the bin under the cursor is told.

    Where heights are counts, a bar that is far higher than the others is cut, and has a notch.

    The arrow keys go from bin to bin; Space and a click change between the two heights.
    """

    def __init__(self, name: str, tip: str, unit: str = "cells", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tip, self._unit = name, tip, unit
        self._counted: Counted | None = None
        self._colouring: Colouring | None = None
        self._logarithmic = True
        self._bin: int | None = None
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        describe(self, name, tip)

    def set_counts(self, counted: Counted | None) -> None:
        """Show these; None shows an empty plot."""
        self._counted = counted
        if counted is not None and self._bin is not None:
            self._bin = min(self._bin, counted.bins - 1)
        self.update()

    def counts(self) -> Counted | None:
        """What is shown."""
        return self._counted

    def set_colouring(self, colouring: Colouring | None) -> None:
        """Paint each bar in the colour of its values, and mark the range's ends."""
        if colouring != self._colouring:
            self._colouring = colouring
            self.update()

    def is_logarithmic(self) -> bool:
        """Whether heights are logarithms."""
        return self._logarithmic

    def set_logarithmic(self, on: bool) -> None:
        """Draw logarithms, so that rare values are seen, or the counts themselves."""
        if on != self._logarithmic:
            self._logarithmic = on
            self.update()

    def bin_text(self, place: int) -> str:
        """A bin in words: its values, and how many cells have them."""
        counted = self._counted
        if counted is None:
            return ""
        low, high = counted.edges(place)
        total = max(sum(counted.channels[0]), 1)
        counts = [channel[place] for channel in counted.channels]
        if len(counts) == 1:
            words = f"{counts[0]:,} {self._unit} ({100 * counts[0] / total:.2g} %)"
        else:
            words = ", ".join(f"{name} {count:,}" for name, count in zip(_NAMES, counts, strict=True))
        return f"{shown(low, 4)} to {shown(high, 4)}: {words}"

    def plot_rectangle(self) -> QRect:
        """Where the bars are."""
        return self.rect().adjusted(_SIDE, _TOP, -_SIDE, -_BOTTOM)

    def bin_at(self, x: int) -> int | None:
        """The bin at a place of the widget."""
        area, counted = self.plot_rectangle(), self._counted
        if counted is None or not area.left() <= x <= area.right():
            return None
        return min((x - area.left()) * counted.bins // area.width(), counted.bins - 1)

    def x_of(self, value: float) -> float:
        """Where on the widget a value lies."""
        area, counted = QRectF(self.plot_rectangle()), self._counted
        assert counted is not None
        return area.left() + (value - counted.low) / (counted.high - counted.low) * area.width()

    def sizeHint(self) -> QSize:
        """As wide as it may be."""
        return QSize(240, HEIGHT)

    # Keys and mouse.

    def _mark(self, place: int | None, at: QPoint | None = None) -> None:
        if place != self._bin:
            self._bin = place
            self.update()
        if place is None:
            self.setAccessibleDescription(self._tip)
            return
        self.setAccessibleDescription(self.bin_text(place))
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, self.bin_text(place)))
        if at is not None:
            QToolTip.showText(at, tip_text(self.bin_text(place)), self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As the class says."""
        key, counted = event.key(), self._counted
        if key in _MOVES and counted is not None:
            start = counted.bins // 2 if self._bin is None else self._bin + _MOVES[key]
            place = min(max(start, 0), counted.bins - 1)
            spot = QPoint(round(self.x_of(sum(counted.edges(place)) / 2)), 0)
            self._mark(place, self.mapToGlobal(spot))
        elif key == Qt.Key.Key_Space:
            self._change_scale()
        else:
            event.ignore()

    def _change_scale(self) -> None:
        self.set_logarithmic(not self._logarithmic)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the bin under the cursor."""
        self._mark(self.bin_at(round(event.position().x())), event.globalPosition().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The other heights."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._change_scale()

    def leaveEvent(self, event: QEvent) -> None:
        """No bin is under the cursor."""
        self._mark(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        self._mark(None)
        self.update()

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars, ends of the colours, and the values at both ends."""
        painter, table, area = QPainter(self), tokens(), self.plot_rectangle()
        painter.fillRect(QRect(area.left(), area.bottom() + 1, area.width(), 1), table.colour("control_line"))
        painter.setFont(number_font(11))
        if self._counted is not None:
            self._paint_bars(painter, self._counted, area, table)
            self._paint_ends(painter, self._counted, area, table)
        if self.hasFocus():
            painter.setPen(QPen(table.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _paint_bars(self, painter: QPainter, counted: Counted, area: QRect, table: Tokens) -> None:
        most = self._most(counted)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._bin is not None:
            left, right = _ends(self._bin, counted.bins, area)
            painter.fillRect(QRectF(left, area.top(), max(right - left, 1), area.height()), table.colour("hover"))
        if len(counted.channels) == 1:
            self._paint_one(painter, counted, area, most, table)
            return
        dark = table.name == "dark"
        modes = QPainter.CompositionMode
        painter.setCompositionMode(modes.CompositionMode_Screen if dark else modes.CompositionMode_Multiply)
        for channel, colour in zip(counted.channels, _LAYERS[table.name], strict=True):
            painter.setBrush(QColor(colour.red(), colour.green(), colour.blue(), 150))
            painter.drawPolygon(self._outline(channel, area, most))
        painter.setCompositionMode(modes.CompositionMode_SourceOver)

    def _paint_one(self, painter: QPainter, counted: Counted, area: QRect, most: int, table: Tokens) -> None:
        for place, count in enumerate(counted.channels[0]):
            height = self._height(count, most, area.height())
            if height:
                left, right = _ends(place, counted.bins, area)
                painter.fillRect(
                    QRectF(left, area.bottom() + 1 - height, right - left, height), self._colour(place, counted, table)
                )
                if count > most:
                    painter.fillRect(QRectF(left, area.top() + 4, right - left, 2), table.colour("panel"))
        if self._colouring is not None:
            # Bars of the neutral middle would not be seen on the panel.
            painter.setPen(QPen(table.colour("second"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(self._outline(counted.channels[0], area, most))

    def _colour(self, place: int, counted: Counted, table: Tokens) -> QColor:
        if self._colouring is None:
            return table.colour("second")
        return self._colouring.of(sum(counted.edges(place)) / 2)

    def _outline(self, channel: Sequence[int], area: QRect, most: int) -> QPolygonF:
        floor = area.bottom() + 1
        points = [QPointF(area.left(), floor)]
        for place, count in enumerate(channel):
            y = floor - self._height(count, most, area.height())
            points += [QPointF(x, y) for x in _ends(place, len(channel), area)]
        return QPolygonF([*points, QPointF(area.right() + 1, floor)])

    def _most(self, counted: Counted) -> int:
        """The count that is as high as the plot."""
        whole = sorted(count for channel in counted.channels for count in channel)
        usual = whole[int(_USUAL * (len(whole) - 1))]
        return whole[-1] if self._logarithmic or not usual else min(whole[-1], _TALLER * usual)

    def _height(self, count: int, most: int, room: int) -> float:
        if not count:
            return 0.0
        share = math.log1p(count) / math.log1p(most) if self._logarithmic else min(count / most, 1.0)
        return max(share * room, 1.0)

    def _paint_ends(self, painter: QPainter, counted: Counted, area: QRect, table: Tokens) -> None:
        if self._colouring is not None:
            for value in (self._colouring.low, self._colouring.high):
                if counted.low < value < counted.high:
                    painter.fillRect(
                        QRectF(round(self.x_of(value)), area.top() - 4, 1, area.height() + 8), table.colour("text")
                    )
        if counted.low < 0 < counted.high:
            painter.fillRect(QRectF(round(self.x_of(0)), area.bottom() + 1, 1, 4), table.colour("second"))
        below = QRect(area.left(), area.bottom() + 4, area.width(), _BOTTOM - 4)
        painter.setPen(table.colour("second"))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, shown(counted.low, 3))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, shown(counted.high, 3))
        above = QRect(area.left(), 2, area.width(), _TOP - 2)
        painter.setPen(table.colour("faint"))
        painter.drawText(above, Qt.AlignmentFlag.AlignLeft, "log count" if self._logarithmic else "count")
        if counted.bad_cells:
            painter.setPen(table.colour("problem"))
            words = f"{counted.bad_cells:,} not finite"
            text = QFontMetrics(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, area.width() // 2)
            painter.drawText(above, Qt.AlignmentFlag.AlignRight, text)


def _ends(place: int, bins: int, area: QRect) -> tuple[int, int]:
    """The whole pixels between which a bar lies, so that none is blurred and none overlaps the next."""
    step = area.width() / bins
    return area.left() + round(place * step), area.left() + round((place + 1) * step)
