"""How often the kernel visits each cell of the input, as colours over it."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.widgets.cell_layer import CellLayer
from app.widgets.tokens import tokens
from engine.arithmetic import padding_per_side
from engine.arithmetic.sizes import SizeFormula
from engine.arithmetic.visits import Counts, axis_visits
from engine.display.tables import TableName, stops
from engine.spec.filter import FilterSpec

VEIL = 170  # of 255
STOPS = 33
TABLE: TableName = "viridis"


class Visits:
    """The visits of each row and each column of the picture; a cell's are their product.

    Raises:
        SpecError: on making it, if the kernel does not fit.
    """

    def __init__(self, spec: FilterSpec, size: tuple[int, int]) -> None:
        sides = padding_per_side(spec.padding, spec.kernel.size, spec.dilation)
        along = zip(size, spec.kernel.size, spec.stride, sides, spec.dilation, strict=True)
        formulas = [SizeFormula(n, k, s, *around, d) for n, k, s, around, d in along]
        self.rows: Counts
        self.columns: Counts
        self.rows, self.columns = (axis_visits(formula, spec.padding_mode) for formula in formulas)

    @property
    def most(self) -> int:
        """The visits of the cell that has the most."""
        return int(self.rows.max() * self.columns.max())

    def at(self, row: int, column: int) -> int:
        """The visits of a cell."""
        return int(self.rows[row] * self.columns[column])

    def layer(self) -> CellLayer:
        """The colours."""
        return CellLayer(self.rows.astype(float), self.columns.astype(float), colours(VEIL))


def colours(alpha: int = 255) -> list[QColor]:
    """From no visits to the most."""
    return [QColor(*colour, alpha) for colour in stops(TABLE, tokens().name == "dark", STOPS)]
