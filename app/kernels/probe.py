"""What is under the cursor: outlines in both pictures at once, values from the engine a moment later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.kernels.relation import field_box, fits, reached_box
from app.kernels.terms import place_text, values_text
from app.state.engine_link import EngineLink
from app.widgets.calm import Calm
from app.widgets.picture_overlay import Overlay
from engine.protocol import Box, Readout

if TYPE_CHECKING:
    from app.kernels.page import KernelPage

Cell = tuple[int, int]
HINT = "hover: receptive field of the output cell"


class Probing(QObject):
    """Follows the cursor over either view."""

    def __init__(self, page: KernelPage, link: EngineLink) -> None:
        super().__init__(page)
        self._page = page
        self._link = link
        self._view = ""
        self._cell: Cell | None = None
        self._answered = False
        self._outlines = True
        self._readout: Readout | None = None
        self._calm = Calm(self._write, self)
        page.input.view.hovered.connect(self._over_input)
        page.map.view.hovered.connect(self._over_map)
        link.readout.connect(self._on_readout)
        self.refresh()

    @property
    def is_answered(self) -> bool:
        """Whether the values of the cell are known and written."""
        return self._answered and not self._calm.waits

    def look_at(self, view: str, cell: Cell | None) -> None:
        """Do as if the cursor were there."""
        self._probe(view, cell)

    def set_outlines(self, on: bool) -> None:
        """Whether it draws on the pictures; values are told all the same."""
        self._outlines = on
        self.refresh()

    def _over_input(self, cell: Cell | None) -> None:
        self._probe("input", cell)

    def _over_map(self, cell: Cell | None) -> None:
        self._probe("map", cell)

    def _probe(self, view: str, cell: Cell | None) -> None:
        # Leaving one view must not take back what entering the other has just set.
        if cell is None and view != self._view:
            return
        self._view, self._cell, self._answered = view, cell, False
        self.refresh()
        if cell is None:
            self._link.probe(None)
            self._page.readout.clear()
            self._page.values_changed.emit("")
        else:
            self._link.probe(view, *cell)

    def refresh(self) -> None:
        """Outline the cell and what it has to do with the other picture."""
        if not self._outlines:
            return
        here, there = self._boxes()
        first, second = (self._page.input.view, self._page.map.view)
        if self._view == "map":
            first, second = second, first
        first.set_overlays([Overlay(*here)] if here else [])
        second.set_overlays([Overlay(*there)] if there else [])
        field = there if self._view == "map" else None
        self._page.input.set_note(f"receptive field {field[2]}×{field[3]}" if field else HINT)

    def _boxes(self) -> tuple[Box | None, Box | None]:
        geometry, cell = self._page.geometry_now, self._cell
        if cell is None or geometry is None:
            return None, None
        here = (cell[0], cell[1], 1, 1)
        if not fits(geometry):
            return (here, None) if self._view == "input" else (None, None)
        return here, field_box(geometry, *cell) if self._view == "map" else reached_box(geometry, *cell)

    def _on_readout(self, readout: Readout) -> None:
        if self._cell != (readout.row, readout.column) or self._view != readout.view:
            return
        first, self._answered, self._readout = not self._answered, True, readout
        if first:
            self._calm.now()
        else:
            self._calm.wish()

    def _write(self) -> None:
        readout = self._readout
        if not self._answered or readout is None:
            return
        self._page.readout.show_readout(readout, self._page.document.project.filter)
        self._page.values_changed.emit(f"{place_text(readout)}  {values_text(readout.values)}")
