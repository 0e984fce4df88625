"""Which place's kernels are shown, where every place of the output has its own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.network.reading import Reading
from app.network.stack import Stack
from app.widgets.number_field import NumberField
from engine.spec.layers import UnsharedConv2d

_TIP = "Every place of the maps has kernels of its own; these are those of this {}. Explain goes to the cell's."
WIDE = 46


class KernelPlace(QWidget):
    """A row and a column, in sight for layers that do not share their kernels."""

    changed = Signal()

    def __init__(self, stack: Stack, reading: Reading) -> None:
        super().__init__()
        self._stack, self._reading = stack, reading
        self._of: tuple[str, tuple[int, ...]] | None = None
        self.row = NumberField(0, 0, 1, True, "", "Row of the kernels", _TIP.format("row"))
        self.column = NumberField(0, 0, 1, True, "", "Column of the kernels", _TIP.format("column"))
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(4)
        for widget in (self.row, self.column):
            across.addWidget(widget)
        for field in (self.row, self.column):
            field.setFixedWidth(WIDE)
            field.value_changed.connect(self._changed)
        self.hide()

    def follow(self) -> None:
        """Be there for the chosen layer, if its places have kernels of their own; begin in the middle."""
        path, layer = self._stack.chosen.path, self._stack.layer()
        row = self._reading.row(path)
        shape = row.output_shape if row is not None else None
        unshared = isinstance(layer, UnsharedConv2d) and shape is not None
        self.setVisible(unshared)
        of = (path, shape) if unshared and shape is not None else None
        if of == self._of:
            return
        self._of = of
        for field, size in zip((self.row, self.column), of[1][1:] if of else (), strict=False):
            field.set_range(0, size - 1)
            field.set_value(size // 2)

    def value(self) -> tuple[int, int] | None:
        """(row, column); None where there is nothing to choose."""
        self.follow()
        return None if self._of is None else (int(self.row.value()), int(self.column.value()))

    def go_to(self, path: str, cell: tuple[int, ...]) -> None:
        """Show the kernels that made a cell of the layer's maps."""
        if self._of is None or path != self._of[0] or len(cell) != 3 or cell[1:] == self.value():
            return
        self.row.set_value(cell[1])
        self.column.set_value(cell[2])
        self.changed.emit()

    def _changed(self, _value: object) -> None:
        self.changed.emit()
