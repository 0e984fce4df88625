"""The form of the chosen layer: its name and verbs, what it does, and its settings."""

from __future__ import annotations

from operator import attrgetter

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.network.controls import NameField
from app.network.facts import Facts
from app.network.layer_settings import ABOUT, LayerSettings
from app.network.reading import Reading
from app.network.stack import Stack
from app.network.words import summary_line
from app.state.document import Document
from app.state.follower import Follower
from app.state.notices import Notices
from app.widgets.fields import Toggle
from app.widgets.fonts import text_font
from app.widgets.group import Group
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.spec.layers import AnyLayer

ICON = QSize(16, 16)
_INPUT_HELP = "What comes in: every picture is brought to these channels and this size."


class LayerForm(Group):
    """Settings are generated from the field table: a new type of layer needs no change here."""

    def __init__(self, document: Document, stack: Stack, reading: Reading, notices: Notices) -> None:
        super().__init__("Layer")
        self._document = document
        self._stack = stack
        self._reading = reading
        self._notices = notices
        self._path: str | None = None
        self._sheets: dict[type, LayerSettings] = {}
        self.sheet: LayerSettings | None = None
        """The settings that are shown; None while the input is chosen."""
        self.name = NameField("Name of the layer", "Small letters, digits and _: what the layer is called in code.")
        self.off = Toggle("", icon("eye"), "Switched off", "A layer that is off passes its input on (Space).")
        self._head = self._make_head()
        self._help = QLabel()
        self._help.setWordWrap(True)
        self._help.setFont(text_font(12))
        set_role(self._help, "second")
        self.facts = Facts(document, stack, reading)
        for part in (self._head, self._help, self.facts):
            self.add(part)
        Follower(self, document, attrgetter("network"), self._refresh)
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

    def focus_first(self) -> None:
        """Take the focus to the first setting, or to the name where there is none."""
        if self.sheet is None or not self.sheet.focus_first():
            self.name.setFocus()

    def _rename(self, name: str) -> None:
        if not self._stack.rename(name):
            self._refresh()

    def _refresh(self) -> None:
        path, layer = self._stack.chosen.path, self._stack.layer()
        if path != self._path:
            self._path = path
            self._notices.clear(ABOUT)
            self._change_sheet(layer)
        elif layer is not None and self.sheet is not self._sheets.get(type(layer)):
            self._change_sheet(layer)
        if layer is not None and self.sheet is not None:
            self.name.set_value(layer.id)
            self.off.set_value(layer.disabled)
            self.sheet.show_layer(layer, self._reading.entering(path))

    def _change_sheet(self, layer: AnyLayer | None) -> None:
        before, self.sheet = self.sheet, None if layer is None else self._sheet_of(layer)
        if before is not None and before is not self.sheet:
            before.hide()
        self._head.setVisible(layer is not None)
        self.set_title("Input" if layer is None else layer.type)
        self._help.setText(_INPUT_HELP if layer is None else summary_line(type(layer)))
        if self.sheet is not None:
            self.sheet.setVisible(not self.sheet.is_empty)

    def _sheet_of(self, layer: AnyLayer) -> LayerSettings:
        if type(layer) not in self._sheets:
            made = self._sheets[type(layer)] = LayerSettings(self._document, self._stack, self._notices, layer)
            made.hide()
            self.add(made)
        return self._sheets[type(layer)]
