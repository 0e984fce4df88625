"""A kernel shown as a grid of coloured cells to walk through and read."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.widgets.cells import ARROWS
from app.widgets.kernel_layout import LARGEST_HEIGHT, LARGEST_WIDTH, Cell, KernelLayout, height_for, lay_out
from app.widgets.kernel_paint import KernelLook, Note, Weights, look_of, paint_kernel, paint_mark, paint_notes
from app.widgets.number_text import number_text, shown
from app.widgets.tokens import tokens


class KernelView(QWidget):
    """Cells coloured by sign and size, with their numbers where they fit, and one current cell."""

    current_changed = Signal(int, int)
    """(row, column) of the current cell."""
    hovered = Signal(object)
    """(row, column) of the cell under the cursor, or None when there is none."""

    def __init__(self, name: str = "Kernel", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._weights: Weights = ((0.0,),)
        self._current: Cell = (0, 0)
        self._look: KernelLook | None = None
        self._notes: dict[Cell, Note] = {}
        self._hover: Cell | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._announce()

    def weights(self) -> Weights:
        """What is shown."""
        return self._weights

    def set_weights(self, weights: Weights) -> None:
        """Show these rows of finite numbers; each row has as many as the others, and there is at least one."""
        if weights == self._weights:
            return
        reshaped = (len(weights), len(weights[0])) != self.shape()
        self._weights = weights
        self._look = None
        if reshaped:
            self._reshaped()
        self._announce()
        self.update()

    def _reshaped(self) -> None:
        rows, columns = self.shape()
        self._current = (min(self._current[0], rows - 1), min(self._current[1], columns - 1))
        self.updateGeometry()

    def shape(self) -> Cell:
        """(rows, columns)."""
        return len(self._weights), len(self._weights[0])

    def current(self) -> Cell:
        """(row, column) of the current cell."""
        return self._current

    def set_current(self, row: int, column: int) -> None:
        """Move to a cell; what lies outside becomes the nearest one inside."""
        rows, columns = self.shape()
        cell = min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)
        if cell != self._current:
            self._current = cell
            self._announce()
            self.current_changed.emit(*cell)
            self.update()

    def set_notes(self, notes: Mapping[Cell, Note]) -> None:
        """Mark these cells, and no others; cells that there are not are left out."""
        if notes != self._notes:
            self._notes = dict(notes)
            self.update()

    def notes(self) -> dict[Cell, Note]:
        """The cells that are marked now."""
        return dict(self._notes)

    def cell_rectangle(self, row: int, column: int) -> QRect:
        """Where a cell is on the widget."""
        return self._layout().rectangle(row, column)

    def _layout(self) -> KernelLayout:
        return lay_out(*self.shape(), self.width(), self.height())

    def _value(self, cell: Cell) -> float:
        return self._weights[cell[0]][cell[1]]

    def _hint(self) -> str:
        """What a person can do here, in one sentence."""
        return "Read only."

    def _announce(self) -> None:
        """Keep what a screen reader says true to the current cell."""
        (row, column), (rows, columns) = self._current, self.shape()
        value = number_text(self._value(self._current))
        self.setAccessibleName(f"{self._name}, row {row + 1} of {rows}, column {column + 1} of {columns}: {value}")
        self.setAccessibleDescription(self._hint())
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, value))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End move."""
        key, (row, column) = event.key(), self._current
        if key in ARROWS:
            down, across = ARROWS[key]
            self.set_current(row + down, column + across)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.set_current(row, 0 if key == Qt.Key.Key_Home else self.shape()[1] - 1)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Make the cell the current one."""
        cell = self._layout().cell_at(event.position())
        if cell is not None:
            self.set_current(*cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which cell is under the cursor."""
        self._set_hover(self._layout().cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """None is."""
        self._set_hover(None)

    def _set_hover(self, cell: Cell | None) -> None:
        if cell != self._hover:
            self._hover = cell
            self.hovered.emit(cell)

    def event(self, event: QEvent) -> bool:
        """Tool tips say the cell's exact number."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._layout().cell_at(QPointF(event.pos()))
            if cell is not None:
                text = f"Row {cell[0] + 1}, column {cell[1] + 1}: {shown(self._value(cell), 9)}\n{self._hint()}"
                QToolTip.showText(event.globalPos(), text, self, self.cell_rectangle(*cell))
                return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring around the current cell."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring around the current cell."""
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._look = None
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the numbers to the new cells."""
        self._look = None

    def hasHeightForWidth(self) -> bool:
        """The grid's height follows from its width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Pixels high for this width."""
        return height_for(*self.shape(), width)

    def sizeHint(self) -> QSize:
        """As wide as full-size cells, but no wider than a side panel."""
        width = min(self.shape()[1] * (LARGEST_WIDTH + 4) + 6, 264)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Small: cells shrink before anything is cut off."""
        rows, columns = self.shape()
        return QSize(max(columns * 4, 64), max(rows * 4, LARGEST_HEIGHT // 2))

    def _is_active(self) -> bool:
        """Whether the current cell is to be marked."""
        return self.hasFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells, and the ring when the grid has the focus."""
        layout, table = self._layout(), tokens()
        if self._look is None:
            self._look = look_of(self._weights, layout, table)
        painter = QPainter(self)
        paint_kernel(painter, self._weights, layout, self._look)
        if self._notes:
            paint_notes(painter, layout, self._notes, table)
        if self._is_active():
            paint_mark(painter, layout, self._current, table.colour("text"), table.colour("panel"))
