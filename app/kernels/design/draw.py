"""The tool for drawing a kernel freehand: a pen, and a symmetry that every stroke has."""

from __future__ import annotations

from functools import partial

import numpy as np

from app.kernels.design.place import Place
from app.kernels.design.pop_out import PopOut, button
from app.kernels.design.weights import Array, Make
from app.widgets.fields import Choice, Toggle
from app.widgets.kernel_grid import Pen
from app.widgets.kernel_layout import Cell
from app.widgets.number_field import NumberField
from app.widgets.number_text import parse_number
from engine.errors import SpecError
from engine.kernels import design
from engine.spec.filter import MAX_WEIGHT

NONE = "none"
SYMMETRIES = (
    (NONE, "no symmetry"),
    ("left-right", "left–right"),
    ("up-down", "up–down"),
    ("both-mirrors", "both mirrors"),
    ("diagonal", "diagonal ╲"),
    ("anti-diagonal", "diagonal ╱"),
    ("half-turn", "half turn"),
    ("quarter-turn", "quarter turns"),
    ("eight-fold", "all eight"),
)
AXES = {
    "left-right": "|",
    "up-down": "-",
    "both-mirrors": "|-",
    "diagonal": "\\",
    "anti-diagonal": "/",
    "half-turn": "o",
    "quarter-turn": "o",
    "eight-fold": "|-\\/",
}
MANY_ROWS = 9
TALL = 168
"""Pixels high the grid is while a large kernel is drawn."""
_HELP = (
    "Press and drag in the grid above to draw with the value of the pen; the right button draws zeros. A stroke is "
    "one undo."
)
_VALUE_HELP = "What the pen writes into the cells."
_SYMMETRY_HELP = "Every stroke is drawn on all cells that a mirror or a turn brings to the one under the pen."
_ODD_HELP = "Mirrored cells get the value with the other sign, as in an edge detector; cells on the axis become 0."
_MAKE_HELP = "Give the kernel this symmetry as it is: the mean over all its mirror images or turns."


class DrawTool(PopOut):
    """Gives the grid a pen while it is open."""

    def __init__(self, place: Place) -> None:
        super().__init__("Draw", _HELP)
        self._place = place
        self._height = place.grid.height()
        self.value = NumberField(-MAX_WEIGHT, MAX_WEIGHT, 0.1, False, "", "Pen", _VALUE_HELP)
        self.value.set_value(1.0)
        self.symmetry = Choice(SYMMETRIES, "Symmetry", _SYMMETRY_HELP)
        self.odd = Toggle("±", None, "Other sign", _ODD_HELP)
        self.clear = button("Clear", "Clear", "Make every weight 0.")
        self.even_out = button("Apply", "Make symmetric", _MAKE_HELP)
        self.add_row("Pen", self.value, self.clear, tip=_VALUE_HELP)
        self.add(self.symmetry, self.odd, self.even_out)
        for control in (self.value, self.symmetry, self.odd):
            control.value_changed.connect(self._take_up)
        self.value.rejected.connect(self._refuse_value)
        self.clear.clicked.connect(partial(self._change, np.zeros_like, "clear the kernel"))
        self.even_out.clicked.connect(partial(self._change, self._symmetrised, "make the kernel symmetric"))
        place.document.changed.connect(self._take_up)

    def choose(self, symmetry: str) -> None:
        """Take up the pen with another symmetry."""
        self.symmetry.set_value(symmetry)
        self._take_up()

    def begin(self) -> None:
        """The pen is in the hand."""
        self._take_up()

    def end(self) -> None:
        """The grid is as it was."""
        self._place.document.changed.disconnect(self._take_up)
        self._place.grid.set_pen(None)
        self._place.grid.setFixedHeight(self._height)

    def _take_up(self) -> None:
        size = self._place.document.project.filter.kernel.size
        self._place.grid.setFixedHeight(TALL if max(size) >= MANY_ROWS else self._height)
        symmetry = str(self.symmetry.value())
        self.odd.setEnabled(symmetry != NONE)
        self.even_out.setEnabled(symmetry != NONE)
        problem = _problem(symmetry, size)
        self.refuse(problem)
        axes = "" if problem else AXES.get(symmetry, "")
        self._place.grid.set_pen(Pen(float(self.value.value()), self._spread, axes))

    def _spread(self, cell: Cell) -> tuple[tuple[int, int, int], ...]:
        """The cells of the kernel as it is now: it may have changed since the pen was taken up."""
        size = self._place.document.project.filter.kernel.size
        symmetry = self.symmetry.value()
        if symmetry == NONE or _problem(str(symmetry), size):
            return ((*cell, 1),)
        return design.symmetric_cells(cell, size, symmetry, self.odd.value())  # type: ignore[arg-type]

    def _symmetrised(self, weights: Array) -> Array:
        return design.symmetrise(weights, self.symmetry.value(), self.odd.value())  # type: ignore[arg-type]

    def _change(self, make: Make, text: str, _checked: bool = False) -> None:
        self.refuse(self._place.change(make, text))

    def _refuse_value(self, text: str) -> None:
        said = f"{text!r} is no number" if parse_number(text) is None else f"{text} is too much"
        self.refuse(f"{said}; a weight is −1,000,000 to 1,000,000.")


def _problem(symmetry: str, size: Cell) -> str:
    if symmetry == NONE:
        return ""
    try:
        design.symmetric_cells((0, 0), size, symmetry)  # type: ignore[arg-type]  # the choice holds no other word
    except SpecError as error:
        return str(error)
    return ""
