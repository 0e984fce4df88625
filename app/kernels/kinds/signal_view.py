"""A signal as a line, its samples as dots where there is room, and the cells that are marked on it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QSizePolicy

from app.widgets.fonts import number_font, text_font
from app.widgets.number_text import shown
from app.widgets.picture_overlay import hatch
from app.widgets.tips import describe
from app.widgets.tokens import Tokens, tokens
from engine.protocol import Line

LEFT, RIGHT, TOP, BOTTOM = 56, 14, 12, 22
DOT_FROM = 5.0
"""Pixels from sample to sample at which they become dots."""
_RADIUS, _BAND = 2.5, 60


class Marks(NamedTuple):
    """Cells that are marked: the one that is looked at, and those that it meets; -1 for none."""

    cell: int = -1
    met: tuple[int, ...] = ()
    alike: tuple[int, ...] = ()
    """Cells that use the same kernel."""


class SignalView(QFrame):
    """Shows one channel. A click says which cell was meant."""

    clicked = Signal(int)

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self._values: NDArray[np.float64] = np.zeros((0, 2))
        self._count, self._every = 0, 1
        self._before, self._after = 0, 0
        self._marks = Marks()
        self._placeholder = ""
        self._name, self._tip = name, tip
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(80)
        describe(self, name, tip)

    def set_line(self, line: Line) -> None:
        """Show a signal."""
        numbers = np.frombuffer(line.values, np.float32).astype(np.float64)
        self._values = np.repeat(numbers, 2).reshape(-1, 2) if line.every == 1 else numbers.reshape(-1, 2)
        self._count, self._every, self._placeholder = line.count, line.every, ""
        low, high = self.ends()
        words = f"{self._count} samples from {shown(low, 3)} to {shown(high, 3)}."
        self.setAccessibleDescription(f"{words} {self._tip}")
        self.update()

    def show_nothing(self, reason: str) -> None:
        """There is no signal; say why."""
        self._values, self._count, self._placeholder, self._marks = np.zeros((0, 2)), 0, reason, Marks()
        self.update()

    def set_around(self, before: int, after: int) -> None:
        """How many cells of padding there are at both ends."""
        self._before, self._after = before, after
        self.update()

    def set_marks(self, marks: Marks) -> None:
        """Mark these cells, and no others."""
        if marks != self._marks:
            self._marks = marks
            self.update()

    def marks(self) -> Marks:
        """What is marked."""
        return self._marks

    @property
    def count(self) -> int:
        """How many samples there are."""
        return self._count

    def values(self) -> NDArray[np.float64]:
        """(lowest, highest) of each point of the line, [n, 2]."""
        return self._values

    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value that the plot has room for: zero is always among them."""
        finite = self._values[np.isfinite(self._values)]
        low, high = float(min(finite.min(initial=0), 0)), float(max(finite.max(initial=0), 0))
        return (low, high) if high > low else (low - 1, high + 1)

    def x_of(self, cell: float) -> float:
        """Where the middle of a cell lies."""
        return LEFT + (cell + 0.5 + self._before) * self._step()

    def cell_at(self, x: float) -> int | None:
        """The cell at a place of the widget."""
        cell = int((x - LEFT) // self._step()) - self._before if self._count else -1
        return cell if 0 <= cell < self._count else None

    def _step(self) -> float:
        cells = max(self._count + self._before + self._after, 1)
        return max(self.width() - LEFT - RIGHT, 1) / cells

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say which cell was clicked on."""
        cell = self.cell_at(event.position().x())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(cell)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, padding, marked cells, axis, line."""
        painter, table = QPainter(self), tokens()
        painter.fillRect(self.rect(), table.colour("canvas"))
        if not self._count:
            painter.setPen(table.colour("faint"))
            painter.setFont(text_font())
            inside = self.rect().adjusted(16, 16, -16, -16)
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._placeholder)
            return
        area = QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)
        self._paint_cells(painter, area, table)
        self._paint_axis(painter, area, table)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_line(painter, area, table)

    def _paint_cells(self, painter: QPainter, area: QRectF, table: Tokens) -> None:
        step = self._step()
        for first, count in ((-self._before, self._before), (self._count, self._after)):
            if count:
                place = QRectF(LEFT + (first + self._before) * step, area.top(), count * step, area.height())
                hatch(painter, place, table.colour("faint"), table.colour("shade"))
        soft, marks = table.colour("result"), self._marks
        for cells, alpha in ((marks.alike, _BAND // 2), (marks.met, _BAND)):
            soft.setAlpha(alpha)
            for cell in cells:
                painter.fillRect(self._cell(cell, area), soft)
        if marks.cell >= 0:
            painter.setPen(QPen(table.colour("result"), 2))
            painter.drawRect(self._cell(marks.cell, area))

    def _cell(self, cell: int, area: QRectF) -> QRectF:
        width = max(self._step(), 2.0)
        return QRectF(self.x_of(cell) - width / 2, area.top(), width, area.height())

    def _paint_axis(self, painter: QPainter, area: QRectF, table: Tokens) -> None:
        low, high = self.ends()
        painter.setFont(number_font(11))
        painter.setPen(table.colour("control_line"))
        zero = self._y(0.0, area)
        painter.drawLine(QPointF(area.left(), zero), QPointF(area.right(), zero))
        painter.setPen(table.colour("second"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in {low, high, 0.0}:
            middle = self._y(value, area)
            if value == 0 or abs(middle - zero) > 14:
                painter.drawText(QRectF(0, middle - 8, LEFT - 8, 16), right, shown(value, 3))
        for cell in {0, self._count - 1}:
            below = QRectF(self.x_of(cell) - LEFT, area.bottom() + 3, 2 * LEFT, 16)
            below.moveRight(min(below.right(), self.width() - 4 + LEFT - RIGHT))
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, f"{cell:,}")

    def _y(self, value: float, area: QRectF) -> float:
        low, high = self.ends()
        return area.bottom() - (value - low) / (high - low) * area.height()

    def _paint_line(self, painter: QPainter, area: QRectF, table: Tokens) -> None:
        low, high = self.ends()
        places = (np.arange(len(self._values)) + (0.5 if self._every > 1 else 0)) * self._every
        across = LEFT + (np.minimum(places, self._count - 1) + 0.5 + self._before) * self._step()
        finite = np.nan_to_num(self._values, nan=0.0, posinf=high, neginf=low)
        down = area.bottom() - (finite - low) / (high - low) * area.height()
        ends = down if self._every > 1 else down[:, :1]
        points = [QPointF(x, y) for x, pair in zip(across, ends, strict=True) for y in pair]
        painter.setPen(QPen(table.colour("accent"), 1.4))
        painter.drawPolyline(QPolygonF(points))
        if self._every > 1 or self._step() < DOT_FROM:
            return
        marked = {self._marks.cell, *self._marks.met}
        painter.setPen(Qt.PenStyle.NoPen)
        for cell, point in enumerate(points):
            painter.setBrush(table.colour("result" if cell in marked else "accent"))
            radius = _RADIUS * (1.5 if cell in marked else 1)
            painter.drawEllipse(point, radius, radius)
