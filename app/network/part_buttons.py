"""For a layer that holds lists of layers: a button for each that adds to it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from app.network.layer_menu import fill_layers
from app.network.places import Place
from app.network.stack import Stack
from app.widgets.tips import describe
from engine.spec.layers import AnyLayer


class PartButtons(QWidget):
    """Adds at the end of the chosen layer's lists."""

    def __init__(self, stack: Stack, layer: AnyLayer) -> None:
        super().__init__()
        self._stack = stack
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        self.buttons = {name: self._button(name) for name in layer.parts()}
        for button in self.buttons.values():
            column.addWidget(button)

    def _button(self, name: str) -> QPushButton:
        button = QPushButton(f"+ Layer in its {name} ▾")
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(partial(self._fill, menu, name))
        button.setMenu(menu)
        describe(button, f"Add a layer to the {name}", f"Put a layer at the end of the {name}.")
        return button

    def _fill(self, menu: QMenu, name: str) -> None:
        menu.clear()
        fill_layers(menu, partial(self._add, name), len(self._stack.network.input_shape) - 1)

    def _add(self, name: str, kind: str) -> None:
        layer = self._stack.layer()
        if layer is not None:
            place = Place(f"{self._stack.chosen.path}.{name}", len(layer.parts()[name]))
            self._stack.add(kind, place)
