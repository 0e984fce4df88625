"""The grids beside the matrix: what is multiplied, by which weights, and what comes of it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from app.kernels.laws.words import scientific
from app.kernels.matrix.hues import Rgb
from app.kernels.matrix.told import NOTHING, Aim, Cell, Told, place_of
from app.kernels.matrix.weight_grid import WeightGrid
from app.widgets.fonts import text_font
from app.widgets.kernel_paint import Note
from app.widgets.number_grid import NumberGrid
from app.widgets.number_paint import Sheet
from app.widgets.theme import set_role
from app.widgets.titled import Titled


class TitledPart(Titled):
    """A part of this look; its words take the room that is left."""

    def __init__(self, title: str, inside: QWidget) -> None:
        super().__init__(title, inside, text_font(12, QFont.Weight.DemiBold), 8)
        self.detail.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)


class NumbersPanel(QFrame):
    """Input, weights, map and product; says which cell of them is looked at."""

    aimed = Signal(object)
    """The `Aim`."""
    painted = Signal()
    """The numbers that were shown last are on the screen."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "panel")
        self._told: Told | None = None
        self._kernel = -1
        self._unpainted = False
        self.input = NumberGrid("Input x", "The patch of the picture. Its cells, row by row, are the vector vec(x).")
        self.map = NumberGrid("Map", "What the layer makes of the patch, computed as any layer is.")
        self.product = NumberGrid("M·vec(x)", "The matrix times the vector, plus the bias, laid out as the map is.")
        self.weights = WeightGrid()
        self.titles = {
            name: TitledPart(title, widget)
            for name, title, widget in (
                ("input", "x", self.input),
                ("weights", "Weights", self.weights),
                ("map", "Map", self.map),
                ("product", "M·vec(x)", self.product),
            )
        }
        self.difference = QLabel()
        set_role(self.difference, "result")
        self.difference.setAccessibleName("Largest difference")
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setSpacing(8)
        for place, part in enumerate(self.titles.values()):
            grid.addWidget(part, place // 2, place % 2)
        grid.addWidget(self.difference, 2, 0, 1, 2)
        for line in (0, 1):
            grid.setColumnStretch(line, 1)
            grid.setRowStretch(line, 1)
        self.input.hovered.connect(self._on_input)
        self.weights.hovered.connect(self._on_weight)
        for each in (self.map, self.product):
            each.hovered.connect(self._on_map)

    def show_told(self, told: Told | None) -> None:
        """Show the numbers; None shows empty grids."""
        self._told, self._kernel, self._unpainted = told, -1, True
        self.update()
        if told is None:
            empty = Sheet(np.full((3, 3), np.nan))
            for grid in (self.input, self.map, self.product):
                grid.set_sheet(empty)
            self.weights.set_weights(np.full((3, 3), np.nan), np.zeros((9, 3), np.uint8))
            self.difference.setText("")
            for part in self.titles.values():
                part.detail.setText("")
            return
        self.input.set_sheet(Sheet(told.seen, colouring="grey"))
        peak = float(max(np.abs(told.map).max(), np.abs(told.product).max()))
        self.map.set_sheet(Sheet(told.map, peak=peak))
        self.product.set_sheet(Sheet(told.product, peak=peak))
        plus = " + b" if told.event.bias else ""
        self.titles["product"].title.setText(f"M·vec(x){plus}")
        self.titles["input"].detail.setText(f"{told.input_size[0]}×{told.input_size[1]}")
        self.titles["map"].detail.setText(f"{told.map_size[0]}×{told.map_size[1]}")
        self.difference.setText(f"largest difference between map and product: {scientific(told.event.apart)}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame; the grids follow in the same pass."""
        super().paintEvent(event)
        if self._unpainted:
            self._unpainted = False
            self.painted.emit()

    def show_aim(self, aim: Aim, colours: Rgb) -> None:
        """Mark the cells and the weight that are looked at, and those that they meet."""
        told = self._told
        if told is None:
            return
        self._show_kernel(told, told.kernel_of(aim), colours)
        self.weights.set_ring(None if aim.weight is None else place_of(aim.weight % told.taps, told.kernel_size))
        self.input.set_ring(None if aim.column is None else place_of(aim.column, told.input_size))
        rows, columns = _met(told, aim)
        for grid in (self.map, self.product):
            grid.set_ring(None if aim.row is None else place_of(aim.row, told.map_size))
            grid.set_notes({place_of(row, told.map_size): "met" for row in rows})
        notes: dict[Cell, Note] = {place_of(column, told.input_size): "met" for column in columns}
        self.input.set_notes(notes)

    def _show_kernel(self, told: Told, kernel: int, colours: Rgb) -> None:
        first = kernel * told.taps
        self._kernel = kernel
        self.weights.set_weights(told.weights_of(kernel), colours[first : first + told.taps])
        of = f"kernel {kernel + 1} of {told.kernels}" if told.kernels > 1 else "one kernel"
        self.titles["weights"].detail.setText(of)

    def _on_input(self, cell: Cell | None) -> None:
        self._aim_at(None if cell is None or self._told is None else Aim(column=_number(cell, self._told.input_size)))

    def _on_map(self, cell: Cell | None) -> None:
        self._aim_at(None if cell is None or self._told is None else Aim(row=_number(cell, self._told.map_size)))

    def _on_weight(self, cell: Cell | None) -> None:
        told = self._told
        if told is None or cell is None:
            self._aim_at(None)
        else:
            self._aim_at(Aim(weight=self._kernel * told.taps + _number(cell, told.kernel_size)))

    def _aim_at(self, aim: Aim | None) -> None:
        self.aimed.emit(aim or NOTHING)


def _number(cell: Cell, size: Cell) -> int:
    return cell[0] * size[1] + cell[1]


def _met(told: Told, aim: Aim) -> tuple[list[int], list[int]]:
    """The map's cells that a column reaches, and the input's cells that a row reads."""
    rows: list[int] = []
    columns: list[int] = []
    if aim.column is not None and aim.row is None:
        rows = np.flatnonzero(told.index[:, aim.column] >= 0).tolist()
    if aim.row is not None:
        columns = np.flatnonzero(told.index[aim.row] >= 0).tolist()
    return rows, columns
