"""Some numbers in a row, typed as one text: sizes along three axes, sides that are padded, means of channels."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.widgets.number_text import number_text, parse_number
from app.widgets.tips import describe
from engine.spec.fields import Field, range_problem

_BETWEEN = re.compile(r"[\s,;×()\[\]]+")
_DIGITS = 10
Numbers = float | tuple[float, ...]


def numbers_text(value: Numbers) -> str:
    """Numbers as they are typed.

    Example:
        >>> numbers_text((1, 2, 3)), numbers_text(0.5)
        ('1, 2, 3', '0.5')
    """
    if isinstance(value, tuple):
        return ", ".join(number_text(each, _DIGITS) for each in value)
    return number_text(value, _DIGITS)


def parse_numbers(text: str, integer: bool) -> Numbers | None:
    """The numbers in a text, one alone or several as a tuple; None if it holds anything else.

    Example:
        >>> parse_numbers("2 x", True), parse_numbers("1, 2; 3", True), parse_numbers("0.5", False)
        (None, (1, 2, 3), 0.5)
    """
    parts = [part for part in _BETWEEN.split(text) if part]
    found: list[float] = []
    for part in parts:
        value = parse_number(part)
        if value is None:
            return None
        found.append(int(value) if integer and value == int(value) else value)
    return None if not found else found[0] if len(found) == 1 else tuple(found)


def _each(value: Numbers | None) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)


class SeveralField(QLineEdit):
    """Taken with Enter or when the field is left; Esc puts the old numbers back."""

    value_changed = Signal(object)
    rejected = Signal(str)

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self._value: Numbers = 0
        self.editingFinished.connect(self._finish)
        describe(self, field.label, f"{field.help} Numbers with commas between them, or one for all.")

    def value(self) -> Numbers:
        """What is shown."""
        return self._value

    def set_value(self, value: Numbers) -> None:
        """Show these numbers."""
        self._value = value
        self.setText(numbers_text(value))

    def _finish(self) -> None:
        if not self.isModified():
            return
        self.setModified(False)
        found, typed = parse_numbers(self.text(), self._field.integer), self.text()
        self.setText(numbers_text(self._value))
        wrong = [each for each in _each(found) if range_problem(self._field, each)]
        if found is None or wrong:
            self.rejected.emit(number_text(wrong[0], _DIGITS) if wrong else typed)
        elif found != self._value:
            self.value_changed.emit(found)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What could not be taken is put back."""
        super().focusOutEvent(event)
        passing = event.reason() in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if not passing:
            self.setText(numbers_text(self._value))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts the old numbers back."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.set_value(self._value)
        else:
            super().keyPressEvent(event)
