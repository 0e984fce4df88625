"""One cell of the map written out: the patch times the kernel, the products, their sum, and what becomes of it."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from app.kernels.steps.column import SumColumn
from app.kernels.steps.letters import Letters, letters_of
from app.kernels.steps.places import places_texts, pool_text, product_text, turn_text
from app.kernels.steps.sums import CHANNELS, lines_of
from app.kernels.steps.told import Cell, Told
from app.kernels.steps.written import WrittenSum, letter_terms, number_terms
from app.widgets.fonts import title_font
from app.widgets.number_grid import NumberGrid
from app.widgets.number_paint import Colouring, Sheet
from app.widgets.number_text import shown
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from app.widgets.titled import Titled
from engine.spec.filter import FilterSpec

GAP = 8
POOL_PLACE = 7
TITLE_GAP = 6
PARTS = ("patch", "kernel", "products")
PATCH_TIP = "What lies under the kernel. Cells of the padding are hatched and in brackets."
HINT = "Move the cursor over the grids to read a product; click a cell of the map to go there."


class TitledGrid(Titled):
    """A grid of numbers under its title."""

    def __init__(self, title: str, tip: str) -> None:
        self.grid = NumberGrid(title, tip)
        super().__init__(title, self.grid, title_font(), TITLE_GAP)
        for label in (self.title, self.detail):
            label.setMinimumWidth(1)

    def show_sheet(self, sheet: Sheet, *details: str) -> None:
        """Show these numbers, and the first words that fit; before all, how many numbers are not written."""
        self.grid.set_sheet(sheet)
        left_out = self.grid.unwritten()
        if left_out:
            numbers = "number" if left_out == 1 else "numbers"
            details = f"{left_out} {numbers} as colours", f"{left_out} as colours"
        room = self.width() - self.title.sizeHint().width() - TITLE_GAP
        metrics = self.detail.fontMetrics()
        fitting = (text for text in details if metrics.horizontalAdvance(text) <= room)
        self.detail.setText(next(fitting, ""))


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
        self._pointed: tuple[str, Cell] | None = None
        self._words = ""
        self._letters: Letters | None = None
        self.patch = TitledGrid("Patch", PATCH_TIP)
        self.kernel = TitledGrid("Kernel", "The weights as they are laid on the patch.")
        self.products = TitledGrid("Products", "Each number of the patch times the weight on it.")
        self.pool = TitledGrid("Pooling", "What the detector made of each cell. Click one to write out its sum.")
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
        parts: list[QWidget] = [self.patch, _sign("⊙"), self.kernel, _sign("="), self.products, _sign("→")]
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
    def pointed(self) -> tuple[str, Cell] | None:
        """The number that the cursor is on: in "patch", "kernel", "products" or "pool"."""
        return self._pointed

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
            part.show_sheet(Sheet(np.full((3, 3), np.nan)))
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
        places = places_texts(event.rows, event.columns)
        names = (letters.patch, letters.kernel, letters.products()) if letters is not None else (None, None, None)
        self.patch.show_sheet(Sheet(told.patch[lane], told.padding, names[0], self._colouring), *places)
        turned = turn_text(spec, self.turn.value() is True)
        self.kernel.show_sheet(Sheet(told.kernel[lane], None, names[1]), turned, turned.removeprefix("turned by "))
        self.products.show_sheet(Sheet(told.products[lane], None, names[2]))

    def _show_pool(self, told: Told, spec: FilterSpec) -> None:
        self.pool.setVisible(told.pool is not None)
        self._grid.setColumnStretch(POOL_PLACE, int(told.pool is not None))
        pool = told.event.pool
        if told.pool is None or pool is None:
            return
        places = range(pool.top, pool.top + pool.height), range(pool.left, pool.left + pool.width)
        self.pool.show_sheet(Sheet(told.pool[self.lane % len(told.pool)]), *places_texts(*places))
        inner, winner = told.inner(), told.winner(self.lane)
        self.pool.grid.set_ring(inner)
        self.pool.grid.set_notes({winner: "met"} if spec.pooling.kind == "max" and winner is not None else {})

    def say(self, words: str) -> None:
        """Words in the place of the sum, unless the cursor is on one of its numbers; none bring the sum back."""
        self._words = words
        self._write()

    def _write(self) -> None:
        told = self._told
        if told is None:
            return
        note = self._pointed_text(told) or self._words
        if note:
            self.written.show_note(note)
            return
        if self._letters is not None:
            self.written.show_sum(letter_terms(self._letters), "+ bias" if told.event.bias else "", told.count)
            return
        sums = told.event.sums
        self.written.show_sum(number_terms(told, self.lane), f"= {shown(sums[self.lane % len(sums)], 5)}", told.count)

    def _pointed_text(self, told: Told) -> str:
        if self._pointed is None:
            return ""
        part, cell = self._pointed
        if part != "pool":
            return product_text(told, self.lane, cell)
        return pool_text(told, self.lane, cell) if told.pool is not None else ""

    def _hover(self, part: str, cell: Cell | None) -> None:
        self._pointed = None if cell is None else (part, cell)
        self.hovered.emit(part, cell)
        self._write()
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
