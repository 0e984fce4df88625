"""The kernels of a layer as pictures: one row an output map, one column an input map."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.featuremaps.mosaic_view import MosaicView
from app.featuremaps.panels import PicturePanel
from app.featuremaps.tiles import Spot
from app.state.engine_link import Shown
from engine.protocol import Maps
from engine.spec.layers import shape_text

_TIP = (
    "Every kernel of the layer: blue weights are below zero, orange ones above. A click shows the feature map that "
    "a kernel belongs to."
)


def kernel_words(shape: tuple[int, ...]) -> str:
    """How many kernels of which size.

    Example:
        >>> kernel_words((16, 6, 5, 5))
        '16×6 of 5×5'
    """
    return f"{shape_text(shape[:2])} of {shape_text(shape[2:])}" if len(shape) > 2 else shape_text(shape)


class KernelsPanel(PicturePanel):
    """Shows the kernels that `Maps` messages tell of."""

    map_wanted = Signal(int)
    """The feature map that the clicked kernel belongs to."""

    def __init__(self) -> None:
        self.mosaic = MosaicView("Kernels", _TIP)
        super().__init__("Kernels", _TIP, "This layer has no kernels.", self.mosaic)
        self._inputs = 1
        self._maps: Maps | None = None
        self.mosaic.pointed.connect(self._point)
        self.mosaic.opened.connect(self._open)

    def take(self, maps: Maps) -> None:
        """What the next picture will show."""
        self._maps = maps

    def show_kernels(self, shown: Shown) -> None:
        """Show the picture that belongs to the last message."""
        maps = self._maps
        if maps is None or not maps.kernel_tiles:
            return
        out = maps.kernel_shape[0] if maps.kernel_shape else 1
        self._inputs = max(len(maps.kernel_tiles) // max(out, 1), 1)
        self.mosaic.show_maps(shown, maps.kernel_tiles)
        self.set_size_text(kernel_words(maps.kernel_shape), "Output maps × input maps, of height × width each")

    def outline_map(self, number: int | None) -> None:
        """Outline the kernels that make a feature map."""
        start = 0 if number is None else number * self._inputs
        self.mosaic.outline_also([] if number is None else range(start, start + self._inputs))

    def _open(self, tile: int) -> None:
        self.map_wanted.emit(tile // self._inputs)

    def _point(self, spot: Spot | None) -> None:
        if spot is None:
            self.set_note("")
            return
        number, source = divmod(spot.tile, self._inputs)
        self.set_note(f"input {source} → map {number}")
