"""A row for each class: its name, its mean picture, how many of it there are in both parts, and some of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QToolTip, QWidget

from app.training.words import grouped
from app.widgets.fonts import number_font, text_font
from app.widgets.number_text import number_text
from app.widgets.painted import PaintedArea
from app.widgets.tips import describe, tip_text
from app.widgets.tokens import Tokens, tokens
from engine.protocol import DataSeen

ROW, SIDE, GAP, PAD = 40, 34, 3, 12
BARS, NUMBERS = 64, 52
NAMES = (28, 120)
"""Least and most room for the name of a class."""
WIDEST = 96
_BAR = 6
_TIP = (
    "A row for each class: its mean picture, how many there are to learn from (upper bar) and to test (lower bar), and "
    "the first of them. A double click puts one into the network."
)


class ClassTable(PaintedArea):
    """Paints what `DataSeen` tells, out of its picture."""

    activated = Signal(int)
    """A sample was double-clicked: its number among the samples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen: DataSeen | None = None
        self._image: QImage | None = None
        self._rows: list[list[int]] = []
        self._name = NAMES[0]
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)
        describe(self, "Classes", _TIP)
        self.setToolTip("")

    def show_seen(self, seen: DataSeen, image: QImage) -> None:
        """Show this; the image is borrowed."""
        self._seen, self._image = seen, image
        self._rows = [[] for _ in range(self.groups + 1)]
        metrics = QFontMetrics(text_font())
        widest = max(metrics.horizontalAdvance(name) for name in ("all", *seen.class_names))
        self._name = min(max(widest, NAMES[0]), NAMES[1]) + PAD
        for number, label in enumerate(seen.labels):
            self._rows[0 if seen.ranges else label + 1].append(number)
        self._arrange()
        self.setAccessibleDescription(f"{len(seen.class_names)} rows. {_TIP}")

    def clear(self) -> None:
        """Show nothing."""
        self._seen = self._image = None
        self._rows = []
        self._arrange()

    @property
    def groups(self) -> int:
        """How many rows there are below that of all."""
        return len(self._seen.class_names) if self._seen is not None else 0

    def sample_rectangle(self, number: int) -> QRect:
        """Where a sample is painted on the viewport; empty if there is no room for it."""
        for row, numbers in enumerate(self._rows):
            if number in numbers:
                rect = self._sample(row, numbers.index(number))
                return rect if rect.right() < self.viewport().width() else QRect()
        return QRect()

    def sample_at(self, position: QPoint) -> int | None:
        """The sample under a position of the viewport."""
        row = self._row_at(position)
        if row is None:
            return None
        for place, number in enumerate(self._rows[row]):
            rect = self._sample(row, place)
            if rect.contains(position) and rect.right() < self.viewport().width():
                return number
        return None

    def _row_at(self, position: QPoint) -> int | None:
        row = (position.y() + self.verticalScrollBar().value()) // ROW
        return row if 0 <= row < len(self._rows) else None

    def _tile(self) -> QSize:
        """What a tile is shown as."""
        if self._seen is None:
            return QSize(SIDE, SIDE)
        _, _, height, width = self._seen.tiles[0]
        size = QSize(width, height).scaled(WIDEST, SIDE, Qt.AspectRatioMode.KeepAspectRatio)
        return size.expandedTo(QSize(1, 1))

    def _top(self, row: int) -> int:
        return row * ROW - self.verticalScrollBar().value() + (ROW - SIDE) // 2

    def _sample(self, row: int, place: int) -> QRect:
        tile = self._tile()
        left = PAD + self._name + tile.width() + 2 * PAD + BARS + NUMBERS + place * (tile.width() + GAP)
        return QRect(QPoint(left, self._top(row)), tile)

    def _arrange(self) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, max(len(self._rows) * ROW - self.viewport().height(), 0))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(ROW)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is room for other rows."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End go to the first and the last class; arrows and pages as in any area that scrolls."""
        bar = self.verticalScrollBar()
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar.setValue(0 if event.key() == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Say which sample is meant."""
        number = self.sample_at(event.position().toPoint())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit(number)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips of rows."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self._row_at(event.pos())
            QToolTip.showText(event.globalPos(), tip_text(self.words_of(row) if row is not None else _TIP), self)
            return True
        return super().viewportEvent(event)

    def words_of(self, row: int) -> str:
        """What a row says, as a sentence; row 0 is that of all."""
        seen = self._seen
        if seen is None:
            return ""
        if row and seen.ranges:
            low, mean, high = (number_text(value, 5) for value in seen.ranges[row - 1])
            return f"{seen.class_names[row - 1]}: least {low}, mean {mean}, largest {high}"
        learn, test = self._counts(row)
        name = "All" if row == 0 else seen.class_names[row - 1]
        return f"{name}: {grouped(learn)} to learn from, {grouped(test)} to test"

    def _counts(self, row: int) -> tuple[int, int]:
        assert self._seen is not None
        parts = self._seen.train_counts, self._seen.test_counts
        learn, test = (sum(part) if row == 0 else part[row - 1] for part in parts)
        return learn, test

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows in sight."""
        seen, image = self._seen, self._image
        if seen is None or image is None:
            return
        painter, table = QPainter(self.viewport()), tokens()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        first = self.verticalScrollBar().value() // ROW
        last = min(first + self.viewport().height() // ROW + 2, len(self._rows))
        for row in range(first, last):
            self._paint_row(painter, table, row, seen, image)
        if self.hasFocus():
            painter.setPen(table.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _paint_row(self, painter: QPainter, table: Tokens, row: int, seen: DataSeen, image: QImage) -> None:
        top, tile = self._top(row), self._tile()
        painter.setFont(text_font())
        painter.setPen(table.colour("second" if row == 0 else "text"))
        name = "all" if row == 0 else seen.class_names[row - 1]
        words = QFontMetrics(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, self._name - 4)
        painter.drawText(QRect(PAD, top, self._name, SIDE), Qt.AlignmentFlag.AlignVCenter, words)
        if row and seen.ranges:
            self._paint_range(painter, table, row, top)
            return
        painter.drawImage(QRect(QPoint(PAD + self._name, top), tile), image, _source(seen, row))
        self._paint_counts(painter, table, row, top)
        for place, number in enumerate(self._rows[row]):
            rect = self._sample(row, place)
            if rect.right() < self.viewport().width():
                painter.drawImage(rect, image, _source(seen, _means(seen) + number))

    def _paint_range(self, painter: QPainter, table: Tokens, row: int, top: int) -> None:
        painter.setPen(table.colour("second"))
        words = self.words_of(row).split(": ", 1)[1]
        space = QRect(PAD + self._name, top, self.viewport().width() - self._name - 2 * PAD, SIDE)
        painter.drawText(space, Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_counts(self, painter: QPainter, table: Tokens, row: int, top: int) -> None:
        """Two bars, one over the other, each with its number; those of all are as long as there is room."""
        assert self._seen is not None
        parts = self._seen.train_counts, self._seen.test_counts
        longest = sum(parts[0]) + sum(parts[1]) if row == 0 else max((*parts[0], *parts[1], 1))
        left = PAD + self._name + self._tile().width() + PAD
        painter.setFont(number_font(11))
        for place, (count, colour) in enumerate(zip(self._counts(row), ("accent", "second"), strict=True)):
            middle = top + SIDE * (1 + 2 * place) // 4
            bar = QRect(left, middle - _BAR // 2, max(round(BARS * count / max(longest, 1)), 1), _BAR)
            painter.fillRect(bar, table.colour(colour if count else "problem"))
            space = QRect(left + BARS, middle - ROW // 4, NUMBERS, ROW // 2)
            painter.setPen(table.colour("text" if place == 0 else "second"))
            painter.drawText(space, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{grouped(count)}")


def _means(seen: DataSeen) -> int:
    """How many tiles come before the samples."""
    return len(seen.tiles) - len(seen.labels)


def _source(seen: DataSeen, tile: int) -> QRect:
    top, left, height, width = seen.tiles[tile]
    return QRect(left, top, width, height)
