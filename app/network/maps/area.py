"""The middle of the page: every layer at a glance, the maps of one large, and what is told of them."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.featuremaps.layer_strip import LARGE, MIDDLE, SMALL, Entry, LayerStrip
from app.featuremaps.maps_panel import MapsPanel
from app.featuremaps.tiles import Spot
from app.network.chosen import Chosen
from app.network.maps.asking import Cell, Place, UnitAsking
from app.network.maps.figures import FiguresPanel
from app.network.maps.pointing import Pointing, cell_of
from app.network.maps.tools import MapTools
from app.network.maps.unit_panel import HIGH, LOW, UnitPanel
from app.network.reading import Reading
from app.state.document import Document
from app.state.engine_link import EngineLink, Shown
from app.state.follower import Follower
from app.state.notices import Notices
from app.widgets.picture_view import PictureView
from app.widgets.side import GAP
from engine.protocol import Maps
from engine.spec.layers import shape_text
from engine.spec.network import NetworkSpec

INPUT = ""
LITTLE, ENOUGH = 400, 640
"""Pixels of height below which the layers at a glance are small, and smaller."""


class MapsArea(QWidget):
    """Places its parts, and tells each what the engine says and where the cursor is."""

    changed = Signal()
    """Something else is wanted of the engine."""

    def __init__(
        self,
        document: Document,
        link: EngineLink,
        notices: Notices,
        chosen: Chosen,
        reading: Reading,
        picture: PictureView,
    ) -> None:
        super().__init__()
        self._document, self._chosen, self._reading = document, chosen, reading
        self.strip = LayerStrip()
        self.maps = MapsPanel(document, notices)
        self.tools = MapTools(document, notices)
        self.figures = FiguresPanel()
        self.asking = UnitAsking(link)
        self.unit = UnitPanel(self.asking)
        self.pointing = Pointing(document, self.maps, picture)
        self._link = link
        self._pending: Maps | None = None
        self._telling = False
        self._listed: tuple[NetworkSpec, str] | None = None
        self.maps.add_tools(self.tools)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for widget, stretch in ((self.strip, 0), (self.maps, 1), (self.figures, 0), (self.unit, 0)):
            column.addWidget(widget, stretch)
        self.figures.hide()
        self.unit.hide()
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.strip.chosen.connect(self._chosen.choose)
        self.strip.in_sight.connect(self._strip_moved)
        self.tools.figures.value_changed.connect(self._set_figures)
        self.tools.explain.value_changed.connect(self._set_explain)
        self.unit.closed.connect(self._close_unit)
        self.maps.picked.connect(self._picked)
        self.asking.moved.connect(self._moved)
        Follower(self, self._document, attrgetter("network", "view"), self.refresh)
        self._chosen.changed.connect(self._chosen_changed)

    # What is wanted of the engine.

    def wanted(self) -> dict[str, Any]:
        """Fields of the `Show`, by the layers as they are now."""
        self._telling = True
        self._list_layers()
        self._telling = False
        return {"strip": self.strip.seen(), "histogram": self.tools.figures.value()}

    def shown(self) -> None:
        """The page has come into sight."""
        self.asking.set_on(True)

    def hidden(self) -> None:
        """The page is not in sight any more."""
        self.asking.set_on(False)
        self.pointing.leave()

    def _strip_moved(self, _paths: object) -> None:
        if not self._telling:
            self.changed.emit()

    def _set_figures(self, on: object) -> None:
        self.figures.setVisible(bool(on))
        if on and self.height() < ENOUGH and not self.unit.isHidden():
            self._stop_explaining()
        self.changed.emit()

    # What the document says.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Maps come first where there is little room."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        high = self.height()
        # The way down is in the head of the explanation, and every layer in the list.
        self.strip.setVisible(high >= ENOUGH or self.unit.isHidden())
        self.strip.set_thumb(SMALL if high < LITTLE else MIDDLE if high < ENOUGH else LARGE)
        self.unit.setFixedHeight(LOW if high < ENOUGH else HIGH)
        if high < ENOUGH and not self.unit.isHidden() and not self.figures.isHidden():
            self.tools.figures.setChecked(False)
            self._set_figures(False)

    def refresh(self) -> None:
        """Show the layers as they are now."""
        self._list_layers()
        self.pointing.look_at(self._chosen.path)

    def _list_layers(self) -> None:
        network, path = self._document.project.network, self._chosen.path
        if self._listed is not None and self._listed[0] is network and self._listed[1] == path:
            return
        self._listed = network, path
        entries = [Entry(INPUT, "input", shape_text(network.input_shape), "What the network sees of the picture.")]
        for row in self._reading.summary.rows:
            shape = "–" if row.output_shape is None else shape_text(row.output_shape)
            entries.append(Entry(row.id, row.id, shape, f"{row.id}: {row.type}, {shape}."))
        self.strip.set_entries(entries, path)

    def _chosen_changed(self) -> None:
        place = self.asking.place
        if place is not None and place.path != self._chosen.path:
            self.asking.leave()
        self.refresh()

    # What the engine says.

    def take(self, maps: Maps, only: int) -> None:
        """What the next pictures show."""
        if maps.strip_tiles or self._pending is None:
            self._pending = maps
        self.maps.take(maps, only)
        self.pointing.take(maps)
        if not maps.more:
            self.figures.show_maps(maps)

    def show_strip(self, shown: Shown) -> None:
        """The layers at a glance."""
        if self._pending is not None and self._pending.strip_tiles:
            self.strip.show_layers(shown, self._pending.strip, self._pending.strip_tiles)

    def show_maps(self, shown: Shown) -> None:
        """The maps of the chosen layer."""
        self.maps.show_maps(shown)
        self.pointing.show_maps(shown)

    def show_nothing(self, reason: str) -> None:
        """There are no maps; say why."""
        self._pending = None
        self.maps.show_nothing(reason)
        self.strip.clear()
        self.figures.clear()
        self.pointing.leave()
        self.asking.leave()

    # Explain this number.

    def _set_explain(self, on: object) -> None:
        self.unit.setVisible(bool(on))
        self._share_room()
        self.maps.mosaic.set_picks(bool(on))
        if on:
            self.maps.mosaic.setFocus()
        else:
            self.asking.leave()

    def _stop_explaining(self) -> None:
        self.tools.explain.setChecked(False)
        self._set_explain(False)

    def explain(self, path: str, cell: Cell) -> None:
        """Do as if the person had picked this number."""
        self.asking.pick(Place(path, cell))

    def rest(self) -> None:
        """Neither explain nor count."""
        self._stop_explaining()
        self.tools.figures.setChecked(False)
        self._set_figures(False)

    def _close_unit(self) -> None:
        self._stop_explaining()
        self.tools.explain.setFocus()

    def _picked(self, spot: Spot) -> None:
        maps = self.maps.maps
        # Maps of the layer before may still be on the screen.
        if maps is not None and maps.layer == self._chosen.path:
            self.asking.pick(Place(self._chosen.path, cell_of(maps.shape, spot)))

    def _moved(self) -> None:
        """On the way down, the maps that a number is one of come along."""
        place = self.asking.place
        if place is not None and place.path != self._chosen.path:
            self._chosen.choose(place.path)
        self.pointing.pick(None if place is None else place.cell)
