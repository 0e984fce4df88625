"""One cell of the map written out: the patch times the kernel, the products, their sum, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.kernels.steps.column import SumColumn
from app.kernels.steps.letters import Letters, letters_of
from app.kernels.steps.sums import CHANNELS, lines_of, pooling_words
from app.kernels.steps.told import Cell, Told
from app.kernels.steps.written import WrittenSum, letter_terms, number_terms
from app.widgets.fonts import text_font, title_font
from app.widgets.number_grid import NumberGrid
from app.widgets.number_paint import Colouring, Sheet
from app.widgets.number_text import shown
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from engine.spec.filter import FilterSpec

GAP = 8
POOL_PLACE = 7
PARTS = ("patch", "kernel", "products")
HINT = "Move the cursor over the grids to read a product; click a cell of the map to go there."


class Titled(QWidget):
    """A grid of numbers under its title, with a few words at the right of it."""

    def __init__(self, title: str, tip: str) -> None:
        super().__init__()
        self.grid = NumberGrid(title, tip)
        self.title, self.detail = QLabel(title), QLabel()
        self.title.setFont(title_font())
        self.detail.setFont(text_font(11))
        set_role(self.title, "title")
        set_role(self.detail, "faint")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.title)
        row.addWidget(self.detail, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.grid, 1)
        for label in (self.title, self.detail):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setMinimumWidth(1)

    def show_sheet(self, sheet: Sheet, detail: str) -> None:
        """Show these numbers; how many are not written goes before the other words."""
        self.grid.set_sheet(sheet)
        left_out = self.grid.unwritten()
        self.detail.setText(f"{left_out} numbers as colours" if left_out else detail)


class CellSheet(QWidget):
    """Shows what it is told; says which of its cells the cursor is on."""

    hovered = Signal(str, object)
    """("patch", "kernel", "products" or "pool", (row, column) or None)."""
    inner_chosen = Signal(object)
    """(row, column) of a cell of the pooling window that is to be written out."""
    lane_chosen = Signal(int)
    """The channel that is to be shown."""
    turn_chosen = Signal(bool)
    """Whether the kernel's quarter turn is to be written out."""

    def __init__(self) -> None:
        super().__init__()
        self._told: Told | None = None
        self._spec = FilterSpec()
        self._colouring: Colouring = "grey"
        self._with_letters = False
        self._letters: Letters | None = None
        self.patch = Titled("Patch", "What lies under the kernel. Cells of the padding are hatched and in brackets.")
        self.kernel = Titled("Kernel", "The weights as they are laid on the patch.")
        self.products = Titled("Products", "Each number of the patch times the weight on it.")
        self.pool = Titled("Pooling window", "What the detector made of each cell. Click one to write out its sum.")
        self.column = SumColumn()
        self.written = WrittenSum()
        self.plane = Segmented(list(enumerate(CHANNELS)), "Channel", "Which channel's products are shown.")
        self.turn = Segmented([(False, "0°"), (True, "90°")], "Turn", "The kernel, or its quarter turn.")
        self._build()
        for name, part in (*zip(PARTS, (self.patch, self.kernel, self.products), strict=True), ("pool", self.pool)):
            part.grid.hovered.connect(partial(self._hover, name))
        self.pool.grid.chosen.connect(self._choose_inner)
        self.plane.value_changed.connect(self._choose_plane)
        self.turn.value_changed.connect(self._choose_turn)
        self.show_nothing(HINT)

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(4)
        parts: list[QWidget] = [self.patch, _sign("⊙"), self.kernel, _sign("="), self.products, _sign("Σ")]
        for place, part in enumerate([*parts, self.column, self.pool]):
            grid.addWidget(part, 0, place)
        self._grid = grid
        for place in (0, 2, 4):
            grid.setColumnStretch(place, 1)
        switches = QHBoxLayout()
        switches.setSpacing(GAP)
        switches.addWidget(self.written, 1)
        switches.addWidget(self.turn)
        switches.addWidget(self.plane)
        grid.addLayout(switches, 1, 0, 1, 8)
        grid.setRowStretch(0, 1)

    @property
    def lane(self) -> int:
        """The channel that is shown."""
        value = self.plane.value()
        planes = self._told.planes if self._told is not None else 1
        return value if isinstance(value, int) and value < planes else 0

    @property
    def told(self) -> Told | None:
        """What is shown."""
        return self._told

    @property
    def letters(self) -> Letters | None:
        """The names that are shown, if any are."""
        return self._letters

    def set_letters(self, on: bool) -> None:
        """Whether the sum is written in letters."""
        self._with_letters = on
        if self._told is not None:
            self.show_cell(self._told, self._spec, self._colouring)

    def show_nothing(self, reason: str) -> None:
        """There is no cell to write out; say why."""
        self._told = None
        for part in (self.patch, self.kernel, self.products):
            part.show_sheet(Sheet(np.full((3, 3), np.nan)), "")
        self.column.show_lines([])
        self.pool.hide()
        self.plane.hide()
        self.turn.hide()
        self.written.show_note(reason)

    def show_cell(self, told: Told, spec: FilterSpec, colouring: Colouring = "grey") -> None:
        """Write out a cell that `spec` made; the patch is coloured as a picture, or as numbers of both signs."""
        self._told, self._spec, self._colouring = told, spec, colouring
        self._letters = letters_of(told, spec) if self._with_letters else None
        self.plane.setVisible(told.planes > 1)
        self.turn.setVisible(bool(told.event.turned))
        self._show_grids(told, spec)
        self._show_pool(told, spec)
        self.column.show_lines(lines_of(told, spec))
        self._write()

    def _show_grids(self, told: Told, spec: FilterSpec) -> None:
        lane, letters, event = self.lane, self._letters, told.event
        places = f"rows {span_text(event.rows)} · columns {span_text(event.columns)}"
        names = (letters.patch, letters.kernel, letters.products()) if letters is not None else (None, None, None)
        self.patch.show_sheet(Sheet(told.patch[lane], told.padding, names[0], self._colouring), places)
        self.kernel.show_sheet(Sheet(told.kernel[lane], None, names[1]), _turn_text(spec, self.turn.value() is True))
        self.products.show_sheet(Sheet(told.products[lane], None, names[2]), "")

    def _show_pool(self, told: Told, spec: FilterSpec) -> None:
        self.pool.setVisible(told.pool is not None)
        self._grid.setColumnStretch(POOL_PLACE, int(told.pool is not None))
        if told.pool is None:
            return
        height, width = told.pool.shape[1:]
        self.pool.show_sheet(Sheet(told.pool[self.lane % len(told.pool)]), pooling_words(spec.pooling, (height, width)))
        inner, winner = told.inner(), told.winner(self.lane)
        self.pool.grid.set_ring(inner)
        self.pool.grid.set_notes({winner: "met"} if spec.pooling.kind == "max" and winner is not None else {})

    def _write(self) -> None:
        told = self._told
        if told is None:
            return
        if self._letters is not None:
            end = " + bias" if told.event.bias else ""
            self.written.show_sum(letter_terms(self._letters), end.strip() and end)
            return
        sums = told.event.sums
        self.written.show_sum(number_terms(told, self.lane), f"= {shown(sums[self.lane % len(sums)], 5)}")

    def _hover(self, part: str, cell: Cell | None) -> None:
        told = self._told
        if told is None:
            return
        if cell is None:
            self._write()
        elif part == "pool":
            self.written.show_note(pool_text(told, self.lane, cell))
        else:
            self.written.show_note(product_text(told, self.lane, cell))
        self.hovered.emit(part, cell)
        for grid in (self.patch.grid, self.kernel.grid, self.products.grid):
            grid.set_notes({cell: "met"} if cell is not None and part != "pool" else {})

    def _choose_inner(self, row: int, column: int) -> None:
        self.inner_chosen.emit((row, column))

    def _choose_plane(self, lane: object) -> None:
        if self._told is not None:
            self.show_cell(self._told, self._spec, self._colouring)
        assert isinstance(lane, int)
        self.lane_chosen.emit(lane)

    def _choose_turn(self, turned: object) -> None:
        self.turn_chosen.emit(bool(turned))


