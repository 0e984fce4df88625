"""Which classes the network takes for which: one cell a pair of classes, painted in one widget."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.training.confusion_colours import Matrix
from app.training.confusion_paint import TITLE, Cell, paint_cells, paint_names
from app.widgets.cells import ARROWS
from app.widgets.fonts import text_font
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe
from app.widgets.tokens import Tokens, tokens

_TIP = (
    "A row for each true class, a column for each guess, counted on the test pictures. Right guesses lie on the "
    "diagonal. The arrow keys walk from cell to cell; a click, or Enter, shows a cell's pictures."
)
_MOST_NAME = 84
_OPEN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TOP = 2 * TITLE
_WIDEST = 2.2
"""Of a cell, in its height: names and counts are wider than high."""


class ConfusionView(PaintedWidget):
    """Says by `pointed` what the cell under the cursor, or the one chosen by keys, means."""

    pointed = Signal(str)
    opened = Signal(object)
    """The cell that was clicked on, or on which Enter was pressed: (true class, guessed class)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: Matrix = np.zeros((0, 0), np.int64)
        self._names: tuple[str, ...] = ()
        self._hover: Cell | None = None
        self._chosen: Cell = (0, 0)
        self._open: Cell | None = None
        self._down: Cell | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        describe(self, "Confusion matrix", _TIP)

    def set_counts(self, counts: Sequence[Sequence[int]]) -> None:
        """Show these, [true class][guessed class]."""
        self._counts = np.array(counts, np.int64).reshape(len(counts), len(counts[0]) if len(counts) else 0)
        rows, columns = self._counts.shape
        if self._hover is not None and not (self._hover[0] < rows and self._hover[1] < columns):
            self._hover = None
        self._chosen = (min(self._chosen[0], max(rows - 1, 0)), min(self._chosen[1], max(columns - 1, 0)))
        self._tell()

    def set_names(self, names: Sequence[str]) -> None:
        """What the classes are called."""
        self._names = tuple(names)
        self._tell()

    def set_open(self, cell: Cell | None) -> None:
        """Outline the cell whose pictures are shown."""
        self._open = cell
        self.update()

    def counts(self) -> Matrix:
        """What is shown."""
        return self._counts

    def name(self, index: int) -> str:
        """What a class is called."""
        return self._names[index] if index < len(self._names) else str(index)

    def sentence(self, cell: Cell) -> str:
        """What a cell says: "true 7 guessed as 1: 3 (1.5 % of all 7)"."""
        count, whole = int(self._counts[cell]), int(self._counts[cell[0]].sum())
        share = f" ({100 * count / whole:.1f} % of all {self.name(cell[0])})" if whole else ""
        return f"true {self.name(cell[0])} guessed as {self.name(cell[1])}: {count}{share}"

    def worst(self, most: int = 5) -> list[Cell]:
        """The pairs that are mistaken most often."""
        wrong = self._counts.copy()
        np.fill_diagonal(wrong, 0)
        order = np.argsort(-wrong, axis=None, kind="stable")[:most]
        cells = [(int(row), int(column)) for row, column in zip(*np.unravel_index(order, wrong.shape), strict=True)]
        return [cell for cell in cells if wrong[cell] > 0]

    def _grid(self) -> QRect:
        """All cells, in pixels; rows and columns are whole pixels high and wide where there is room for that."""
        rows, columns = self._counts.shape
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(self.name(row)) for row in range(min(rows, 100))), default=0)
        left = min(widest, _MOST_NAME) + TITLE + 8
        high = max((self.height() - _TOP - 4) / max(rows, 1), 0.1)
        wide = min(max((self.width() - left - 4) / max(columns, 1), 0.1), _WIDEST * high)
        high, wide = (float(int(each)) if each >= 2 else each for each in (high, wide))
        return QRect(left, _TOP, round(wide * columns), round(high * rows))

    def cell_rectangle(self, cell: Cell) -> QRectF:
        """Where a cell is painted."""
        grid, (rows, columns) = self._grid(), self._counts.shape
        wide, high = grid.width() / max(columns, 1), grid.height() / max(rows, 1)
        return QRectF(grid.left() + cell[1] * wide, grid.top() + cell[0] * high, wide, high)

    def cell_at(self, position: QPoint) -> Cell | None:
        """The cell at a position."""
        grid, (rows, columns) = self._grid(), self._counts.shape
        if not self._counts.size or not grid.contains(position):
            return None
        row = (position.y() - grid.top()) * rows // grid.height()
        return int(row), int((position.x() - grid.left()) * columns // grid.width())

    def _tell(self) -> None:
        cell = self._hover if self._hover is not None else self._chosen if self.hasFocus() else None
        text = self.sentence(cell) if cell is not None and self._counts.size else ""
        self.setAccessibleName(f"Confusion matrix: {text}" if text else "Confusion matrix")
        self.pointed.emit(text)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the cell under the cursor means."""
        cell = self.cell_at(event.position().toPoint())
        if cell != self._hover:
            self._hover = cell
            self._tell()

    def leaveEvent(self, event: QEvent) -> None:
        """No cell is under the cursor."""
        self._hover = None
        self._tell()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where, to tell a click from a move."""
        self._down = self.cell_at(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens a cell."""
        cell = self.cell_at(event.position().toPoint())
        if cell is not None and cell == self._down and event.button() == Qt.MouseButton.LeftButton:
            self._chosen = cell
            self.opened.emit(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from cell to cell; Enter opens one."""
        if event.key() in _OPEN and self._counts.size:
            self.opened.emit(self._chosen)
            return
        if event.key() not in ARROWS or not self._counts.size:
            super().keyPressEvent(event)
            return
        down, right = ARROWS[event.key()]
        rows, columns = self._counts.shape
        self._chosen = (
            min(max(self._chosen[0] + down, 0), rows - 1),
            min(max(self._chosen[1] + right, 0), columns - 1),
        )
        self._hover = None
        self._tell()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, self.sentence(self._chosen)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Outline the chosen cell."""
        self._tell()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keys are elsewhere."""
        self._tell()

    def sizeHint(self) -> QSize:
        """Room for ten classes."""
        return QSize(320, 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cells, counts and names, and what is looked at."""
        painter, table = QPainter(self), tokens()
        if not self._counts.size:
            painter.setFont(text_font())
            painter.setPen(table.colour("faint"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), flags, "Counted after each epoch.")
        else:
            names = [self.name(index) for index in range(len(self._counts))]
            paint_names(painter, names, self._grid(), self.cell_rectangle, table)
            paint_cells(painter, self._counts, self._grid(), self.cell_rectangle, table)
            self._paint_marks(painter, table)
        if self.hasFocus():
            painter.setPen(QPen(table.colour("accent"), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _paint_marks(self, painter: QPainter, table: Tokens) -> None:
        for cell, role in (
            (self._open, "accent"),
            (self._chosen if self.hasFocus() else None, "text"),
            (self._hover, "result"),
        ):
            if cell is not None and cell[0] < len(self._counts) and cell[1] < self._counts.shape[1]:
                painter.setPen(QPen(table.colour(role), 2))
                painter.drawRect(self.cell_rectangle(cell))
