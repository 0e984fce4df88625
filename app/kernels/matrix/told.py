"""What the engine said of the matrix, as arrays; and what of it somebody looks at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.protocol import Form, MatrixForms, MatrixTold

Cell = tuple[int, int]
Numbers = NDArray[np.float64]
Index = NDArray[np.int32]


class Aim(NamedTuple):
    """A row of the matrix (a cell of the map), a column (a cell of the input), a weight: those that are looked at."""

    row: int | None = None
    column: int | None = None
    weight: int | None = None


NOTHING = Aim()


def index_of(form: Form) -> Index:
    """Which weight stands in each entry, −1 for none."""
    return np.frombuffer(form.index, np.int32).reshape(form.rows, form.columns)


class Told:
    """One answer of the engine, with the matrix that it belongs to."""

    def __init__(self, event: MatrixTold, forms: MatrixForms) -> None:
        self.event = event
        self.forms = forms
        self.index = index_of(forms.form)
        self.entries = np.frombuffer(forms.entries, np.float32).reshape(self.index.shape)
        self.input_size = event.height, event.width
        self.map_size = event.map_height, event.map_width
        self.seen = _grid(event.seen, self.input_size)
        self.map = _grid(event.map, self.map_size)
        self.product = _grid(event.product, self.map_size)

    @property
    def kernel_size(self) -> Cell:
        """(height, width) of the weights that make one cell: the input's, where every cell has one for each."""
        return self.input_size if self.forms.form.kind == "dense" else self.forms.kernel_size

    @property
    def taps(self) -> int:
        """How many weights there are in one kernel."""
        return self.kernel_size[0] * self.kernel_size[1]

    @property
    def kernels(self) -> int:
        """How many kernels there are."""
        return max(self.forms.form.weights // self.taps, 1)

    def kernel_of(self, aim: Aim) -> int:
        """The number of the kernel that is looked at, or that makes the map's cell that is; the first one otherwise."""
        if aim.weight is not None:
            return aim.weight // self.taps
        if aim.row is None:
            return 0
        there = self.index[aim.row][self.index[aim.row] >= 0]
        return int(there[0]) // self.taps if len(there) else 0

    def weights_of(self, kernel: int) -> Numbers:
        """The numbers of a kernel, [height, width]; NaN for weights that stand nowhere in the matrix."""
        found = np.full(self.taps, np.nan)
        first = kernel * self.taps
        rows, columns = np.nonzero((self.index >= first) & (self.index < first + self.taps))
        found[self.index[rows, columns] - first] = self.entries[rows, columns]
        return found.reshape(self.kernel_size)

    def known(self, aim: Aim) -> Aim:
        """What is looked at, with the weight where it is an entry; nothing if there is no such thing here."""
        rows, columns = self.index.shape
        limits = (aim.row, rows), (aim.column, columns), (aim.weight, self.forms.form.weights)
        if aim.row is None or aim.column is None:
            return aim if all(place is None or place < limit for place, limit in limits) else NOTHING
        if aim.row >= rows or aim.column >= columns:
            return NOTHING
        weight = int(self.index[aim.row, aim.column])
        return Aim(aim.row, aim.column, weight if weight >= 0 else None)


def place_of(number: int, size: Cell) -> Cell:
    """(row, column) of a cell that is counted row by row.

    Example:
        >>> place_of(8, (3, 5))
        (1, 3)
    """
    return divmod(number, size[1])


def _grid(data: bytes, size: Cell) -> Numbers:
    return np.frombuffer(data, np.float32).reshape(size).astype(np.float64)