def _sign(text: str) -> QLabel:
    sign = QLabel(text)
    sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
    set_role(sign, "faint")
    return sign


def _turn_text(spec: FilterSpec, quarter: bool) -> str:
    angles = [angle for angle, on in (("90°", quarter), ("180°", spec.operation == "convolution")) if on]
    return f"turned by {' and '.join(angles)}" if angles else ""


def span_text(places: Sequence[int]) -> str:
    """Rows or columns that lie evenly apart.

    Example:
        >>> span_text([4, 5, 6]), span_text([-2, 0, 2]), span_text([7]), span_text(range(0, 50, 5))
        ('4–6', '−2, 0, 2', '7', '0–45 by 5')
    """
    first, last = shown(places[0]), shown(places[-1])
    step = places[1] - places[0] if len(places) > 1 else 1
    if len(places) == 1:
        return first
    if step > 1 and len(places) <= 3:
        return ", ".join(shown(place) for place in places)
    return f"{first}–{last}" + (f" by {step}" if step > 1 else "")


def product_text(told: Told, lane: int, cell: Cell) -> str:
    """One product with all its digits."""
    event = told.event
    row, column = event.rows[cell[0]], event.columns[cell[1]]
    value, weight, product = (shown(float(part[lane][cell])) for part in (told.patch, told.kernel, told.products))
    text = f"row {shown(row)}, column {shown(column)}: {value} · {weight} = {product}"
    if told.zero[cell]:
        return f"{text}   (a zero of the padding)"
    if told.padding[cell]:
        return f"{text}   (padding: a copy of row {event.held_rows[cell[0]]}, column {event.held_columns[cell[1]]})"
    return text


def pool_text(told: Told, lane: int, cell: Cell) -> str:
    """A cell of the pooling window."""
    pool = told.event.pool
    assert pool is not None
    assert told.pool is not None
    value = shown(float(told.pool[lane % len(told.pool)][cell]))
    return f"before pooling, row {pool.top + cell[0]}, column {pool.left + cell[1]}: {value}   (click to write it out)"
