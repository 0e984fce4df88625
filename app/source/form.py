"""Controls for the settings of a source, made from the field table and bound to the document."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import QObject, SignalInstance

from app.source.edits import with_source
from app.state.document import Document
from app.state.notices import Notices
from app.widgets.fields import Choice, PairField, Slider
from app.widgets.number_field import NumberField
from app.widgets.number_text import parse_number
from engine.errors import SpecError
from engine.spec.fields import Field, fields_of, range_problem
from engine.spec.source import Camera, Drawing, Pattern, Source

ABOUT = "source setting"


class Control(Protocol):
    """Shows a value and says when the person has set another one."""

    value_changed: SignalInstance

    def set_value(self, value: Any, /) -> None: ...


def describe_field(spec: type[msgspec.Struct], name: str) -> Field:
    """What the field table says of a setting."""
    return fields_of(spec)[name]


def number(spec: type[msgspec.Struct], name: str, step: float = 1) -> NumberField:
    """A field for a number, with the table's range, unit and help."""
    field = describe_field(spec, name)
    return NumberField(*_limits(field), step, field.integer, field.unit, field.label, field.help)


def slider(spec: type[msgspec.Struct], name: str, step: float) -> Slider:
    """A slider over the table's range."""
    field = describe_field(spec, name)
    return Slider(*_limits(field), step, field.unit, field.integer, field.label, field.help)


def choice(spec: type[msgspec.Struct], name: str) -> Choice:
    """One of the words of the table, as it says them to people."""
    field = describe_field(spec, name)
    options = [(word, field.labels.get(word, word)) for word in field.choices]
    return Choice(options, field.label, field.help)


def size_pair(spec: type[msgspec.Struct]) -> PairField:
    """A field for (height, width)."""
    field = describe_field(spec, "height")
    low, high = _limits(field)
    return PairField(int(low), int(high), "", field.label, "Height and width of the picture that is made, in pixels.")


def _limits(field: Field) -> tuple[float, float]:
    assert field.minimum is not None and field.maximum is not None
    return field.minimum, field.maximum


class SpecForm(QObject):
    """Keeps controls and the document's source equal, in both directions.

    Knows nothing of what the settings mean. A control never hears of another one.
    """

    def __init__(self, parent: QObject, document: Document, notices: Notices, spec: type[msgspec.Struct]) -> None:
        super().__init__(parent)
        self._document = document
        self._notices = notices
        self._spec = spec
        self._controls: dict[str, Control] = {}
        self._size: Control | None = None

    def bind_size(self, control: Control) -> None:
        """Have `control` show and set (height, width), both at once."""
        self._size = control
        control.value_changed.connect(self._resize)
        self.hear_refusals(self._spec, "height", control)

    def bind(self, name: str, control: Control) -> None:
        """Have `control` show and set the setting called `name`."""
        self._controls[name] = control
        control.value_changed.connect(partial(self._set, name))
        self.hear_refusals(self._spec, name, control)

    def hear_refusals(self, spec: type[msgspec.Struct], name: str, control: Control) -> None:
        """Say in a sentence why what was typed into `control` cannot be."""
        rejected = getattr(control, "rejected", None)
        if rejected is not None:
            rejected.connect(partial(self._refuse, describe_field(spec, name)))

    def show_source(self, source: Source) -> None:
        """Show the settings of this source."""
        for name, control in self._controls.items():
            control.set_value(getattr(source, name))
        if self._size is not None and isinstance(source, Camera | Drawing | Pattern):
            self._size.set_value((source.height, source.width))

    def _resize(self, size: tuple[int, int]) -> None:
        self.change({"height": size[0], "width": size[1]}, "change size", "size")

    def _set(self, name: str, value: object) -> None:
        self.change({name: value}, f"change {self._label(name)}", name)

    def change(self, settings: dict[str, object], text: str, merge: str | None = None) -> None:
        """Make these settings the document's, if its source is of this kind."""
        source = self._document.project.source
        if not isinstance(source, self._spec):
            return
        try:
            changed = msgspec.structs.replace(source, **settings)
        except SpecError as error:
            self._notices.problem(str(error), ABOUT)
            self.show_source(source)
            return
        self._notices.clear(ABOUT)
        key = ("source", merge) if merge is not None else None
        self._document.edit(with_source(self._document.project, changed), text, merge=key)

    def _refuse(self, field: Field, text: str) -> None:
        value = parse_number(text)
        if value is not None and field.integer and value == int(value):
            value = int(value)
        problem = range_problem(field, value) if value is not None else None
        self._notices.problem(problem or f"{field.label} must be a number; {text!r} is none.", ABOUT)

    def _label(self, name: str) -> str:
        fields = fields_of(self._spec)
        return fields[name].label.lower() if name in fields else name
