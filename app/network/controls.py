"""Controls for what the field table can say of a layer's setting, made from the table alone."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.network.several import SeveralField
from app.state.form import Control, options
from app.widgets.fields import Choice, PairField, Toggle
from app.widgets.number_field import NumberField
from app.widgets.tips import describe
from engine.spec.fields import Field

OWN = "own"
"""The choice that means numbers of the person's own."""
NARROW = 56
"""Of each field of a pair."""
WIDE = 88
_UNLIMITED = 1e9


def number_of(field: Field, value: object = None) -> NumberField:
    """A number within the table's range. A step of a fraction is of the size of the value."""
    low = -_UNLIMITED if field.minimum is None else field.minimum
    high = _UNLIMITED if field.maximum is None else field.maximum
    made = NumberField(low, high, _step(field, value), field.integer, "", field.label, field.help)
    made.setFixedWidth(WIDE)
    return made


def _step(field: Field, value: object) -> float:
    if field.integer:
        return 1
    small = isinstance(value, float) and 0 < abs(value) < 0.1
    return 10.0 ** math.floor(math.log10(abs(value))) if small and isinstance(value, float) else 0.1


def pair_of_numbers(field: Field, label: str = "") -> PairField:
    """(vertical, horizontal)."""
    low, high = int(field.minimum or 0), int(_UNLIMITED if field.maximum is None else field.maximum)
    made = PairField(low, high, "", label or field.label, field.help)
    for part in made.findChildren(NumberField):
        part.setFixedWidth(NARROW)
    return made


Plain = NumberField | PairField | SeveralField


def plain_of(field: Field, value: object = None, label: str = "") -> Plain:
    """A control for as many numbers as the setting has."""
    if field.pair:
        return pair_of_numbers(field, label)
    if field.numbers:
        return SeveralField(field._replace(label=label or field.label))
    return number_of(field._replace(label=label or field.label), value)


class Automatic(QWidget):
    """A number, or several, that may be left out: then it shows what it follows, and cannot be changed."""

    value_changed = Signal(object)
    rejected = Signal(str)

    def __init__(self, control: Plain, field: Field) -> None:
        super().__init__()
        self._control = control
        self._value: object = None
        self._meant: object = None
        self._last: Any = int(field.minimum or 0) if field.integer else float(field.minimum or 0.0)
        if field.numbers > 0:
            self._last = (self._last,) * field.numbers
        self.toggle = Toggle("auto", None, f"{field.label}, automatic", f"Leave it out. {field.help}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.toggle)
        row.addWidget(control)
        self.toggle.value_changed.connect(self._toggled)
        control.value_changed.connect(self._changed)
        control.rejected.connect(self.rejected)
        self.setFocusProxy(self.toggle)
        describe(self, field.label, field.help)

    def set_value(self, value: object) -> None:
        """Show a value, or None for what it follows."""
        self._value = value
        if value is not None:
            self._last = value
        self._display()

    def set_meant(self, value: object) -> None:
        """What it is while it is left out; None where that is not known."""
        self._meant = value
        self._display()

    def _display(self) -> None:
        out = self._value is None
        self.toggle.set_value(out)
        self._control.setEnabled(not out)
        shown = self._meant if out else self._value
        self._control.setVisible(shown is not None)
        if shown is not None:
            self._control.set_value(shown)  # type: ignore[arg-type]  # a pair for pairs, a number for numbers

    def _toggled(self, on: bool) -> None:
        self._changed(None if on else self._last if self._meant is None else self._meant)

    def _changed(self, value: object) -> None:
        self.set_value(value)
        self.value_changed.emit(value)


class WordOrAmount(QObject):
    """A word, or numbers of one's own: two controls that stand in rows below each other."""

    value_changed = Signal(object)
    rejected = Signal(str)

    def __init__(self, field: Field, parent: QObject) -> None:
        super().__init__(parent)
        self.word = Choice([*options(field), (OWN, "own")], field.label, field.help)
        self.amount = plain_of(field, None, f"{field.label} amount")
        self._value: object = None
        self._meant: object = None
        self.row: QWidget | None = None
        self.word.value_changed.connect(self._choose)
        self.amount.value_changed.connect(self.value_changed)
        self.amount.rejected.connect(self.rejected)

    def set_value(self, value: object) -> None:
        """Show a word, or an amount."""
        self._value = value
        own = not isinstance(value, str)
        self.word.set_value(OWN if own else value)
        if own:
            self.amount.set_value(value)  # type: ignore[arg-type]  # a pair for pairs, a number for numbers
        if self.row is not None:
            self.row.setVisible(own)

    def set_meant(self, value: object) -> None:
        """The amount that the word stands for, with which one's own begins."""
        self._meant = value

    def _choose(self, word: object) -> None:
        if word == OWN:
            self.value_changed.emit(self.amount.value() if self._meant is None else self._meant)
        else:
            self.value_changed.emit(word)


class NameField(QLineEdit):
    """A word, taken with Enter or when the field is left; Esc puts the old one back."""

    value_changed = Signal(object)

    def __init__(self, name: str, tip: str = "") -> None:
        super().__init__()
        self._value = ""
        self.editingFinished.connect(self._finish)
        describe(self, name, tip)

    def set_value(self, value: str) -> None:
        """Show this word."""
        self._value = value
        self.setText(value)

    def _finish(self) -> None:
        if self.isModified() and self.text() != self._value:
            self.setModified(False)
            self.value_changed.emit(self.text())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What could not be taken is put back."""
        super().focusOutEvent(event)
        passing = event.reason() in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if not passing:
            self.setText(self._value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts the old word back."""
        if event.key() == Qt.Key.Key_Escape and self.text() != self._value:
            self.setText(self._value)
        else:
            super().keyPressEvent(event)


def control_for(field: Field, value: object, parent: QObject) -> Control:
    """The control for a setting, which has this value now."""
    if isinstance(value, bool):
        return Choice([(True, "yes"), (False, "no")], field.label, field.help)
    numeric = field.numbers or field.integer or field.minimum is not None or not field.choices
    if field.choices and numeric:
        return WordOrAmount(field, parent)
    if field.choices:
        return Choice(options(field), field.label, field.help)
    plain = plain_of(field, value)
    return Automatic(plain, field) if field.optional else plain


def meant(layer: Any, name: str, shape: tuple[int, ...] | None) -> int | tuple[int, ...] | None:
    """What a setting that was left out or is a word comes to, where the layer knows.

    Args:
        layer: the layer.
        name: of the setting.
        shape: what arrives at the layer; None if that is not known.
    """
    if name == layer.derived:
        found: int | tuple[int, ...] | None = layer.derive(shape) if shape is not None else None
        return found
    if name == "padding" and hasattr(layer, "sides"):
        return _alone(tuple(before for before, _ in layer.sides))
    if name == "stride" and hasattr(layer, "step"):
        return _alone(layer.step)
    return None


def _alone(amounts: tuple[int, ...]) -> int | tuple[int, ...]:
    """What one axis has stands for itself."""
    return amounts[0] if len(amounts) == 1 else amounts
