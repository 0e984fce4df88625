"""The left side of the page: what adds layers, the list of them, and the network as a whole."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from app.network.layer_list import LayerList
from app.network.layer_menu import fill_layers
from app.network.menus import fill_presets, fill_verbs
from app.network.places import Place
from app.network.reading import Reading
from app.network.stack import Stack
from app.network.totals import Totals
from app.state.document import Document
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.spec.network import NetworkSpec

WIDTH = 300
_ICON = QSize(16, 16)


class StackPanel(QWidget):
    """Buttons above, totals below."""

    code_wanted = Signal(bool)
    diagram_wanted = Signal(bool)
    form_wanted = Signal()

    def __init__(self, document: Document, stack: Stack, reading: Reading) -> None:
        super().__init__()
        self._stack = stack
        self.setFixedWidth(WIDTH)
        self.list = LayerList(document, stack, reading)
        self.totals = Totals(document, reading)
        self.add = self._menu_button("+ Layer ▾", "Add a layer", "Put a layer after the chosen one (Insert).")
        set_role(self.add, "primary")
        self.preset = self._menu_button("Preset ▾", "Presets", "Use a well-known network in place of this one.")
        self.code = QPushButton("</>")
        self.code.setCheckable(True)
        describe(self.code, "Code", "Show the stack as PyTorch code, to read and copy.")
        self.diagram = QPushButton(icon("diagram"), "")
        self.diagram.setIconSize(_ICON)
        self.diagram.setCheckable(True)
        describe(self.diagram, "Diagram", "Show the stack as a drawing to scale, to look at and to save.")
        self._menu(self.add).aboutToShow.connect(self._fill_layers)
        self._menu(self.preset).aboutToShow.connect(self._fill_presets)
        self.code.toggled.connect(self.code_wanted)
        self.diagram.toggled.connect(self.diagram_wanted)
        self.list.form_wanted.connect(self.form_wanted)
        self.list.add_wanted.connect(self._add_at)
        self.list.menu_wanted.connect(self._show_verbs)
        self.totals.wanted.connect(self._go_to)
        self._build()

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.add, self.preset, self.diagram, self.code):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(buttons)
        column.addWidget(self.list, 1)
        column.addWidget(self.totals)

    def _menu_button(self, text: str, name: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        button.setMenu(menu)
        describe(button, name, tip)
        return button

    @staticmethod
    def _menu(button: QPushButton) -> QMenu:
        menu = button.menu()
        assert menu is not None
        return menu

    def _fill_layers(self) -> None:
        menu = self._menu(self.add)
        menu.clear()
        fill_layers(menu, self._add, self._axes())

    def _fill_presets(self) -> None:
        menu = self._menu(self.preset)
        menu.clear()
        fill_presets(menu, self._use_preset, self._use_learned, self._clear)

    def _add(self, name: str, place: Place | None = None) -> None:
        self._stack.add(name, place)
        self.list.setFocus()

    def _add_to(self, place: Place | None, name: str) -> None:
        self._add(name, place)

    def _use_preset(self, name: str) -> None:
        from engine.presets import preset  # only who chooses one needs them

        self._stack.replace(preset(name), f"use {name}")
        self.list.setFocus()

    def _use_learned(self, name: str) -> None:
        from engine.presets.learned import learned  # only who chooses one needs them

        entry = learned(name)
        self._stack.replace(entry.make(), f"use {entry.title}", name)
        self.list.setFocus()

    def _clear(self) -> None:
        shape = self._stack.network.input_shape
        self._stack.replace(NetworkSpec(input_shape=shape, layers=()), "take all layers out")
        self.list.setFocus()

    def _axes(self) -> int:
        return len(self._stack.network.input_shape) - 1

    def _add_at(self, place: Place | None, at: QPoint) -> None:
        menu = self._passing_menu()
        fill_layers(menu, partial(self._add_to, place), self._axes())
        menu.popup(at)

    def _show_verbs(self, at: QPoint) -> None:
        menu = self._passing_menu()
        fill_verbs(menu, self._stack, self.list.clipboard)
        menu.popup(at)

    def _passing_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _go_to(self, path: str) -> None:
        self._stack.chosen.choose(path)
        self.list.setFocus()
