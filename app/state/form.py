"""Controls for the settings of a spec, made from the field table and bound to the document."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

import msgspec
from PySide6.QtCore import QObject, SignalInstance

from app.state.document import Document
from app.state.follower import Follower
from app.state.notices import Notices
from app.widgets.fields import Choice, PairField, Slider
from app.widgets.number_field import NumberField
from app.widgets.number_text import parse_number
from engine.errors import SpecError
from engine.spec.fields import Field, fields_of, range_problem
from engine.spec.project import Project


class Control(Protocol):
    """Shows a value and says when the person has set another one."""

    value_changed: SignalInstance

    def set_value(self, value: Any, /) -> None: ...


class Lens(NamedTuple):
    """A part of the project: its type, how to find it (None where it is something else now), how to replace it."""

    spec: type[msgspec.Struct]
    get: Callable[[Project], msgspec.Struct | None]
    put: Callable[[Project, Any], Project]


def lens_on(spec: type[msgspec.Struct], name: str) -> Lens:
    """What a project has under a name."""

    def put(project: Project, value: Any) -> Project:
        return msgspec.structs.replace(project, **{name: value})

    return Lens(spec, attrgetter(name), put)


def described(spec: type[msgspec.Struct], name: str) -> Field:
    """What the field table says of a setting."""
    return fields_of(spec)[name]


def number(spec: type[msgspec.Struct], name: str, step: float = 1) -> NumberField:
    """A field for a number, with the table's range, unit and help."""
    field = described(spec, name)
    return NumberField(*limits(field), step, field.integer, field.unit, field.label, field.help)


def pair(spec: type[msgspec.Struct], name: str, label: str | None = None) -> PairField:
    """Two whole numbers, vertical and horizontal; `label` where the table's is that of a choice beside it."""
    field = described(spec, name)
    low, high = limits(field)
    return PairField(int(low), int(high), "", label or field.label, field.help)


def slider(spec: type[msgspec.Struct], name: str, step: float) -> Slider:
    """A slider over the table's range."""
    field = described(spec, name)
    return Slider(*limits(field), step, field.unit, field.integer, field.label, field.help)


def choice(spec: type[msgspec.Struct], name: str) -> Choice:
    """One of the words of the table, as it says them to people."""
    field = described(spec, name)
    return Choice(options(field), field.label, field.help)


def options(field: Field) -> list[tuple[object, str]]:
    """(word, label) of each word a setting may be."""
    return [(word, field.labels.get(word, word)) for word in field.choices]


def limits(field: Field) -> tuple[float, float]:
    """(minimum, maximum) of a setting that has both."""
    assert field.minimum is not None
    assert field.maximum is not None
    return field.minimum, field.maximum


class SpecForm(QObject):
    """Keeps controls and a part of the document equal, in both directions.

    Knows nothing of what the settings mean. A control never hears of another one.
    """

    def __init__(self, parent: QObject, document: Document, notices: Notices, lens: Lens, about: str) -> None:
        super().__init__(parent)
        self._document = document
        self._notices = notices
        self._lens = lens
        self._about = about
        self._controls: dict[str, Control] = {}
        self._follower = Follower(self, document, lens.get, self.refresh)

    def bind(self, name: str, control: Control) -> None:
        """Have `control` show and set the setting called `name`."""
        self._controls[name] = control
        control.value_changed.connect(partial(self._set, name))
        if hasattr(control, "rejected"):
            self.hear_refusals(control, described(self._lens.spec, name))
        self.refresh()

    def hear_refusals(self, control: object, field: Field) -> None:
        """Say in a sentence why what was typed into `control` cannot be, if it can be typed into."""
        rejected = getattr(control, "rejected", None)
        if rejected is not None:
            rejected.connect(partial(self._explain, field))

    def refresh(self) -> None:
        """Show the settings as they are now."""
        part = self._lens.get(self._document.project)
        if part is not None:
            for name, control in self._controls.items():
                control.set_value(getattr(part, name))

    def _set(self, name: str, value: object) -> None:
        self.change({name: value}, f"change {self._label(name)}", name)

    def change(self, settings: dict[str, object], text: str, merge: str | None = None) -> None:
        """Make these settings the document's; what cannot be is answered with a sentence."""
        part = self._lens.get(self._document.project)
        if part is None:
            return
        try:
            project = self._lens.put(self._document.project, msgspec.structs.replace(part, **settings))
        except SpecError as error:
            self._notices.problem(str(error), self._about)
            self.refresh()
            return
        self._notices.clear(self._about)
        key = (self._about, merge) if merge is not None else None
        # A control shows what the settings have become, also where that is what they were.
        self._follower.forget()
        self._document.edit(project, text, merge=key)

    def refuse(self, name: str, text: str) -> None:
        """Say why `text`, which was typed, cannot be this setting's."""
        self._explain(described(self._lens.spec, name), text)

    def _explain(self, field: Field, text: str) -> None:
        value = parse_number(text)
        if value is not None and field.integer and value == int(value):
            value = int(value)
        problem = range_problem(field, value) if value is not None else None
        self._notices.problem(problem or f"{field.label} must be a number; {text!r} is none.", self._about)

    def _label(self, name: str) -> str:
        fields = fields_of(self._lens.spec)
        return fields[name].label.lower() if name in fields else name
