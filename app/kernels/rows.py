"""Controls of the Operation panel, all of one width so that they line up."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QLabel, QWidget

from app.state.document import Document
from app.state.form import described, number, pair
from app.widgets.fields import PairField
from app.widgets.number_field import NumberField
from app.widgets.tips import tip_text
from engine.spec.fields import Field

NARROW = 50
"""Of a field of a pair: enough for two figures, and for a choice beside the pair."""
TWO_FIGURES = 99
FOR_THREE = 58
WIDE = 80


def one_of(spec: type[msgspec.Struct], name: str, step: float) -> NumberField:
    """A number for a setting of a spec, that leaves room for a choice beside it."""
    made = number(spec, name, step)
    made.setFixedWidth(WIDE)
    return made


def pair_of(spec: type[msgspec.Struct], name: str, label: str | None = None) -> PairField:
    """Two narrow numbers, vertical and horizontal, for a setting of a spec."""
    made = pair(spec, name, label)
    for field in made.findChildren(NumberField):
        field.setFixedWidth(NARROW if (described(spec, name).maximum or 0) <= TWO_FIGURES else FOR_THREE)
    return made


def label_of(field: Field, control: QWidget) -> QLabel:
    """The label of a second control in a row."""
    label = QLabel(field.label)
    label.setBuddy(control)
    label.setToolTip(tip_text(field.help))
    return label


class Step:
    """Shows the stride that pooling has, its window's size where none was set, on a pair of numbers."""

    def __init__(self, document: Document, control: PairField) -> None:
        self._document = document
        self._control = control
        self.value_changed = control.value_changed
        self.rejected = control.rejected

    def set_value(self, value: tuple[int, int] | None) -> None:
        """Show the stride; None follows the window."""
        self._control.set_value(value or self._document.project.filter.pooling.kernel_size)
