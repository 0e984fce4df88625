"""From a map to the Inspect page: by its menu, or by the key I."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QMenu

from app.featuremaps.maps_panel import MapsPanel
from app.featuremaps.tiles import Spot
from app.network.chosen import Chosen
from app.network.maps.pointing import cell_of
from app.state.document import Document
from engine.spec.attribution import Target

WHOLE, CELL = "Inspect this unit", "Inspect this cell of it"


class Inspecting(QObject):
    """Makes the map under the cursor, or the one that is marked, what the Inspect page explains."""

    wanted = Signal()
    """The Inspect page is to come into sight."""

    def __init__(self, document: Document, chosen: Chosen, maps: MapsPanel) -> None:
        super().__init__(maps)
        self._document, self._chosen, self._maps = document, chosen, maps
        self._spot: Spot | None = None
        self._menu: QMenu | None = None
        maps.pointed.connect(self._point)
        maps.mosaic.installEventFilter(self)
        maps.mosaic.viewport().installEventFilter(self)

    def _point(self, spot: Spot | None) -> None:
        self._spot = spot

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The key I, and the menu."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if event.key() == Qt.Key.Key_I and plain and watched is self._maps.mosaic:
                self.inspect(self._place(), whole=True)
                return True
        if isinstance(event, QContextMenuEvent) and self._place() is not None:
            self.menu().popup(event.globalPos())
            return True
        return super().eventFilter(watched, event)

    def _place(self) -> Spot | None:
        """The cell under the cursor; else the middle of the map that the keys are on."""
        if self._spot is not None:
            return self._spot
        mosaic, order = self._maps.mosaic, self._maps.order()
        tile = mosaic.alone if mosaic.alone is not None else mosaic.marked
        maps = self._maps.maps
        if tile is None or maps is None or tile >= len(order):
            return None
        size = (1, 1, *maps.shape[1:])[-2:]
        return Spot(order[tile], size[0] // 2, size[1] // 2)

    def menu(self) -> QMenu:
        """What can be done with the map under the cursor."""
        spot = self._place()
        if self._menu is None:
            self._menu = QMenu(self._maps)
        self._menu.clear()
        whole, cell = self._menu.addAction(f"{WHOLE}\tI"), self._menu.addAction(CELL)
        whole.triggered.connect(partial(self.inspect, spot, True))
        cell.triggered.connect(partial(self.inspect, spot, False))
        maps = self._maps.maps
        cell.setVisible(maps is not None and len(maps.shape) > 1)
        return self._menu

    def inspect(self, spot: Spot | None, whole: bool, _checked: bool = False) -> None:
        """Explain the map, or its cell."""
        maps, path = self._maps.maps, self._chosen.path
        if spot is None or maps is None or maps.layer != path or not path:
            return
        number, *cell = cell_of(maps.shape, spot)
        project = self._document.project
        unit = Target(layer=path, map=number, cell=() if whole else tuple(cell))
        inspect = msgspec.structs.replace(project.inspect, unit=unit)
        self._document.edit(msgspec.structs.replace(project, inspect=inspect), "inspect a unit")
        self.wanted.emit()
