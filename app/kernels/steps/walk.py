"""Where the window is, and how it goes on. Knows nothing of pictures or engines."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

Cell = tuple[int, int]
SLOWEST, FASTEST = 1, 60
"""Steps a second."""


class Walk(QObject):
    """A place in a map of rows and columns that is moved by hand or by a clock.

    A step is one cell on, or with `by_rows` one row down; at the end of a row or column it goes on with the next one,
    and at the end of all it stops, or begins anew with `loop`.
    """

    moved = Signal()
    """The place, or the size of the map, is another one."""
    changed = Signal()
    """It plays or has stopped, or plays the other way."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size: Cell = (0, 0)
        self._cell: Cell = (0, 0)
        self._direction = 0
        self._waits = False
        self.by_rows = False
        self.loop = True
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.set_speed(4)

    @property
    def size(self) -> Cell:
        """(rows, columns) of the map; (0, 0) while there is none."""
        return self._size

    @property
    def cell(self) -> Cell:
        """Where the window is."""
        return self._cell

    @property
    def count(self) -> int:
        """How many cells there are."""
        return self._size[0] * self._size[1]

    @property
    def place(self) -> int:
        """Which of them it is at, row after row."""
        return self._cell[0] * self._size[1] + self._cell[1]

    @property
    def direction(self) -> int:
        """1 while it plays, -1 while it plays backwards, 0 while it stands."""
        return self._direction

    def set_speed(self, steps: float) -> None:
        """Steps a second."""
        self._timer.setInterval(round(1000 / steps))

    def set_size(self, size: Cell) -> None:
        """The map has another size: stay in the same row and column as far as that can be."""
        if size == self._size:
            return
        self._size = size
        if not self.count:
            self.play(0)
        self._cell = _inside(self._cell, size)
        self.moved.emit()

    def go_to(self, cell: Cell) -> None:
        """Move to a cell, or the one nearest to it."""
        cell = _inside(cell, self._size)
        if cell != self._cell and self.count:
            self._cell = cell
            self.moved.emit()

    def go_to_place(self, place: int) -> None:
        """Move to a cell counted row after row."""
        if self.count:
            self.go_to(divmod(min(max(place, 0), self.count - 1), self._size[1]))

    def move(self, rows: int, columns: int) -> None:
        """Move by hand; columns go on in the next row."""
        if columns:
            self.go_to_place(self.place + columns)
        if rows:
            self.go_to((self._cell[0] + rows, self._cell[1]))

    def step(self, direction: int) -> bool:
        """One step on or back. Returns whether there was one to take."""
        along, other = (0, 1) if self.by_rows else (1, 0)
        if not self.count:
            return False
        place = self._cell[other] * self._size[along] + self._cell[along] + direction
        if not self.loop and not 0 <= place < self.count:
            return False
        turned = divmod(place % self.count, self._size[along])
        self.go_to((turned[1], turned[0]) if self.by_rows else turned)
        return True

    def play(self, direction: int) -> None:
        """Go on by the clock: 1 forwards, -1 backwards, 0 not any more."""
        direction = direction if self.count else 0
        if direction and not self.loop and not self._can_step(direction):
            self.go_to_place(0 if direction > 0 else self.count - 1)
        if direction == self._direction:
            return
        self._direction = direction
        if direction:
            self._timer.start()
        else:
            self._timer.stop()
        self.changed.emit()

    def _can_step(self, direction: int) -> bool:
        last = (self._size[0] - 1, self._size[1] - 1)
        return self._cell != (last if direction > 0 else (0, 0))

    def hold(self, on: bool) -> None:
        """Whether the clock waits: the cell at hand has not been written out yet."""
        self._waits = on

    def _tick(self) -> None:
        if not self._waits and not self.step(self._direction):
            self.play(0)


def _inside(cell: Cell, size: Cell) -> Cell:
    row, column = (min(max(place, 0), max(n - 1, 0)) for place, n in zip(cell, size, strict=True))
    return row, column
