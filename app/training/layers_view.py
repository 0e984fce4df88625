"""Small multiples in one widget: of each layer three histograms, the ratios of its steps, and its dead outputs."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame

from app.training.layer_paint import paint_dead, paint_heads, paint_histogram, paint_name, paint_ratios
from app.training.layer_rows import COLUMNS, LayerRow, bin_words, dead_words, ratio_words
from app.widgets.cells import ARROWS
from app.widgets.painted import PaintedArea
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.spec.events import Histogram

HEAD, ROW = 24, 66
NAME, DEAD, GAP = 66, 48, 10
RATIO, GONE = len(COLUMNS), len(COLUMNS) + 1
"""The columns after the histograms."""
_SHARES = (1.0, 1.0, 1.0, 1.3)
_TIP = (
    "A row for each layer with weights, as it was in the last step that was looked at. The higher a bar, the more "
    "numbers lie there, by the logarithm. The arrow keys go from one to the next."
)


class Place(NamedTuple):
    """What the cursor is on: a row, one of its columns, and a bin of the histogram there."""

    row: int
    column: int
    bin: int | None = None


class LayersView(PaintedArea):
    """Says by `pointed` what lies under the cursor, or what the arrow keys have gone to."""

    pointed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[LayerRow] = []
        self._place: Place | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().installEventFilter(self)
        self.verticalScrollBar().setSingleStep(ROW // 2)
        describe(self, "Layers", _TIP)

    def show_rows(self, rows: list[LayerRow]) -> None:
        """Show these."""
        self.rows = rows
        self._set_range()
        if self._place is not None and self._place.row >= len(rows):
            self._place = None
        self._tell()

    def place_at(self, position: QPointF) -> Place | None:
        """What lies at a place of the viewport."""
        y = position.y() - HEAD + self.verticalScrollBar().value()
        row = int(y // ROW)
        if position.y() < HEAD or not 0 <= row < len(self.rows):
            return None
        for column in range(GONE + 1):
            box = self.box(row, column)
            if box.left() <= position.x() <= box.right():
                return Place(row, column, self._bin(row, column, position.x() - box.left(), box.width()))
        return None

    def box(self, row: int, column: int) -> QRectF:
        """Where a column of a row is painted."""
        room = self.viewport().width() - NAME - DEAD - GAP * (len(_SHARES) + 2)
        unit = max(room, 4) / sum(_SHARES)
        left = NAME + GAP * (column + 1) + unit * sum(_SHARES[:column])
        wide = DEAD if column == GONE else unit * _SHARES[column]
        return QRectF(left, HEAD + row * ROW - self.verticalScrollBar().value() + 4, wide, ROW - 8)

    def words(self, place: Place) -> str:
        """What is told of a place."""
        row = self.rows[place.row]
        if place.column == RATIO:
            return ratio_words(row)
        return dead_words(row) if place.column == GONE else bin_words(row, place.column, place.bin)

    def _bin(self, row: int, column: int, x: float, wide: float) -> int | None:
        found = self._histogram(row, column)
        if found is None or found.high <= found.low:
            return None
        return min(int(x / max(wide, 1) * len(found.counts)), len(found.counts) - 1)

    def _histogram(self, row: int, column: int) -> Histogram | None:
        return self.rows[row].histograms[column] if column < len(COLUMNS) else None

    def _point(self, place: Place | None) -> None:
        if place != self._place:
            self._place = place
            self._tell()
            if place is not None and QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, self.words(place)))

    def _tell(self) -> None:
        words = "" if self._place is None else self.words(self._place)
        self.setAccessibleName(f"Layers: {words}" if words else "Layers")
        self.pointed.emit(words)
        self.viewport().update()

    def _set_range(self) -> None:
        room = self.viewport().height() - HEAD
        self.verticalScrollBar().setPageStep(max(room, 1))
        self.verticalScrollBar().setRange(0, max(len(self.rows) * ROW - room, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Nothing is under a cursor that has left."""
        if watched is self.viewport() and event.type() == QEvent.Type.Leave:
            self._point(None)
        return super().eventFilter(watched, event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the cursor."""
        self._point(self.place_at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the next row or column."""
        if event.key() not in ARROWS or not self.rows:
            super().keyPressEvent(event)
            return
        down, right = ARROWS[event.key()]
        place = self._place or Place(0, 0)
        if self._place is not None:
            row, column = place.row + down, place.column + right
            place = Place(min(max(row, 0), len(self.rows) - 1), min(max(column, 0), GONE))
        bar, top = self.verticalScrollBar(), place.row * ROW
        bar.setValue(min(max(bar.value(), top + ROW - (self.viewport().height() - HEAD)), top))
        self._point(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer rows are in sight."""
        super().resizeEvent(event)
        self._set_range()

    def minimumSizeHint(self) -> QSize:
        """Two rows."""
        return QSize(260, HEAD + 2 * ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows in sight, under their heads."""
        painter, table = QPainter(self.viewport()), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, row in enumerate(self.rows):
            if self.box(number, 0).bottom() < HEAD or self.box(number, 0).top() > self.viewport().height():
                continue
            paint_name(painter, row.name, QRectF(GAP, self.box(number, 0).top(), NAME - 4, ROW - 8), table)
            here = self._place if self._place is not None and self._place.row == number else None
            for column, found in enumerate(row.histograms):
                marked = here.bin if here is not None and here.column == column else None
                paint_histogram(painter, found, self.box(number, column), marked, table)
            paint_ratios(painter, row, self.box(number, RATIO), table)
            paint_dead(painter, row.dead, self.box(number, GONE), table)
            if here is not None and self.hasFocus():
                painter.setPen(table.colour("accent"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.box(number, here.column).adjusted(-2, -2, 2, 2))
        painter.fillRect(QRectF(0, 0, self.viewport().width(), HEAD), table.colour("panel"))
        paint_heads(painter, [self.box(0, column) for column in range(GONE + 1)], HEAD, table)

    def middle_of(self, row: int, column: int) -> QPoint:
        """The middle of what is painted there."""
        return self.box(row, column).center().toPoint()
