"""A whole number for each axis of a layer: one for a signal, two for a picture, three for a volume."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.state.form import described
from app.widgets.number_field import NumberField
from app.widgets.tips import describe
from engine.spec.kind import AXIS_NAMES

Axes = tuple[int, ...]
WIDTH = 62
MOST = 3


class AxesField(QWidget):
    """As many number fields as the value has numbers."""

    value_changed = Signal(object)
    rejected = Signal(str)

    def __init__(self, spec: type[msgspec.Struct], name: str, label: str = "") -> None:
        super().__init__()
        field = described(spec, name)
        self._name, self._tip = label or field.label, field.help
        self._value: Axes = ()
        low, high = int(field.minimum or 0), int(field.maximum or 0)
        self._fields = [NumberField(low, high, 1, True, "", self._name, self._tip) for _ in range(MOST)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for place, number in enumerate(self._fields):
            number.setFixedWidth(WIDTH)
            number.value_changed.connect(partial(self._take, place))
            number.rejected.connect(self.rejected)
            row.addWidget(number)
        self.setFocusProxy(self._fields[0])
        describe(self, self._name, self._tip)

    def value(self) -> Axes:
        """The numbers shown, outermost axis first."""
        return self._value

    def set_value(self, value: object) -> None:
        """Show these numbers; a word is none, and leaves those that are there."""
        if not isinstance(value, tuple):
            return
        if len(value) != len(self._value):
            for place, number in enumerate(self._fields):
                number.setVisible(place < len(value))
                axis = AXIS_NAMES[len(value)][place] if place < len(value) else "unused"
                describe(number, f"{self._name}, {axis}", self._tip)
        self._value = value
        for number, each in zip(self._fields, value, strict=False):
            number.set_value(each)

    def _take(self, place: int, number: int) -> None:
        changed = (*self._value[:place], number, *self._value[place + 1 :])
        if changed != self._value:
            self._value = changed
            self.value_changed.emit(changed)
