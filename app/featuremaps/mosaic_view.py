"""Many maps in one picture: the one under the cursor is told, a click shows it alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleValueChangeEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.featuremaps.tiles import Spot, Tiles
from app.state.engine_link import Shown
from app.widgets.cells import ARROWS
from app.widgets.picture_overlay import Overlay
from app.widgets.picture_view import PictureView
from engine.protocol import Box

MOST_AREAS = 256
_OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_BACK_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Backspace)


class MosaicView(PictureView):
    """Knows nothing of layers: it is given a picture and where its tiles lie, and says which one is meant.

    Arrows choose a tile and Enter shows it alone; held with Shift they move the picture. Alone, the arrows go on to
    the tiles before and after, and Esc or a click goes back.
    """

    pointed = Signal(object)
    """The `Spot` under the cursor, or None; alone, its tile is the one that is shown."""
    opened = Signal(int)
    """The tile that is to be shown alone."""
    left = Signal()
    """All tiles are to be shown again."""
    picked = Signal(object)
    """The `Spot` that was clicked on, or that the arrow keys have gone to, while single cells are picked."""
    activated = Signal(int)
    """A tile was double-clicked, or Enter was pressed on it, where none is shown alone."""

    def __init__(self, name: str = "Maps", tip: str = "", opens: bool = True, parent: QWidget | None = None) -> None:
        self._tiles = Tiles()
        self._alone: int | None = None
        self._count = 0
        self._marked: int | None = None
        self._under: int | None = None
        self._also: tuple[int, ...] = ()
        self._press: QPointF | None = None
        self._area: tuple[float, float, float, float] | None = None
        super().__init__(name, tip, parent)
        self._name = name
        self._opens = opens
        self._picks = False
        self._spot: Spot | None = None
        self.hovered.connect(self._over)

    def show_maps(self, shown: Shown, boxes: Sequence[Box], alone: int | None = None, count: int = 0) -> None:
        """Show a mosaic with these tiles; or the tile `alone`, one of `count`, which fills the picture."""
        if boxes != self._tiles.boxes:
            self._tiles = Tiles(boxes)
        if (alone is None) != (self._alone is None):
            self._under = None
        self._alone, self._count = alone, count
        if self._marked is not None and self._marked >= self._known:
            self._marked = None
        plane = shown.plane
        self.set_image(shown.image, plane.rows, plane.columns, shown.generation)
        self._outline()
        if self._picks:
            self.pick(self._spot)

    def clear(self) -> None:
        """Let go of the picture."""
        self._tiles, self._alone, self._marked, self._under = Tiles(), None, None, None
        super().clear()
        self._outline()

    def set_picks(self, on: bool) -> None:
        """Whether a click picks the cell that is clicked on, and the arrow keys go from cell to cell."""
        self._picks = on
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)
        if not on:
            self.pick(None)

    def pick(self, spot: Spot | None) -> None:
        """Outline a cell of a tile as the one that is picked."""
        self._spot = spot
        tile = None if spot is None else 0 if self._alone is not None else spot.tile
        if spot is None or tile is None or tile >= len(self._tiles) or self._alone not in (None, spot.tile):
            self.set_choice(None)
            return
        top, left, height, width = self._tiles.boxes[tile]
        inside = spot.row < height and spot.column < width
        self.set_choice(Overlay(top + spot.row, left + spot.column) if inside else None)

    @property
    def spot(self) -> Spot | None:
        """The cell that is picked."""
        return self._spot

    def set_opens(self, on: bool) -> None:
        """Whether a tile can be shown alone at all."""
        self._opens = on

    @property
    def alone(self) -> int | None:
        """The tile that is shown alone, or None."""
        return self._alone

    @property
    def marked(self) -> int | None:
        """The tile that was chosen by the arrow keys, or None."""
        return self._marked

    @property
    def tiles(self) -> Tiles:
        """Where the tiles lie."""
        return self._tiles

    def outline_area(self, area: tuple[float, float, float, float] | None) -> None:
        """Outline the same (top, left, height, width) in every tile that is in sight."""
        if area != self._area:
            self._area = area
            self._outline()

    def outline_also(self, tiles: Sequence[int]) -> None:
        """Outline these tiles as belonging to something else under the cursor."""
        if tuple(tiles) != self._also:
            self._also = tuple(tiles)
            self._outline()

    @property
    def _known(self) -> int:
        return self._count if self._alone is not None else len(self._tiles)

    def _outline(self) -> None:
        shown: list[Overlay] = []
        if self._alone is None:
            for tile, role in ((self._marked if self.hasFocus() else None, "accent"), (self._under, "result")):
                if tile is not None and tile < len(self._tiles):
                    shown.append(Overlay(*self._tiles.boxes[tile], role=role))
            shown += [Overlay(*self._tiles.boxes[tile]) for tile in self._also if tile < len(self._tiles)]
        self.set_overlays([*shown, *self._areas()])

    def _areas(self) -> list[Overlay]:
        if self._area is None:
            return []
        down, right, height, width = self._area
        region = self.region()
        near = [box for box in self._tiles.boxes if region.intersects(QRectF(box[1], box[0], box[3], box[2]))]
        return [Overlay(top + down, left + right, height, width, style="thin") for top, left, _, _ in near[:MOST_AREAS]]

    def _over(self, cell: tuple[int, int] | None) -> None:
        spot = self._tiles.at(*cell) if cell is not None else None
        self._under = spot.tile if spot is not None else None
        if spot is not None and self._alone is not None:
            spot = Spot(self._alone, spot.row, spot.column)
        self._outline()
        self.pointed.emit(spot)

    def _mark(self, tile: int) -> None:
        self._marked = tile
        self.setAccessibleName(f"{self._name}: {tile}, {tile + 1} of {self._known}")
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, tile))
        self._outline()

    def _open(self, tile: int | None) -> None:
        if tile is not None and self._opens and self._known > 1:
            self._mark(tile)
            self.opened.emit(tile)

    def _activate(self, tile: int | None) -> None:
        if tile is not None and not self._opens:
            self._mark(tile)
            self.activated.emit(tile)

    def _clicked(self, position: QPointF) -> None:
        if self._picks:
            self._pick_at(position)
        elif self._alone is not None:
            self.left.emit()
        else:
            self._open(self._tile_at(position))

    def _pick_at(self, position: QPointF) -> None:
        spot = self._spot_at(position)
        if spot is not None:
            self._pick(spot if self._alone is None else Spot(self._alone, spot.row, spot.column))

    def _pick(self, spot: Spot) -> None:
        self.pick(spot)
        self.picked.emit(spot)

    def _step(self, down: int, right: int) -> None:
        """To the cell beside the one that is picked; to the middle of a map where none is."""
        if not len(self._tiles):
            return
        spot = self._spot
        tile = self._alone if self._alone is not None else spot.tile if spot is not None else self._marked or 0
        box = self._tiles.boxes[0 if self._alone is not None else min(tile, len(self._tiles) - 1)]
        if spot is None:
            self._pick(Spot(tile, box[2] // 2, box[3] // 2))
            return
        row, column = min(max(spot.row + down, 0), box[2] - 1), min(max(spot.column + right, 0), box[3] - 1)
        self._pick(Spot(tile, row, column))

    def _spot_at(self, position: QPointF) -> Spot | None:
        cell = self.cell_point(position)
        return self._tiles.at(int(cell.y()), int(cell.x())) if cell.x() >= 0 and cell.y() >= 0 else None

    def _tile_at(self, position: QPointF) -> int | None:
        spot = self._spot_at(position)
        return spot.tile if spot is not None else None

    def _walk(self, down: int, right: int) -> None:
        if self._alone is not None:
            following = min(max(self._alone + down + right, 0), self._known - 1)
            if following != self._alone:
                self._open(following)
        elif len(self._tiles):
            self._mark(0 if self._marked is None else self._tiles.beside(self._marked, down, right))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Enter and Esc as the class says; all else as in any picture."""
        key, plain = event.key(), not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if key in ARROWS and plain and self._picks:
            self._step(*ARROWS[key])
        elif key in ARROWS and plain:
            self._walk(*ARROWS[key])
        elif key in _OPEN_KEYS and self._alone is None:
            self._open(self._marked)
            self._activate(self._marked)
        elif key in (*_OPEN_KEYS, *_BACK_KEYS) and self._alone is not None:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where, to tell a click from a move of the picture."""
        self._press = event.position() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click shows a tile alone, or goes back."""
        super().mouseReleaseEvent(event)
        start, self._press = self._press, None
        if start is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if (event.position() - start).manhattanLength() < QApplication.startDragDistance():
            self._clicked(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Where a tile can be shown alone, the first click has done what was meant."""
        event.accept()
        self._activate(self._tile_at(event.position()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Outline the tile that the arrow keys begin at."""
        super().focusInEvent(event)
        self._outline()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The arrow keys are elsewhere."""
        super().focusOutEvent(event)
        self._outline()
