"""The steps of a run that can be gone back to, along its loss: a cursor that is moved by hand or by keys."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.training.words import grouped
from app.widgets.fonts import number_font
from app.widgets.number_text import number_text
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe
from app.widgets.tokens import Tokens, tokens
from engine.protocol import Moment

NOW = -1
_LEFT, _RIGHT, _TOP, _FOOT = 44, 36, 10, 36
_TIP = (
    "The loss of the batches (line), the share of test pictures named rightly (dots), and the steps whose weights are "
    "kept (ticks), on an axis that gives early steps more room. Click, or use the arrow keys, Home and End; Space "
    "plays."
)


class TrackView(PaintedWidget):
    """Says by `chosen` which moment is wanted, and by `space` that the space bar was pressed."""

    chosen = Signal(int)
    space = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.moments: tuple[Moment, ...] = ()
        self.at = NOW
        self._curve: tuple[tuple[int, float], ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(110)
        describe(self, "Timeline", _TIP)

    def set_run(self, moments: Sequence[Moment], steps: Sequence[int], losses: Sequence[float]) -> None:
        """The moments of a run, and its loss."""
        self.moments = tuple(moments)
        self._curve = tuple((step, loss) for step, loss in zip(steps, losses, strict=True) if math.isfinite(loss))
        self.set_at(min(self.at, len(self.moments) - 1))

    def set_at(self, place: int) -> None:
        """Put the cursor on a moment, or at the end of the run for `NOW`."""
        self.at = place
        words = "now" if place == NOW else f"step {grouped(self.moments[place].step)}"
        self.setAccessibleName(f"Timeline: {words}")
        self.update()

    def plot(self) -> QRectF:
        """Where the curve is painted."""
        return QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_FOOT)

    def x_of(self, step: int) -> float:
        """Where a step lies, in pixels."""
        last = max([1, *(moment.step for moment in self.moments[-1:]), *(step for step, _ in self._curve[-1:])])
        return self.plot().left() + self.plot().width() * math.log1p(step) / math.log1p(last)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(400, 180)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another moment; one past the last is now."""
        count = len(self.moments)
        here = count if self.at == NOW else self.at
        wanted = {
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: count - 1,
        }.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Space:
            self.space.emit()
        elif wanted is None or not count:
            super().keyPressEvent(event)
        else:
            wanted = max(wanted, 0)
            self.chosen.emit(wanted if wanted < count else NOW)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the nearest moment."""
        self._pick(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub while the button is held down."""
        self._pick(event)

    def _pick(self, event: QMouseEvent) -> None:
        if self.moments and event.buttons() & Qt.MouseButton.LeftButton:
            x = event.position().x()
            nearest = min(range(len(self.moments)), key=lambda place: abs(self.x_of(self.moments[place].step) - x))
            if nearest != self.at:
                self.chosen.emit(nearest)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axes, loss, tests, ticks and the cursor."""
        painter, table = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(number_font(11))
        plot = self.plot()
        top = max((loss for _, loss in self._curve), default=1.0) or 1.0
        self._paint_axes(painter, plot, top, table)
        points = [
            QPointF(self.x_of(step), plot.bottom() - plot.height() * min(loss / top, 1.0)) for step, loss in self._curve
        ]
        painter.setPen(QPen(table.colour("accent"), 1.5))
        painter.drawPolyline(QPolygonF(points))
        self._paint_moments(painter, plot, table)
        if self.hasFocus():
            painter.setPen(QPen(table.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _paint_axes(self, painter: QPainter, plot: QRectF, top: float, table: Tokens) -> None:
        painter.setPen(QPen(table.colour("line"), 1))
        for share in (0.0, 0.5, 1.0):
            y = plot.bottom() - share * plot.height()
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        if not self._curve and not self.moments:
            return
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        middle = Qt.AlignmentFlag.AlignVCenter
        for share in (0.0, 0.5, 1.0):
            y = plot.bottom() - share * plot.height()
            painter.setPen(table.colour("accent"))
            painter.drawText(QRectF(0, y - 8, _LEFT - 6, 16), right | middle, number_text(share * top, 2))
            painter.setPen(table.colour("result"))
            painter.drawText(QRectF(plot.right() + 6, y - 8, _RIGHT, 16), left | middle, f"{100 * share:.0f}%")

    def _paint_moments(self, painter: QPainter, plot: QRectF, table: Tokens) -> None:
        free = -math.inf
        for place, moment in enumerate(self.moments):
            x, is_here = self.x_of(moment.step), place == self.at
            painter.setPen(QPen(table.colour("result" if is_here else "second"), 2 if is_here else 1))
            painter.drawLine(QPointF(x, plot.top() if is_here else plot.bottom() + 3), QPointF(x, plot.bottom() + 11))
            if moment.test_accuracy is not None:
                _dot(painter, x, plot.bottom() - plot.height() * moment.test_accuracy, table.colour("result"))
            text = grouped(moment.step)
            width = painter.fontMetrics().horizontalAdvance(text) + 8
            if x - width / 2 > free:
                free = x + width / 2
                painter.setPen(table.colour("second"))
                box = QRectF(x - width / 2, plot.bottom() + 13, width, 16)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _dot(painter: QPainter, x: float, y: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(x, y), 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
