"""The settings of one type of layer as rows, generated from its field table."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.network.bank_field import BankField
from app.network.controls import Automatic, WordOrAmount, control_for, meant
from app.network.edits import with_network
from app.network.part_buttons import PartButtons
from app.network.places import exists
from app.network.stack import Stack
from app.network.table_field import TableField
from app.state.document import Document
from app.state.form import Control, Lens, SpecForm
from app.state.notices import Notices
from app.widgets.group import FieldRow
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.spec.fields import fields_of
from engine.spec.layers import AnyLayer, FixedKernels, TableConv2d, defaults_of
from engine.spec.network_edit import find_layer, replace_layer
from engine.spec.project import Project

ABOUT = "layer"
_MORE = "First weights, frozen"
SELDOM = ("frozen", "init", "init_seed")
"""Settings of layers with weights that stay folded until they are wanted, or are not as by default."""


def chosen_layer(stack: Stack, kind: type[AnyLayer]) -> Lens:
    """The chosen layer, while it is of this type."""

    def get(project: Project) -> AnyLayer | None:
        path = stack.chosen.path
        layer = find_layer(project.network, path) if path and exists(project.network, path) else None
        return layer if isinstance(layer, kind) else None

    def put(project: Project, layer: AnyLayer) -> Project:
        return with_network(project, replace_layer(project.network, stack.chosen.path, layer))

    return Lens(kind, get, put)


def own_controls(document: Document, layer: AnyLayer) -> dict[str, TableField | BankField]:
    """Controls for settings that are no numbers and no words."""
    if isinstance(layer, TableConv2d):
        return {"connections": TableField()}
    return {"kernels": BankField(document)} if isinstance(layer, FixedKernels) else {}


class LayerSettings(QWidget):
    """One row a setting. Made once for a type, shown for every layer of it."""

    def __init__(self, document: Document, stack: Stack, notices: Notices, layer: AnyLayer) -> None:
        super().__init__()
        self._stack = stack
        self._form = SpecForm(self, document, notices, chosen_layer(stack, type(layer)), ABOUT)
        self._fields = fields_of(type(layer))
        self.controls: dict[str, Control] = {}
        self._rows: dict[str, FieldRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        for name, control in own_controls(document, layer).items():
            self.controls[name] = control
            self._column.addWidget(control)
            control.value_changed.connect(partial(self._set, name))
            if isinstance(control, TableField):
                control.refused.connect(partial(notices.problem, about=ABOUT))
        self.more = self._more_button()
        for name in self._fields:
            if name == SELDOM[0]:
                self._column.addWidget(self.more)
            self._add(name, getattr(layer, name))
        self._open_more(False)
        self.parts = PartButtons(stack, layer)
        if layer.parts():
            self._column.addWidget(self.parts)

    def _more_button(self) -> QPushButton:
        button = QPushButton()
        set_role(button, "flat")
        tip = "What the weights are before training, what they are drawn by, and whether training changes them."
        describe(button, _MORE, tip)
        button.setCheckable(True)
        button.setVisible(any(name in SELDOM for name in self._fields))
        button.toggled.connect(self._open_more)
        return button

    def _open_more(self, on: bool) -> None:
        """Show, or put away, what is seldom changed."""
        self.more.setText(f"{_MORE} {'▾' if on else '▸'}")
        for name, row in self._rows.items():
            if name in SELDOM:
                row.setVisible(on)

    def _add(self, name: str, value: object) -> None:
        field = self._fields[name]
        control = self.controls[name] = control_for(field, value, self)
        if isinstance(control, WordOrAmount):
            self._column.addWidget(FieldRow(field.label, control.word, tip=field.help))
            control.row = FieldRow("Cells at each side", control.amount, tip=field.help)
            self._column.addWidget(control.row)
        elif isinstance(control, QWidget):
            self._rows[name] = FieldRow(field.label, control, tip=field.help)
            self._column.addWidget(self._rows[name])
        control.value_changed.connect(partial(self._set, name))
        self._form.hear_refusals(control, field)

    def show_layer(self, layer: AnyLayer, entering: tuple[int, ...] | None) -> None:
        """Show the settings of a layer; `entering` is the shape that arrives at it, None if that is not known."""
        defaults = defaults_of(type(layer))
        if any(name in SELDOM and getattr(layer, name) != defaults.get(name) for name in self._rows):
            self.more.setChecked(True)
        for name, control in self.controls.items():
            control.set_value(getattr(layer, name))
            if isinstance(control, (Automatic, WordOrAmount)):
                control.set_meant(meant(layer, name, entering))
            elif isinstance(control, TableField):
                control.set_entering(entering)

    def _set(self, name: str, value: object) -> None:
        label = self._fields[name].label.lower() if name in self._fields else name
        # Layers of one type share these controls; what was done to two of them is two things to undo.
        self._form.change({name: value}, f"change {label}", f"{self._stack.chosen.path} {name}")

    def focus_first(self) -> bool:
        """Take the focus to the first setting, or button. Returns whether there is one."""
        for control in self.controls.values():
            first = control.word if isinstance(control, WordOrAmount) else control
            if isinstance(first, QWidget):
                first.setFocus()
                return True
        for button in self.parts.buttons.values():
            button.setFocus()
            return True
        return False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to set."""
        return not self.controls and not self.parts.buttons
