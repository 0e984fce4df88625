"""Which number is explained: a class, or a unit of any layer."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.inspect.form import inspect_form
from app.inspect.layers import LAYER_WIDTH, Layers
from app.inspect.words import target_words
from app.state.document import Document
from app.state.notices import Notices
from app.widgets.fields import Choice
from app.widgets.group import Group
from app.widgets.number_field import NumberField
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.spec.attribution import Target
from engine.spec.layers import Shape

_KIND_TIP = (
    "A class: what the network says in the end. A unit: one map of any layer, or one of its cells, so that you see "
    "what it looks for."
)
_UNIT_TIP = "The layer whose map is explained. On the Network page, the key I on a map brings you here."
_CELL_TIP = "The whole map: the mean of its cells. One cell: what was seen at that place alone."


class TargetPanel(Group):
    """A class is chosen by its bar; a unit by its layer, map and cell."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__("What is explained")
        self._document = document
        self._layers = Layers()
        self._names: Mapping[int, str] = {}
        self._form = inspect_form(self, document, notices)
        self.kind = Segmented([("class", "A class"), ("unit", "A unit")], "Explained", _KIND_TIP)
        self.said = QLabel()
        self.layer = Choice([], "Layer of the unit", _UNIT_TIP)
        self.map = NumberField(0, 0, 1, True, "", "Map of the unit", "Which of the layer's maps, counted from 0.")
        self.whole = Segmented([("whole", "whole map"), ("cell", "one cell")], "Part of the map", _CELL_TIP)
        names = ("Row of the cell", "Column of the cell", "Depth of the cell")
        self.cell = [NumberField(0, 0, 1, True, "", name, "Counted from 0.") for name in names]
        self._build()
        self._connect()
        self.refresh()

    def _build(self) -> None:
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        set_role(self.said, "second")
        describe(self.said, "What is explained")
        self.layer.setFixedWidth(LAYER_WIDTH)
        self.add(self.kind)
        self.add(self.said)
        layer = self.add_row("Layer", self.layer, tip=_UNIT_TIP)
        self._rows = [layer, self.add_row("Map", self.map), self.add_row("Part", self.whole, tip=_CELL_TIP)]
        self._cell_row = self.add_row("Cell", *self.cell)

    def _connect(self) -> None:
        self.kind.value_changed.connect(self._choose_kind)
        self.layer.value_changed.connect(self._choose_layer)
        self.map.value_changed.connect(self._choose_map)
        self.whole.value_changed.connect(self._choose_part)
        for field in self.cell:
            field.value_changed.connect(self._choose_cell)
        self._document.changed.connect(self.refresh)

    def explain_class(self, chosen: int | None) -> None:
        """Explain this class, or the likeliest one."""
        self._form.change({"chosen": chosen, "unit": None}, "explain a class")

    def _choose_kind(self, kind: object) -> None:
        if kind == "class":
            self.explain_class(None)
        else:
            layer = next((path for path, shape in self._layers.shapes.items() if len(shape) > 1), "")
            self._set(Target(layer=layer or next(iter(self._layers.shapes), "")), "explain a unit")

    def _choose_layer(self, layer: object) -> None:
        self._set(Target(layer=str(layer)), "choose a layer")

    def _choose_map(self, number: object) -> None:
        self._change("choose a map", map=int(str(number)))

    def _choose_part(self, part: object) -> None:
        size = self._shape()[1:]
        self._change("choose a part", cell=tuple(side // 2 for side in size) if part == "cell" else ())

    def _choose_cell(self, _value: object) -> None:
        count = len(self._shape()) - 1
        self._change("choose a cell", cell=tuple(int(field.value()) for field in self.cell[:count]))

    def _change(self, text: str, **what: object) -> None:
        unit = self._document.project.inspect.unit
        if unit is not None:
            self._set(msgspec.structs.replace(unit, **what), text, text)

    def _set(self, unit: Target, text: str, merge: str | None = None) -> None:
        self._form.change({"unit": unit}, text, merge)

    def _shape(self) -> Shape:
        unit = self._document.project.inspect.unit
        return self._layers.shapes.get(unit.layer, ()) if unit is not None else ()

    def set_names(self, names: Mapping[int, str]) -> None:
        """What the classes are called, as far as that is known."""
        self._names = names
        self._say()

    def _say(self) -> None:
        spec = self._document.project.inspect
        if spec.unit is not None:
            words = f"{target_words(spec.unit, self._names).capitalize()}."
        elif spec.chosen is not None:
            words = f"Always {target_words(Target(map=spec.chosen), self._names)}. Follow the likeliest again above."
        else:
            words = "The likeliest class. Click on a bar above to stay with one."
        if words != self.said.text():
            self.said.setText(words)

    def refresh(self) -> None:
        """Show what is explained now."""
        project = self._document.project
        if self._layers.follow(project.network):
            self.layer.set_options(self._layers.units())
        unit = project.inspect.unit
        self.kind.set_value("class" if unit is None else "unit")
        self._say()
        shape = self._shape()
        for row in self._rows:
            row.setVisible(unit is not None)
        self._rows[2].setVisible(unit is not None and len(shape) > 1)
        self._cell_row.setVisible(unit is not None and bool(unit.cell) and len(shape) > 1)
        if unit is not None:
            self._show_unit(unit, shape)

    def _show_unit(self, unit: Target, shape: Shape) -> None:
        self.layer.set_value(unit.layer)
        self.map.set_range(0, max(shape[0] - 1, 0) if shape else unit.map)
        self.map.set_value(unit.map)
        self.whole.set_value("cell" if unit.cell else "whole")
        for axis, field in enumerate(self.cell):
            field.setVisible(axis < len(shape) - 1)
            if axis < len(shape) - 1 and axis < len(unit.cell):
                field.set_range(0, shape[axis + 1] - 1)
                field.set_value(unit.cell[axis])
