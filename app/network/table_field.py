"""The table of a TableConv2d as a control: how many maps there are, and what each of them sees."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.network.connection_grid import ConnectionGrid, Spot, Table
from app.widgets.group import FieldRow
from app.widgets.number_field import NumberField
from engine.spec.layers.convolution import MAX_CHANNELS

MOST_HIGH = 210
_MAPS = "How many feature maps come out. A new one sees what the last one sees."


def of_length(table: Table, count: int) -> Table:
    """The table with so many maps.

    Example:
        >>> of_length(((0,), (0, 1)), 3), of_length(((0,), (0, 1)), 1)
        (((0,), (0, 1), (0, 1)), ((0,),))
    """
    return (*table[:count], *(table[-1],) * (count - len(table)))


class TableField(QWidget):
    """Owns no truth: shows the table of the layer, and says which one the person wants."""

    value_changed = Signal(object)
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._table: Table = ((0,),)
        self._entering = 0
        self.count = NumberField(1, MAX_CHANNELS, 1, True, "", "Maps", _MAPS)
        self.count.setFixedWidth(88)
        self.grid = ConnectionGrid()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(self.grid)
        # The panel's own colour is behind the cells.
        self._scroll.viewport().setAutoFillBackground(False)
        self.grid.setAutoFillBackground(False)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        column.addWidget(FieldRow("Maps", self.count, tip=_MAPS))
        column.addWidget(FieldRow("Channels (rows) each map (column) sees", tip=self.grid.accessibleDescription()))
        column.addWidget(self._scroll)
        self.count.value_changed.connect(self._count)
        self.count.rejected.connect(self._not_so_many)
        self.grid.changed.connect(self.value_changed)
        self.grid.refused.connect(self.refused)
        self.grid.reached.connect(self._keep_in_sight)
        self.setFocusProxy(self.count)

    def set_value(self, table: Table) -> None:
        """Show this table."""
        self._table = table
        self.count.set_value(len(table))
        self.grid.set_table(table, self._entering)
        wanted = self.grid.sizeHint()
        bar = self._scroll.horizontalScrollBar().sizeHint().height() if wanted.width() > 254 else 0
        self._scroll.setFixedHeight(min(wanted.height() + bar, MOST_HIGH))

    def set_entering(self, shape: tuple[int, ...] | None) -> None:
        """What arrives at the layer: as many channels there are to be seen."""
        self._entering = shape[0] if shape else 0
        self.set_value(self._table)

    def cell(self, channel: int, number: int) -> QRect:
        """Where on the grid a connection is."""
        return self.grid.cell_rect(Spot(channel, number))

    def _count(self, count: object) -> None:
        if isinstance(count, int | float):
            self.value_changed.emit(of_length(self._table, int(count)))

    def _not_so_many(self, text: str) -> None:
        self.refused.emit(f"Maps must be a whole number between 1 and {MAX_CHANNELS}; {text!r} is none.")

    def _keep_in_sight(self, cell: QRect) -> None:
        self._scroll.ensureVisible(cell.center().x(), cell.center().y(), cell.width(), cell.height())
