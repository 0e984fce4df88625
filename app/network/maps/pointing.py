"""Where the cursor is: what a cell of a map sees of the picture, and which cells see a part of the picture."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, QRectF

from app.featuremaps.heat import Heat
from app.featuremaps.maps_panel import MapsPanel, count_of
from app.featuremaps.tiles import Spot
from app.network.maps.asking import Cell
from app.network.maps.fields import Fields, on_frame, on_input
from app.state.document import Document
from app.state.engine_link import Shown
from app.widgets.picture_overlay import Overlay
from app.widgets.picture_view import PictureView
from engine.protocol import Maps

INPUT = ""


def cell_of(shape: tuple[int, ...], spot: Spot) -> Cell:
    """A cell of a picture of a layer's output in the output itself.

    Example:
        >>> cell_of((2, 3, 8, 8), Spot(4, 5, 6)), cell_of((4, 9), Spot(2, 0, 7)), cell_of((10,), Spot(3, 0, 0))
        ((1, 1, 5, 6), (2, 7), (3,))
    """
    if len(shape) == 1:
        return (spot.tile,)
    if len(shape) == 2:
        return spot.tile, spot.column
    if len(shape) == 3:
        return spot.tile, spot.row, spot.column
    return *divmod(spot.tile, shape[1]), spot.row, spot.column


def spot_of(shape: tuple[int, ...], cell: Cell) -> Spot | None:
    """The inverse; None if the output has no such cell.

    Example:
        >>> spot_of((2, 3, 8, 8), (1, 1, 5, 6)), spot_of((4, 9), (2, 7)), spot_of((10,), (3,))
        (Spot(tile=4, row=5, column=6), Spot(tile=2, row=0, column=7), Spot(tile=3, row=0, column=0))
    """
    if len(shape) != len(cell):
        return None
    if len(shape) == 4:
        return Spot(cell[0] * shape[1] + cell[1], cell[2], cell[3])
    return Spot(cell[0], cell[1] if len(cell) == 3 else 0, cell[-1] if len(cell) > 1 else 0)


class Pointing(QObject):
    """Where the cursor is: on the maps it shows what a cell sees of the picture, on the picture the cells that see it.

    A map that was pointed at last, or that is shown alone, is what is laid over the picture.
    """

    def __init__(self, document: Document, panel: MapsPanel, picture: PictureView) -> None:
        super().__init__(panel)
        self._document, self._panel, self._picture = document, panel, picture
        self._fields = Fields(document)
        self._heat = Heat(picture)
        self._path = INPUT
        self._maps: Maps | None = None
        self._shown: Shown | None = None
        self._map = 0
        self._spot: Spot | None = None
        self._picked: Cell | None = None
        panel.pointed.connect(self._pointed)
        picture.hovered.connect(self._over_picture)

    @property
    def heat(self) -> Heat:
        """What lies over the picture."""
        return self._heat

    def look_at(self, path: str) -> None:
        """The maps are those of this layer."""
        if path != self._path:
            self._path, self._map, self._spot = path, 0, None
        self._mark()
        self._lay()

    def take(self, maps: Maps) -> None:
        """What the next picture shows."""
        self._maps = maps

    def show_maps(self, shown: Shown) -> None:
        """The newest maps."""
        self._shown = shown
        self._lay()
        self._mark()

    def pick(self, cell: Cell | None) -> None:
        """Mark a number that is explained."""
        self._picked = cell
        self._mark()

    def leave(self) -> None:
        """Mark nothing any more."""
        self._maps = self._shown = self._spot = None
        self._heat.leave()
        self._picture.set_overlays([])
        self._panel.mosaic.outline_area(None)

    def _pointed(self, spot: Spot | None) -> None:
        self._spot = spot
        if spot is not None and spot.tile != self._map:
            self._map = spot.tile
            self._lay()
        self._mark()

    def _mark(self) -> None:
        """Outline on the picture what the cells that count see."""
        maps = self._maps
        if maps is None or maps.layer != self._path:
            return
        picked = None if self._picked is None else spot_of(maps.shape, self._picked)
        self._panel.show_picked(picked)
        marks = [self._field(spot, role) for spot, role in ((picked, "accent"), (self._spot, "result"))]
        self._picture.set_overlays([mark for mark in marks if mark is not None])

    def _field(self, spot: Spot | None, role: str) -> Overlay | None:
        maps, window = self._maps, self._maps.window if self._maps is not None else None
        if spot is None or maps is None or window is None:
            return None
        box = self._fields.field(self._path, spot.row * self._factor(), spot.column * self._factor())
        if box is None:
            return None
        return Overlay(*on_frame(box, window, self._document.project.network.input_shape), role=role)

    def _factor(self) -> int:
        """How many cells of a map one of a tile stands for: very many maps are painted smaller."""
        maps = self._maps
        if maps is None or len(maps.shape) < 3 or not maps.tiles:
            return 1
        return max(-(-maps.shape[-2] // maps.tiles[0][2]), 1)

    def _over_picture(self, cell: tuple[int, int] | None) -> None:
        maps = self._maps
        if cell is None or maps is None or maps.window is None or maps.layer != self._path:
            self._panel.mosaic.outline_area(None)
            return
        pixel = on_input(*cell, maps.window, self._document.project.network.input_shape)
        box = self._fields.reached(self._path, *pixel) if pixel is not None else None
        factor = self._factor()
        scaled = None if box is None else tuple(side / factor for side in box)
        self._panel.mosaic.outline_area(scaled)  # type: ignore[arg-type]

    def _lay(self) -> None:
        """Put the map that counts over the picture."""
        maps, shown, heat = self._maps, self._shown, self._document.project.view.heat
        area = self._fields.area(self._path)
        if maps is None or shown is None or maps.window is None or area is None or heat <= 0 or not maps.tiles:
            self._heat.leave()
            return
        tile = self._tile(maps)
        if tile >= len(maps.tiles) or shown.plane.reduction > 1:
            self._heat.leave()
            return
        top, left, height, width = maps.tiles[tile]
        if height * width == 1:
            self._heat.leave()
            return
        place = on_frame(area, maps.window, self._document.project.network.input_shape)
        image = shown.image.copy(QRect(left, top, width, height))
        self._heat.lay(image, QRectF(place.left, place.top, place.width, place.height), heat)

    def _tile(self, maps: Maps) -> int:
        if len(maps.tiles) == 1:
            return 0
        order = maps.order or tuple(range(count_of(maps.shape)))
        return order.index(self._map) if self._map in order else 0
