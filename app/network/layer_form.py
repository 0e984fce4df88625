"""The form of the chosen layer, generated from its field table: a new type of layer needs no change here."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.network.controls import Automatic, NameField, WordOrAmount, control_for, meant
from app.network.edits import with_network
from app.network.places import INPUT, exists
from app.network.reading import Reading
from app.network.stack import Stack
from app.state.document import Document
from app.state.form import Lens, SpecForm
from app.state.notices import Notices
from app.widgets.fields import Toggle
from app.widgets.group import FieldRow, Group
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.spec.fields import fields_of
from engine.spec.layers import AnyLayer
from engine.spec.network_edit import find_layer, replace_layer
from engine.spec.project import Project

ICON = QSize(16, 16)
_INPUT_HELP = "What comes in: every picture is brought to these channels and this size. Choose a layer to see its settings."


def layer_lens(path: str, kind: type[AnyLayer]) -> Lens:
    """The layer at a path, while it is of this type."""

    def get(project: Project) -> AnyLayer | None:
        layer = find_layer(project.network, path) if exists(project.network, path) else None
        return layer if isinstance(layer, kind) else None

    def put(project: Project, layer: AnyLayer) -> Project:
        return with_network(project, replace_layer(project.network, path, layer))

    return Lens(kind, get, put)


def summary_line(kind: type[AnyLayer]) -> str:
    """What a type of layer does, in the first sentence of its own description."""
    return (kind.__doc__ or "").strip().splitlines()[0]


class LayerForm(Group):
    """Name and verbs, then one row a setting."""

    def __init__(self, document: Document, stack: Stack, reading: Reading, notices: Notices) -> None:
        super().__init__("Layer")
        self._document = document
        self._stack = stack
        self._reading = reading
        self._notices = notices
        self._shown: tuple[str, type] | None = None
        self._form: SpecForm | None = None
        self._rows: dict[str, object] = {}
        self.name = NameField("Name of the layer", "Small letters, digits and _: what the layer is called in code.")
        self.off = Toggle("", icon("eye"), "Switched off", "A layer that is off passes its input on (Space).")
        self._head = self._make_head()
        self._help = QLabel()
        self._help.setWordWrap(True)
        set_role(self._help, "second")
        self._settings: QWidget | None = None
        self.add(self._head)
        self.add(self._help)
        document.changed.connect(self._refresh)
        stack.chosen.changed.connect(self._refresh)
        self._refresh()

    def _make_head(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.name, 1)
        row.addWidget(self.off)
        for picture, name, tip, call in (
            ("copy", "Duplicate", "Copy the layer (Ctrl+D).", self._stack.duplicate),
            ("close", "Remove", "Take the layer out (Delete).", self._stack.remove),
        ):
            button = QToolButton()
            button.setIcon(icon(picture))
            button.setIconSize(ICON)
            describe(button, name, tip)
            button.clicked.connect(call)
            row.addWidget(button)
        self.off.setIconSize(ICON)
        self.name.value_changed.connect(self._rename)
        self.off.value_changed.connect(self._stack.set_disabled)
        return holder

    def control(self, name: str) -> object:
        """The control of a setting."""
        return self._rows[name]

    def _rename(self, name: str) -> None:
        if not self._stack.rename(name):
            self._refresh()

    def _refresh(self) -> None:
        path, layer = self._stack.chosen.path, self._stack.layer()
        shown = (path, type(layer))
        if shown != self._shown:
            self._shown = shown
            self._make(path, layer)
        self._head.setVisible(layer is not None)
        if layer is None:
            return
        self.name.set_value(layer.id)
        self.off.set_value(layer.disabled)
        entering = self._reading.entering(path)
        for name, control in self._rows.items():
            if isinstance(control, (Automatic, WordOrAmount)):
                control.set_meant(meant(layer, name, entering))

    def _make(self, path: str, layer: AnyLayer | None) -> None:
        self._clear()
        self.set_title("Input" if path == INPUT or layer is None else layer.type)
        self._help.setText(_INPUT_HELP if layer is None else summary_line(type(layer)))
        if layer is None:
            return
        self._settings = QWidget()
        column = QVBoxLayout(self._settings)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        about = f"layer {path}"
        self._form = SpecForm(self._settings, self._document, self._notices, layer_lens(path, type(layer)), about)
        for name, field in fields_of(type(layer)).items():
            control = control_for(field, getattr(layer, name), self._settings)
            self._rows[name] = control
            if isinstance(control, WordOrAmount):
                column.addWidget(FieldRow(field.label, control.word, tip=field.help))
                control.row = FieldRow("Cells at each side", control.amount, tip=field.help)
                column.addWidget(control.row)
            elif isinstance(control, QWidget):
                column.addWidget(FieldRow(field.label, control, tip=field.help))
            self._form.bind(name, control)
        self._settings.setVisible(bool(self._rows))
        self.add(self._settings)

    def _clear(self) -> None:
        self._rows = {}
        self._form = None
        if self._settings is not None:
            self.body.removeWidget(self._settings)
            self._settings.hide()
            self._settings.deleteLater()
            self._settings = None
