"""The controls of the walk: first, back, play, on, last, the place, the pace."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from app.kernels.steps.walk import FASTEST, SLOWEST, Walk
from app.widgets.cells import ARROWS
from app.widgets.fields import Toggle
from app.widgets.fonts import number_font
from app.widgets.icons import icon
from app.widgets.number_field import NumberField
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from app.widgets.tips import describe

KEYS: dict[int, tuple[int, int]] = {
    **ARROWS,
    Qt.Key.Key_PageUp: (-10, 0),
    Qt.Key.Key_PageDown: (10, 0),
}
"""(rows, columns) that a key moves by."""
KEYS_HELP = "Space plays and pauses, arrows go one cell, Home and End to the first and the last."


def walk_by_key(walk: Walk, event: QKeyEvent) -> bool:
    """Do what a key means for the walk. Returns whether it means anything."""
    key = event.key()
    if key in KEYS:
        walk.move(*KEYS[key])
    elif key == Qt.Key.Key_Home:
        walk.go_to_place(0)
    elif key == Qt.Key.Key_End:
        walk.go_to_place(walk.count - 1)
    elif key == Qt.Key.Key_Space:
        walk.play(0 if walk.direction else 1)
    else:
        return False
    return True


class Timeline(QSlider):
    """All cells of the map in a row."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._walk = walk
        self.setMinimumWidth(80)
        describe(self, "Place in the map", f"All cells of the map, row after row. {KEYS_HELP}")
        self.valueChanged.connect(walk.go_to_place)
        walk.moved.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Stand where the walk is."""
        with QSignalBlocker(self):
            self.setRange(0, max(self._walk.count - 1, 0))
            self.setPageStep(max(self._walk.size[1], 1))
            self.setValue(self._walk.place)
        self.setEnabled(self._walk.count > 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the walk."""
        if not walk_by_key(self._walk, event):
            event.ignore()


class PlayButton(QToolButton):
    """Plays in one direction, and pauses that."""

    def __init__(self, walk: Walk, direction: int) -> None:
        super().__init__()
        self._walk, self._direction = walk, direction
        self.clicked.connect(self._click)
        walk.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Offer to pause while it plays this way."""
        plays = self._walk.direction == self._direction
        back = "" if self._direction > 0 else " backwards"
        self.setIcon(icon("pause" if plays else "play" if self._direction > 0 else "play-back"))
        name = f"Pause{back}" if plays else f"Play{back}"
        describe(self, name, f"{name} (Space)." if self._direction > 0 else f"{name}.")

    def _click(self) -> None:
        self._walk.play(0 if self._walk.direction == self._direction else self._direction)


class StepButton(QToolButton):
    """One step on or back, and more while it is held down."""

    stepped = Signal(int)

    def __init__(self, direction: int) -> None:
        super().__init__()
        self._direction = direction
        self.setText("›" if direction > 0 else "‹")
        self.setAutoRepeat(True)
        name = "Next step" if direction > 0 else "Previous step"
        describe(self, name, f"{name}: a cell, or a row if it goes by rows ({'→' if direction > 0 else '←'}).")
        self.clicked.connect(self._click)

    def _click(self) -> None:
        self.stepped.emit(self._direction)


class EndButton(QToolButton):
    """To the first or the last cell."""

    def __init__(self, walk: Walk, last: bool) -> None:
        super().__init__()
        self._walk, self._last = walk, last
        self.setIcon(icon("last" if last else "first"))
        describe(self, "Last cell" if last else "First cell", f"Go there ({'End' if last else 'Home'}).")
        self.clicked.connect(self._click)

    def _click(self) -> None:
        self._walk.go_to_place(self._walk.count - 1 if self._last else 0)


class Transport(QWidget):
    """One row of controls over a walk."""

    def __init__(self, walk: Walk) -> None:
        super().__init__()
        self._walk = walk
        self.timeline = Timeline(walk)
        self.back, self.play = PlayButton(walk, -1), PlayButton(walk, 1)
        self.previous, self.next = StepButton(-1), StepButton(1)
        self.place = QLabel()
        self.place.setFont(number_font(12))
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.place, "second")
        self.unit = Segmented(
            [(False, "Cells"), (True, "Rows")], "Steps", "Whether a step goes to the next cell or to the next row."
        )
        self.speed = NumberField(SLOWEST, FASTEST, 1, True, "/s", "Speed", "Steps a second.")
        self.speed.set_value(4)
        self.loop = Toggle("", icon("loop"), "Loop", "Begin anew at the end.")
        self.loop.set_value(True)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(4)
        for button in (EndButton(walk, False), self.back, self.previous, self.next, self.play, EndButton(walk, True)):
            self.row.addWidget(button)
        self.row.addSpacing(4)
        self.row.addWidget(self.timeline, 1)
        for widget in (self.place, self.unit, self.speed, self.loop):
            self.row.addSpacing(4)
            self.row.addWidget(widget)
        self._connect()
        self._refresh()

    def _connect(self) -> None:
        self.previous.stepped.connect(self._step)
        self.next.stepped.connect(self._step)
        self.unit.value_changed.connect(self._set_unit)
        self.speed.value_changed.connect(self._walk.set_speed)
        self.loop.value_changed.connect(self._set_loop)
        self._walk.moved.connect(self._refresh)

    def _step(self, direction: int) -> None:
        self._walk.step(direction)

    def _set_unit(self, by_rows: object) -> None:
        self._walk.by_rows = bool(by_rows)

    def _set_loop(self, on: object) -> None:
        self._walk.loop = bool(on)

    def _refresh(self) -> None:
        count = self._walk.count
        figures = len(f"{count:,}")
        self.place.setText(f"{self._walk.place + 1:,} / {count:,}" if count else "")
        # What changes all the time must not move its neighbours.
        self.place.setMinimumWidth(self.place.fontMetrics().horizontalAdvance("0" * (2 * figures + 3)))
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        describe(self.place, "Cell", f"Cell {self._walk.place + 1} of {count}, row after row." if count else "")
