"""The shape of what comes in, as numbers to type."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.widgets.number_field import NumberField
from app.widgets.number_text import parse_number
from app.widgets.theme import set_role
from engine.spec.fields import fields_of, range_problem
from engine.spec.network import NetworkSpec

WIDTH, LEAST = 66, 48
_BETWEEN = 17
"""Pixels of a cross between two fields, with its gaps."""
_SIZES = ("channels", "depth", "height", "width")


def size_names(count: int) -> tuple[str, ...]:
    """What the sizes of a shape are.

    Example:
        >>> size_names(3), size_names(1)
        (('channels', 'height', 'width'), ('channels',))
    """
    return (_SIZES[0], *_SIZES[len(_SIZES) - count + 1 :]) if count > 1 else _SIZES[:1]


class InputFields(QWidget):
    """Channels × height × width; other shapes have as many fields as they have sizes."""

    value_changed = Signal(object)
    """The new shape."""
    rejected = Signal(str)
    """Why what was typed cannot be a size, in one sentence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shape: tuple[int, ...] = ()
        self.fields: list[NumberField] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)

    def set_value(self, shape: tuple[int, ...]) -> None:
        """Show this shape."""
        if len(shape) != len(self._shape):
            self._make(len(shape))
        self._shape = shape
        for field, size in zip(self.fields, shape, strict=True):
            field.set_value(size)

    def _make(self, count: int) -> None:
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        described = fields_of(NetworkSpec)["input_shape"]
        low, high = described.minimum or 1, described.maximum or 1
        self.fields = []
        for place, name in enumerate(size_names(count)):
            field = NumberField(low, high, 1, True, "", f"Input {name}", described.help)
            field.setFixedWidth(self._wide(count))
            field.value_changed.connect(partial(self._changed, place))
            field.rejected.connect(partial(self._refuse, name))
            if place:
                self._row.addWidget(_times())
            self._row.addWidget(field)
            self.fields.append(field)
        self._row.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the fields are narrower."""
        super().resizeEvent(event)
        for field in self.fields:
            field.setFixedWidth(self._wide(len(self.fields)))

    def _wide(self, count: int) -> int:
        between = (count - 1) * _BETWEEN
        return min(WIDTH, max(LEAST, (self.width() - between) // count))

    def _changed(self, place: int, size: int) -> None:
        self.value_changed.emit((*self._shape[:place], size, *self._shape[place + 1 :]))

    def _refuse(self, name: str, text: str) -> None:
        value = parse_number(text)
        if value is not None and value == int(value):
            value = int(value)
        described = fields_of(NetworkSpec)["input_shape"]._replace(label=f"Input {name}")
        problem = range_problem(described, value) if value is not None else None
        self.rejected.emit(problem or f"Input {name} must be a whole number; {text!r} is none.")


def _times() -> QLabel:
    made = QLabel("×")
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    set_role(made, "second")
    return made
