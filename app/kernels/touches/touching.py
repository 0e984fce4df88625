"""Follows the cursor over input, kernel and map, and says what to mark on them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from app.kernels.relation import field_box, fits
from app.kernels.steps.marks import tinted
from app.kernels.touches.meeting import Meeting, Subject, meeting
from app.widgets.cell_layer import CellLayer, mask
from app.widgets.kernel_layout import Cell
from app.widgets.kernel_paint import Note
from app.widgets.picture_overlay import Overlay
from app.widgets.tokens import tokens
from engine.errors import SpecError

if TYPE_CHECKING:
    from app.kernels.page import KernelPage

PATTERN = 110  # of 255: a light pattern that leaves the picture to be seen
VISITED, SKIPPED = 40, 165
"""How much a weight's cells are tinted, and those that it skips are veiled."""


class Touching(QObject):
    """Knows what is looked at and what that meets. Marks the kernel's grids itself; the pictures belong to the look."""

    changed = Signal()
    """Something else is looked at, or it meets something else."""

    def __init__(self, page: KernelPage, sticky: bool, role: str = "result") -> None:
        super().__init__(page)
        self._page = page
        self._sticky = sticky
        self._role = role
        self._on = False
        self._subject: Subject | None = None
        self.meeting: Meeting | None = None
        page.input.view.hovered.connect(partial(self._hover, "input"))
        page.map.view.hovered.connect(partial(self._hover, "map"))
        for grid, laid in ((page.kernel.grid, False), (page.kernel.flipped, True)):
            grid.hovered.connect(partial(self._hover_weight, laid))
            grid.current_changed.connect(partial(self._walk_weight, laid))
        page.document.changed.connect(self.refresh)

    @property
    def subject(self) -> Subject | None:
        """What is looked at."""
        return self._subject

    def set_on(self, on: bool) -> None:
        """Whether the cursor counts."""
        self._on = on
        if not on:
            self.look_at(None)
            self._note({})
        else:
            self.refresh()

    def look_at(self, subject: Subject | None) -> None:
        """Look at something else."""
        if subject != self._subject:
            self._subject = subject
            self.refresh()

    def refresh(self) -> None:
        """Find out anew what the subject meets: the settings may be others."""
        geometry = self._page.geometry_now
        self.meeting = None
        if self._subject is not None and geometry is not None and fits(geometry) and self._is_there(self._subject):
            try:
                self.meeting = meeting(geometry, self._subject)
            except SpecError:  # of a step before that does not fit
                self.meeting = None
        if self._on:
            self._note(self._notes())
            self.changed.emit()

    def _is_there(self, subject: Subject) -> bool:
        size = self.size_of(subject.kind)
        return size is not None and subject.row < size[0] and subject.column < size[1]

    def size_of(self, kind: str) -> Cell | None:
        """How many rows and columns there are of that kind."""
        geometry = self._page.geometry_now
        if kind == "weight":
            return self._page.document.project.filter.kernel.size
        if geometry is None or not fits(geometry):
            return None
        return geometry.input_size if kind == "input" else geometry.map_size

    def _hover(self, kind: str, cell: Cell | None) -> None:
        if not self._on:
            return
        if cell is not None:
            self.look_at(Subject("input" if kind == "input" else "map", *cell))
        elif not self._sticky and self._subject is not None and self._subject.kind == kind:
            self.look_at(None)

    def _hover_weight(self, laid: bool, cell: Cell | None) -> None:
        if not self._on:
            return
        if cell is not None:
            self.look_at(self.weight(cell, laid))
        elif not self._sticky and self._subject is not None and self._subject.kind == "weight":
            self.look_at(None)

    def _walk_weight(self, laid: bool, row: int, column: int) -> None:
        self._hover_weight(laid, (row, column))

    def weight(self, cell: Cell, laid: bool) -> Subject:
        """The weight in a cell of the kernel's grid; `laid` counts cells as a convolution lays them on the picture."""
        spec = self._page.document.project.filter
        if laid and spec.operation == "convolution":
            height, width = spec.kernel.size
            cell = height - 1 - cell[0], width - 1 - cell[1]
        return Subject("weight", *cell)

    def input_overlays(self) -> list[Overlay]:
        """Frames for the input's picture."""
        found, geometry = self.meeting, self._page.geometry_now
        if found is None or geometry is None:
            return []
        row, column = found.subject.row, found.subject.column
        if found.subject.kind == "map":
            return [Overlay(*field_box(geometry, row, column), role=self._role)]
        return [Overlay(row, column, role=self._role)] if found.subject.kind == "input" else []

    def map_overlays(self) -> list[Overlay]:
        """Frames for the map."""
        found = self.meeting
        if found is None:
            return []
        rows, columns = found.rows.map, found.columns.map
        if not rows or not columns:
            return []
        box = rows[0], columns[0], rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
        return [Overlay(*box, role=self._role, style="thin" if found.subject.kind == "weight" else "frame")]

    def input_layers(self) -> list[CellLayer]:
        """The cells of the input that are read, where they are not all that is framed."""
        found, size = self.meeting, self.size_of("input")
        if found is None or size is None or found.subject.kind == "input" or not found.pixels:
            return []
        rows, columns = (mask(n, axis.picture) for n, axis in zip(size, (found.rows, found.columns), strict=True))
        if found.subject.kind == "weight":
            return [CellLayer(rows, columns, [_clear("shade", SKIPPED), _clear("result", VISITED)])]
        framed = self.input_overlays()[0]
        if found.pixels == framed.height * framed.width:
            return []
        return [tinted(rows, columns, self._role, PATTERN)]

    def map_layers(self) -> list[CellLayer]:
        """The cells of the map that are reached, where they are not all that is framed."""
        found, size = self.meeting, self.size_of("map")
        if found is None or size is None or found.subject.kind != "input" or not found.cells:
            return []
        framed = self.map_overlays()[0]
        if found.cells == framed.height * framed.width:
            return []
        rows, columns = (mask(n, axis.map) for n, axis in zip(size, (found.rows, found.columns), strict=True))
        return [tinted(rows, columns, self._role, PATTERN)]

    def _notes(self) -> dict[Cell, Note]:
        found = self.meeting
        if found is None:
            return {}
        notes: dict[Cell, Note] = dict.fromkeys(sorted(found.weights_on_zeros), "padding")
        return {**notes, **dict.fromkeys(sorted(found.weights), "met")}

    def _note(self, notes: dict[Cell, Note]) -> None:
        height, width = self._page.document.project.filter.kernel.size
        self._page.kernel.grid.set_notes(notes)
        self._page.kernel.flipped.set_notes(
            {(height - 1 - row, width - 1 - column): note for (row, column), note in notes.items()}
        )


def _clear(role: str, alpha: int) -> QColor:
    colour = tokens().colour(role)
    colour.setAlpha(alpha)
    return colour
