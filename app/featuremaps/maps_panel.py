"""The feature maps of a layer, under a line that says whose they are and in which colours."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QWidget

from app.featuremaps.colours import ColourControls
from app.featuremaps.mosaic_view import MosaicView
from app.featuremaps.panels import PicturePanel
from app.featuremaps.tiles import Spot
from app.state.document import Document
from app.state.engine_link import Shown
from app.state.notices import Notices
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.protocol import Maps
from engine.spec.layers import shape_text

_TIP = (
    "Every feature map that the layer makes of the newest frame. Click one to see it alone; the arrow keys choose one, "
    "Enter opens it, Esc goes back. Numbers count from 0, as in torch."
)


def shape_words(shape: tuple[int, ...]) -> str:
    """How many maps of which size, or how many values.

    Example:
        >>> shape_words((6, 28, 28)), shape_words((10,))
        ('6 × 28×28', '10')
    """
    return f"{shape[0]} × {shape_text(shape[1:])}" if len(shape) > 1 else shape_text(shape)


def count_of(shape: tuple[int, ...]) -> int:
    """How many pictures a layer's output is shown as: a map each, of a volume one for each slice of each map.

    Example:
        >>> count_of((6, 28, 28)), count_of((10,)), count_of((4, 100)), count_of((2, 3, 8, 8))
        (6, 10, 4, 6)
    """
    return math.prod(shape[:-2]) if len(shape) > 3 else shape[0] if shape else 0


class MapsPanel(PicturePanel):
    """Shows what `Maps` messages tell of; asks for one map alone by `only_wanted`."""

    only_wanted = Signal(int)
    """A map that is to be shown alone; −1 for all of them."""
    pointed = Signal(object)
    """The `Spot` under the cursor, or None, with the number that the layer gives to the map."""
    picked = Signal(object)
    """The same of a cell that was clicked on while cells are picked."""
    values_changed = Signal(str)
    """The map and the cell under the cursor, in words."""

    def __init__(self, document: Document, notices: Notices) -> None:
        self.mosaic = MosaicView("Feature maps", _TIP)
        super().__init__("Feature maps", _TIP, "Computing…", self.mosaic)
        self._maps: Maps | None = None
        self._only = -1
        self._place: Spot | None = None
        self.back = QToolButton()
        self.back.setText("‹ All maps")
        describe(self.back, "All maps", "Show all maps of the layer again (Esc).")
        set_role(self.back, "flat")
        self.back.clicked.connect(self._leave)
        self.back.hide()
        self.colours = ColourControls(document, notices)
        self.add_to_header(self.back)
        self.add_to_header(self.colours)
        self.mosaic.opened.connect(self._open)
        self.mosaic.picked.connect(self._pick)
        self.mosaic.left.connect(self._leave)
        self.mosaic.pointed.connect(self._point)

    def add_tools(self, widget: QWidget) -> None:
        """Put a line between the title's and the picture."""
        self._column.insertWidget(1, widget)

    @property
    def maps(self) -> Maps | None:
        """What the picture shows, or is about to."""
        return self._maps

    def order(self) -> tuple[int, ...]:
        """The numbers of the maps in the order in which they are laid out."""
        maps = self._maps
        if maps is None:
            return ()
        order = maps.order or tuple(range(count_of(maps.shape)))
        return order if self._only < 0 or self._only in order else (*order, self._only)

    def show_picked(self, spot: Spot | None) -> None:
        """Outline a cell of a map as the one that is looked at."""
        order = self.order()
        there = spot is not None and spot.tile in order
        self.mosaic.pick(spot._replace(tile=order.index(spot.tile)) if there and spot is not None else None)

    def _open(self, place: int) -> None:
        self.only_wanted.emit(self.order()[place])

    def _pick(self, spot: Spot) -> None:
        self.picked.emit(self._numbered(spot))

    def _numbered(self, spot: Spot) -> Spot:
        order = self.order()
        return spot._replace(tile=order[spot.tile]) if spot.tile < len(order) else spot

    def take(self, maps: Maps, only: int) -> None:
        """What the next picture will show; `only` is the map that was asked for alone, −1 if none."""
        self._maps, self._only = maps, only

    def show_maps(self, shown: Shown) -> None:
        """Show the picture that belongs to the last message."""
        maps = self._maps
        if maps is None:
            return
        order, before = self.order(), self.mosaic.alone
        alone = self._only if self._only >= 0 and len(maps.tiles) == 1 else None
        self.mosaic.set_opens(len(maps.shape) > 1)
        self.mosaic.show_maps(shown, maps.tiles, None if alone is None else order.index(alone), len(order))
        self.set_size_text(shape_words(maps.shape), "Number of maps × height × width")
        self.back.setVisible(alone is not None)
        if self._place is None or before != self.mosaic.alone:
            self.set_note(self._resting_note())
        self.colours.show_range(maps.range)

    def show_nothing(self, reason: str) -> None:
        """There are no maps; say why where they would be."""
        super().show_nothing(reason)
        self._maps = None
        self.back.hide()
        self.set_note("")
        self.colours.show_range(None)
        self.values_changed.emit("")

    def _leave(self) -> None:
        self.only_wanted.emit(-1)

    def _resting_note(self) -> str:
        """What is said while the cursor is elsewhere."""
        maps = self._maps
        if maps is not None and self.mosaic.alone is not None:
            return f"map {self._only}"
        hidden = count_of(maps.shape) - len(maps.order) if maps is not None and maps.order else 0
        return f"{hidden} dead left out" if hidden else ""

    def _point(self, place: Spot | None) -> None:
        maps, self._place = self._maps, place
        spot = None if place is None or maps is None else self._numbered(place)
        self.pointed.emit(spot)
        if spot is None or maps is None:
            self.set_note(self._resting_note())
            self.values_changed.emit("")
            return
        one = "map" if len(maps.shape) > 1 else "value"
        self.set_note(f"{one} {spot.tile} of {count_of(maps.shape)}" if maps.shape else "")
        self.values_changed.emit(f"{one.capitalize()} {spot.tile} ({spot.row}, {spot.column})")
