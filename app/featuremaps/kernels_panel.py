"""The kernels of a layer as pictures: a column for each output map, a row for each input map."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent

from app.featuremaps.kernel_sheet import best_sheet, relaid
from app.featuremaps.mosaic_view import MosaicView
from app.featuremaps.panels import PicturePanel
from app.featuremaps.tiles import Spot
from app.state.engine_link import Shown
from app.widgets.tokens import tokens
from engine.protocol import Maps
from engine.spec.layers import shape_text

_TIP = (
    "Every kernel of the layer: blue weights are below zero, orange ones above. A click shows the feature map that "
    "a kernel belongs to."
)
SETS = 6
"""So many sizes has a layer whose kernels take turns."""


def kernel_words(shape: tuple[int, ...]) -> str:
    """How many kernels of which size.

    Example:
        >>> kernel_words((16, 6, 5, 5))
        '16×6 of 5×5'
        >>> kernel_words((2, 2, 16, 6, 5, 5))
        '2×2 sets, 16×6 of 5×5'
    """
    if len(shape) == SETS:
        return f"{shape_text(shape[:2])} sets, {kernel_words(shape[2:])}"
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
        self._pair: tuple[Shown, Maps] | None = None
        """The picture that is shown and the message it belongs to: the next message comes before its picture."""
        self.mosaic.pointed.connect(self._point)
        self.mosaic.opened.connect(self._open)

    def take(self, maps: Maps) -> None:
        """What the next picture will show."""
        self._maps = maps

    def show_kernels(self, shown: Shown) -> None:
        """Show the picture that belongs to the last message."""
        if self._maps is not None and self._maps.kernel_tiles:
            self._pair = shown, self._maps
            self._lay_out(shown, self._maps)

    def _lay_out(self, shown: Shown, maps: Maps) -> None:
        # Of a very large layer only the first kernels are shown, so those of a map are counted where they lie.
        self._inputs = sum(box[0] == maps.kernel_tiles[0][0] for box in maps.kernel_tiles)
        self.set_size_text(kernel_words(maps.kernel_shape), "Output maps × input maps, of height × width each")
        if shown.plane.reduction > 1:
            self.mosaic.show_maps(shown, maps.kernel_tiles)
        else:
            self._show_sheet(shown, maps)

    def _show_sheet(self, shown: Shown, maps: Maps) -> None:
        height, width = maps.kernel_tiles[0][2:]
        aspect = round(max(self.mosaic.width(), 1) / max(self.mosaic.height(), 1), 2)
        sheet = best_sheet(len(maps.kernel_tiles) // self._inputs, self._inputs, height, width, aspect)
        image = relaid(shown.image, maps.kernel_tiles, sheet, tokens().colour("canvas").rgb())
        rows, columns = sheet.size
        plane = msgspec.structs.replace(shown.plane, height=rows, width=columns, rows=rows, columns=columns)
        self.mosaic.show_maps(Shown(plane, image, shown.generation), sheet.boxes())

    def show_nothing(self, reason: str) -> None:
        """There are no kernels; say why where they would be."""
        super().show_nothing(reason)
        self._maps = self._pair = None

    def outline_map(self, number: int | None) -> None:
        """Outline the kernels that make a feature map."""
        start = 0 if number is None else number * self._inputs
        self.mosaic.outline_also([] if number is None else range(start, start + self._inputs))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the kernels out for the new size."""
        super().resizeEvent(event)
        if self._pair is not None:
            self._lay_out(*self._pair)

    def _open(self, tile: int) -> None:
        self.map_wanted.emit(self._number(tile)[0])

    def _number(self, tile: int) -> tuple[int, str]:
        """The feature map of a kernel, and in words the turn that it has where kernels take turns."""
        number, shape = tile // self._inputs, self._maps.kernel_shape if self._maps is not None else ()
        if len(shape) != SETS:
            return number, ""
        turn, number = divmod(number, shape[2])
        return number, f"set {turn // shape[1]}, {turn % shape[1]}: "

    def _point(self, spot: Spot | None) -> None:
        if spot is None:
            self.set_note("")
            return
        number, turn = self._number(spot.tile)
        self.set_note(f"{turn}input {spot.tile % self._inputs} → map {number}")
