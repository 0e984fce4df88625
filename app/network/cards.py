"""What the list says of each of its lines."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from app.network.places import Row, rows_of
from app.network.reading import Reading
from app.network.words import count_text, settings_words
from engine.spec.layers import AnyLayer, shape_text
from engine.spec.summary import Repair

UNKNOWN = "–"


class Card(NamedTuple):
    """One line of the list in words.

    `shape` is that of what comes out, `parameters` how many numbers the layer learns. A `problem` stands in the place
    of the settings, with `repairs` below it; a `warning` is only marked.
    """

    row: Row
    title: str
    name: str = ""
    detail: str = ""
    shape: str = ""
    parameters: str = ""
    problem: str = ""
    warning: str = ""
    repairs: tuple[Repair, ...] = ()
    off: bool = False
    closed: bool | None = None
    """Whether what it holds is left out; None if it holds nothing."""

    @property
    def lines(self) -> int:
        """How many lines of text it has, a problem's not counted."""
        return 2 if self.detail or self.parameters else 1

    def spoken(self) -> str:
        """All of it in one sentence."""
        parts = [f"{self.title} {self.name}".strip(), "switched off" if self.off else "", self.detail]
        parts += [f"makes {self.shape}" if self.shape and self.shape != UNKNOWN else ""]
        parts += [f"{self.parameters} parameters" if self.parameters else "", self.problem, self.warning]
        return ", ".join(part for part in parts if part)


def cards_of(reading: Reading, closed: Collection[str] = ()) -> list[Card]:
    """A card for every line, from the top."""
    return [_card(row, reading, closed) for row in rows_of(reading.network, closed)]


def _card(row: Row, reading: Reading, closed: Collection[str]) -> Card:
    if row.kind == "input" or row.layer is None:
        return Card(row, "Input", detail="channels × height × width")
    if row.kind == "part":
        name = row.path.rpartition(".")[2]
        empty = not row.layer.parts()[name]
        return Card(row, name, detail="empty: passes the input on" if empty else "")
    return _layer_card(row, row.layer, reading, closed)


def _layer_card(row: Row, layer: AnyLayer, reading: Reading, closed: Collection[str]) -> Card:
    known = reading.row(row.path)
    problems, warnings = reading.problems(row.path), reading.warnings(row.path)
    shape = known.output_shape if known is not None else None
    inside = layer.parts()
    return Card(
        row,
        layer.type,
        layer.id,
        detail=_held(layer) if inside and row.path in closed else settings_words(layer),
        shape=UNKNOWN if shape is None else shape_text(shape),
        parameters=_parameters(row, layer, reading, closed),
        problem=problems[0].message if problems else "",
        warning=warnings[0].message if warnings else "",
        repairs=problems[0].repairs if problems else (),
        off=layer.disabled,
        closed=(row.path in closed) if inside else None,
    )


def _parameters(row: Row, layer: AnyLayer, reading: Reading, closed: Collection[str]) -> str:
    """A block's are those of what it holds; told where that is left out."""
    known = reading.row(row.path)
    if layer.parts():
        held = [each.parameters or 0 for each in reading.summary.rows if each.id.startswith(f"{row.path}.")]
        return count_text(sum(held)) if row.path in closed else ""
    learned = known.parameters if known is not None else None
    return count_text(learned) if learned else ""


def _held(layer: AnyLayer) -> str:
    return " · ".join(" → ".join(each.type for each in part) for part in layer.parts().values() if part)
