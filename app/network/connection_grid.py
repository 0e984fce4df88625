"""Which input channel goes into which feature map: a grid of cells to check, by mouse or keyboard."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleValueChangeEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from app.widgets.fonts import number_font
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe
from app.widgets.tokens import tokens

Table = tuple[tuple[int, ...], ...]
LARGEST, LEAST = 22, 12
"""Pixels of a cell."""
EDGE = 22
"""Pixels for the numbers on the left and above."""
TIP = (
    "A row for each input channel, a column for each feature map; a filled cell says that the map sees the channel. "
    "Click, or go with the arrow keys and press Space."
)
_WAYS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class Spot(NamedTuple):
    """A cell: an input channel, and a feature map."""

    channel: int
    map: int


def toggled(table: Table, spot: Spot) -> Table | None:
    """The table with one connection more or less; None where a map would see nothing.

    Example:
        >>> toggled(((0,), (0, 1)), Spot(1, 0)), toggled(((0,),), Spot(0, 0))
        (((0, 1), (0, 1)), None)
    """
    seen = set(table[spot.map]) ^ {spot.channel}
    if not seen:
        return None
    return tuple(tuple(sorted(seen)) if place == spot.map else row for place, row in enumerate(table))


class ConnectionGrid(PaintedWidget):
    """Shows the table it is given and owns no truth."""

    changed = Signal(object)
    """The table as the person wants it."""
    refused = Signal(str)
    reached = Signal(QRect)
    """Where the cell is that the keys have gone to."""

    def __init__(self) -> None:
        super().__init__()
        self._table: Table = ((0,),)
        self._channels = 1
        self._at = Spot(0, 0)
        self._hovered: Spot | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        describe(self, "Table of connections", TIP)

    def set_table(self, table: Table, channels: int) -> None:
        """Show these connections of so many input channels, and of those that the table names beyond them."""
        channels = max(channels, 1 + max(max(row) for row in table))
        if (table, channels) == (self._table, self._channels):
            return
        self._table, self._channels = table, channels
        self._at = Spot(min(self._at.channel, channels - 1), min(self._at.map, len(table) - 1))
        self.updateGeometry()
        self.adjustSize()
        self.update()

    @property
    def at(self) -> Spot:
        """The cell that the keys have gone to."""
        return self._at

    def _side(self) -> int:
        return max(LEAST, min(LARGEST, (250 - EDGE) // max(len(self._table), 1)))

    def sizeHint(self) -> QSize:
        """Every cell, and the numbers."""
        side = self._side()
        return QSize(EDGE + side * len(self._table) + 2, EDGE + side * self._channels + 2)

    def cell_rect(self, spot: Spot) -> QRect:
        """Where a cell is."""
        side = self._side()
        return QRect(EDGE + side * spot.map, EDGE + side * spot.channel, side, side)

    def _spot(self, place: QPoint) -> Spot | None:
        side = self._side()
        row, column = (place.y() - EDGE) // side, (place.x() - EDGE) // side
        inside = 0 <= row < self._channels and 0 <= column < len(self._table)
        return Spot(row, column) if inside else None

    def _toggle(self, spot: Spot) -> None:
        made = toggled(self._table, spot)
        if made is None:
            self.refused.emit(f"Map {spot.map} would see no input channel; check another one first.")
        else:
            self.changed.emit(made)

    # What the person does.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click makes or breaks a connection."""
        spot = self._spot(event.position().toPoint())
        if spot is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go(spot)
            self._toggle(spot)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which cell it is."""
        spot = self._spot(event.position().toPoint())
        if spot != self._hovered:
            self._hovered = spot
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """No cell is under the cursor."""
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows go, Space and Enter make or break the connection."""
        way = _WAYS.get(event.key())
        if way is not None:
            row = min(max(self._at.channel + way[0], 0), self._channels - 1)
            column = min(max(self._at.map + way[1], 0), len(self._table) - 1)
            self._go(Spot(row, column))
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._toggle(self._at)
        else:
            super().keyPressEvent(event)

    def _go(self, spot: Spot) -> None:
        self._at = spot
        self.reached.emit(self.cell_rect(spot))
        QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, self.words(spot)))
        self.update()

    def words(self, spot: Spot) -> str:
        """A cell in words."""
        seen = spot.channel in self._table[spot.map]
        return f"Map {spot.map} {'sees' if seen else 'does not see'} channel {spot.channel}"

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        """The numbers, the cells, and a ring around the one that the keys have gone to."""
        painter, table, side = QPainter(self), tokens(), self._side()
        shown = self._hovered or (self._at if self.hasFocus() else None)
        painter.setFont(number_font(10))
        for row in range(self._channels):
            painter.setPen(table.colour("text" if shown and shown.channel == row else "faint"))
            box = QRect(0, EDGE + row * side, EDGE - 5, side)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(row))
        for column, seen in enumerate(self._table):
            painter.setPen(table.colour("text" if shown and shown.map == column else "faint"))
            painter.drawText(QRect(EDGE + column * side - 6, 0, side + 12, EDGE - 4), _ABOVE, str(column))
            for row in range(self._channels):
                inner = QRectF(self.cell_rect(Spot(row, column))).adjusted(1.5, 1.5, -1.5, -1.5)
                painter.setPen(QPen(table.colour("control_line"), 1))
                painter.setBrush(table.colour("accent_fill" if row in seen else "field"))
                painter.drawRoundedRect(inner, 2, 2)
        if shown is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(table.colour("result" if self.hasFocus() else "second"), 2))
            painter.drawRoundedRect(QRectF(self.cell_rect(shown)).adjusted(1, 1, -1, -1), 3, 3)


_ABOVE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
