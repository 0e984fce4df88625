"""One cell of the layer written out: what is read, the weights of that place, the products, and their sum."""

from __future__ import annotations

from itertools import islice

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.kernels.kinds.told import KindTold
from app.kernels.kinds.words import cell_words, kernel_words, lines_of
from app.kernels.steps.column import SumColumn
from app.kernels.steps.places import places_texts
from app.kernels.steps.sheet import PATCH_TIP, TitledGrid
from app.kernels.steps.written import MOST, WrittenSum
from app.widgets.number_paint import Sheet
from app.widgets.number_text import shown
from app.widgets.theme import set_role
from engine.spec.kind import KindSpec

HEIGHT, LOW_HEIGHT = 188, 138
HINT = "Play, or click a cell of the input or the output."


class KindSheet(QWidget):
    """Three grids of numbers, the lines of their sum, and the sum in one line."""

    def __init__(self) -> None:
        super().__init__()
        self._told: KindTold | None = None
        self.values = TitledGrid("Input", PATCH_TIP)
        self.weights = TitledGrid("Weights", "The weights that this place uses, laid as they meet the cells.")
        self.products = TitledGrid("Products", "Each number times the weight on it.")
        self.column, self.written = SumColumn(), WrittenSum()
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 4, 12, 6)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        parts = (self.values, _sign("⊙"), self.weights, _sign("="), self.products, _sign("→"), self.column)
        for place, part in enumerate(parts):
            grid.addWidget(part, 0, place)
            grid.setColumnStretch(place, int(isinstance(part, TitledGrid)))
        grid.addWidget(self.written, 1, 0, 1, len(parts))
        grid.setRowStretch(0, 1)
        self.setFixedHeight(HEIGHT)
        self.show_nothing(HINT)

    def set_low(self, low: bool) -> None:
        """Whether there is little room above each other."""
        self.setFixedHeight(LOW_HEIGHT if low else HEIGHT)

    @property
    def told(self) -> KindTold | None:
        """What is written out."""
        return self._told

    def show_nothing(self, reason: str) -> None:
        """There is no cell to write out; say why."""
        self._told = None
        for part in (self.values, self.weights, self.products):
            part.show_sheet(Sheet(np.full((3, 3), np.nan)))
        self.column.show_lines([])
        self.written.show_note(reason)

    def show_cell(self, told: KindTold, spec: KindSpec, depth: int) -> None:
        """Write out a cell; of a volume's products those on the slice at `depth` of the other side."""
        self._told = told
        event = told.event
        values, weights, products = told.sheets(depth)
        rows, columns = told.rows(depth)
        slice_words = f"slice {depth} · " if spec.dimensions == 3 else ""
        where = places_texts(rows.tolist(), columns.tolist()) if len(rows) and spec.dimensions > 1 else ()
        where = tuple(f"{slice_words}{text}" for text in where)
        if event.side == "output":
            padding = told.padding(depth, spec.size)
            self.values.show_sheet(Sheet(values, padding if padding.shape == values.shape else None), *where)
        else:
            self.values.show_sheet(Sheet(np.array([[event.value]])))
        self.values.title.setText("Input" if event.side == "output" else "Value")
        self.weights.show_sheet(Sheet(weights), *kernel_words(told, spec))
        self.products.show_sheet(Sheet(products), *(where if event.side == "input" else ()))
        self.column.show_lines(lines_of(told, spec))
        self._write(told)

    def _write(self, told: KindTold) -> None:
        event = told.event
        if not told.count:
            words = "no part of this cell" if event.count else "nothing: strides and gaps step over it"
            self.written.show_note(f"{cell_words(event)} meets {words} in the channel that is shown.")
            return
        values, factors, products = told.flat()
        pairs = islice(zip(values, factors, strict=True), MOST)
        if event.side == "output":
            terms = [f"{_signed(float(value))}·{_signed(float(weight))}" for value, weight in pairs]
            total = f"= {shown(float(products.sum()), 5)}"
            self.written.show_sum(terms, total, told.count)
            return
        said = ", ".join(shown(float(product), 3) for product in products[:MOST])
        self.written.show_note(f"{shown(event.value, 4)} times each weight is laid onto the output: {said}")


def _signed(value: float) -> str:
    text = shown(value, 3)
    return text if text[0].isdigit() else f"({text})"


def _sign(text: str) -> QLabel:
    sign = QLabel(text)
    sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
    set_role(sign, "faint")
    return sign
