"""Where the cells of a kernel lie on the widget. Knows nothing of painting or of events."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect

LARGEST_WIDTH = 56
LARGEST_HEIGHT = 44
_MARGIN = 3  # room for the focus ring around the outermost cells
Cell = tuple[int, int]


class KernelLayout(NamedTuple):
    """`rows` × `columns` cells of `width` × `height` pixels, `gap` apart, the first at (`left`, `top`)."""

    rows: int
    columns: int
    width: int
    height: int
    gap: int
    left: int
    top: int

    def rectangle(self, row: int, column: int) -> QRect:
        """The pixels of one cell."""
        x = self.left + column * (self.width + self.gap)
        y = self.top + row * (self.height + self.gap)
        return QRect(x, y, self.width, self.height)

    def bounds(self) -> QRect:
        """The pixels of all cells together."""
        return self.rectangle(0, 0).united(self.rectangle(self.rows - 1, self.columns - 1))

    def cell_at(self, position: QPointF) -> Cell | None:
        """The cell under a position, or None beside the kernel. A gap belongs to the cell before it."""
        row, column = self._index(position)
        inside = 0 <= row < self.rows and 0 <= column < self.columns
        return (row, column) if inside else None

    def nearest(self, position: QPointF) -> Cell:
        """The cell nearest to a position."""
        row, column = self._index(position)
        return min(max(row, 0), self.rows - 1), min(max(column, 0), self.columns - 1)

    def _index(self, position: QPointF) -> Cell:
        column = (position.x() - self.left) // max(self.width + self.gap, 1)
        return int((position.y() - self.top) // max(self.height + self.gap, 1)), int(column)


def lay_out(rows: int, columns: int, width: int, height: int) -> KernelLayout:
    """The largest cells that fit into `width` × `height` pixels, centred."""
    across, down = max(width - 2 * _MARGIN, 1), max(height - 2 * _MARGIN, 1)
    gap = _gap(min(across / columns, down / rows))
    cell_width = max(min((across + gap) // columns - gap, LARGEST_WIDTH), 1)
    cell_height = max(min((down + gap) // rows - gap, LARGEST_HEIGHT), 1)
    # A little wider than high leaves room for numbers; more than that looks like a table.
    cell_width = min(cell_width, cell_height * LARGEST_WIDTH // LARGEST_HEIGHT)
    cell_height = min(cell_height, cell_width)
    left = (width - columns * (cell_width + gap) + gap) // 2
    top = (height - rows * (cell_height + gap) + gap) // 2
    return KernelLayout(rows, columns, cell_width, cell_height, gap, left, top)


def height_for(rows: int, columns: int, width: int) -> int:
    """How high the kernel wants to be when it is `width` pixels wide."""
    wanted = lay_out(rows, columns, width, 10_000)
    return rows * (wanted.height + wanted.gap) - wanted.gap + 2 * _MARGIN


def _gap(pitch: float) -> int:
    """Pixels between cells that lie `pitch` pixels apart."""
    for least, gap in ((28, 4), (16, 2), (5, 1)):
        if pitch >= least:
            return gap
    return 0


def line(start: Cell, end: Cell) -> list[Cell]:
    """The cells on the way from `start` (left out) to `end`, so that a fast stroke leaves no holes."""
    down, across = end[0] - start[0], end[1] - start[1]
    steps = max(abs(down), abs(across))
    return [(start[0] + round(down * k / steps), start[1] + round(across * k / steps)) for k in range(1, steps + 1)]
