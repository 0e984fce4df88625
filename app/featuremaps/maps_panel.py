"""The feature maps of a layer, under a line that says whose they are and in which colours."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton

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


class MapsPanel(PicturePanel):
    """Shows what `Maps` messages tell of; asks for one map alone by `only_wanted`."""

    only_wanted = Signal(int)
    """A map that is to be shown alone; −1 for all of them."""
    values_changed = Signal(str)
    """The map and the cell under the cursor, in words."""

    def __init__(self, document: Document, notices: Notices) -> None:
        self.mosaic = MosaicView("Feature maps", _TIP)
        super().__init__("Feature maps", _TIP, "Computing…", self.mosaic)
        self._maps: Maps | None = None
        self._only = -1
        self.back = QToolButton()
        self.back.setText("‹ All maps")
        describe(self.back, "All maps", "Show all maps of the layer again (Esc).")
        set_role(self.back, "flat")
        self.back.clicked.connect(self._leave)
        self.back.hide()
        self.colours = ColourControls(document, notices)
        self.add_to_header(self.back)
        self.add_to_header(self.colours)
        self.mosaic.opened.connect(self.only_wanted)
        self.mosaic.left.connect(self._leave)
        self.mosaic.pointed.connect(self._point)

    def take(self, maps: Maps, only: int) -> None:
        """What the next picture will show; `only` is the map that was asked for alone, −1 if none."""
        self._maps, self._only = maps, only

    def show_maps(self, shown: Shown) -> None:
        """Show the picture that belongs to the last message."""
        maps = self._maps
        if maps is None:
            return
        alone = self._only if self._only >= 0 and len(maps.tiles) == 1 else None
        self.mosaic.set_opens(len(maps.shape) == 3)
        self.mosaic.show_maps(shown, maps.tiles, alone, maps.shape[0] if maps.shape else 0)
        self.set_size_text(shape_words(maps.shape), "Number of maps × height × width")
        self.back.setVisible(alone is not None)
        self.set_note("" if alone is None else f"map {alone}")
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

    def _point(self, spot: Spot | None) -> None:
        maps = self._maps
        if spot is None or maps is None:
            self.set_note("" if self.mosaic.alone is None else f"map {self.mosaic.alone}")
            self.values_changed.emit("")
            return
        one = "map" if len(maps.shape) > 1 else "value"
        self.set_note(f"{one} {spot.tile} of {maps.shape[0]}" if maps.shape else "")
        self.values_changed.emit(f"{one.capitalize()} {spot.tile} ({spot.row}, {spot.column})")
