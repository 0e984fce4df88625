"""The mosaic of a bank's feature maps: as any other, and its tiles have names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QImage, QKeyEvent, QPainter

from app.featuremaps.mosaic_view import MosaicView
from app.kernels.bank.thumbs import kernel_image
from app.widgets.fonts import text_font
from app.widgets.picture_overlay import Overlay
from app.widgets.tokens import TITLE_PIXELS, tokens
from engine.spec.filter import KernelSpec

_LEAST_TILE, _NAMED_TILE = 56, 110
"""Pixels of width from which a map carries a picture of its kernel, and its name."""
_THUMB = (14, 34)
_THUMB_SHARE = 0.17
_REMOVE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class BankMosaic(MosaicView):
    """Arrows choose a map, Enter shows it alone, U uses its kernel, Delete takes it out, the menu key offers all."""

    chosen = Signal(object)
    """The tile that keys and buttons are about, or None."""
    used = Signal(int)
    removed = Signal(int)
    menu_wanted = Signal(int, QPoint)
    """(tile, where on the screen)."""

    def __init__(self, name: str, tip: str) -> None:
        self._labels: Sequence[str] = ()
        self._kernels: Sequence[KernelSpec] = ()
        self._thumbs: list[QImage] = []
        self._thumbs_dark: bool | None = None
        super().__init__(name, tip)

    def set_kernels(self, kernels: Sequence[KernelSpec], labels: Sequence[str]) -> None:
        """Which kernels the tiles belong to, and what they are called."""
        if kernels is self._kernels:
            return
        self._kernels, self._labels = kernels, labels
        self._thumbs_dark = None
        self.viewport().update()

    def _pictures(self) -> list[QImage]:
        """The kernels as small pictures, in the colours of the theme."""
        dark = tokens().name == "dark"
        if dark != self._thumbs_dark:
            self._thumbs_dark = dark
            self._thumbs = [kernel_image(each.weights[0], dark) for each in self._kernels]
        return self._thumbs

    @property
    def current(self) -> int | None:
        """The tile that is shown alone, or the one that was chosen; None if there is none."""
        return self.alone if self.alone is not None else self.marked

    def _mark(self, tile: int) -> None:
        super()._mark(tile)
        if tile < len(self._labels):
            self.setAccessibleName(f"{self._name}: {self._labels[tile]}, {tile + 1} of {len(self._labels)}")
        self.chosen.emit(tile)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As the class says."""
        current, held = self.current, event.modifiers() & Qt.KeyboardModifier.ControlModifier
        back = event.key() == Qt.Key.Key_Backspace and self.alone is not None
        if event.key() in _REMOVE and current is not None and not back:
            self.removed.emit(current)
        elif event.key() == Qt.Key.Key_U and current is not None and not held:
            self.used.emit(current)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the kernel under the cursor, or with the chosen one."""
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        at = self.rect().center() if keyboard else event.pos()
        tile = self.current if keyboard or self.alone is not None else self._tile_at(at.toPointF())
        if tile is not None:
            self.menu_wanted.emit(tile, self.mapToGlobal(at))

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """As any mosaic, and the kernel of each map in its corner."""
        super().drawForeground(painter, rect)
        if self.alone is not None or len(self.tiles) != len(self._kernels):
            return
        mapping = self._mapping()
        painter.setFont(text_font(TITLE_PIXELS))
        for box, image, label in zip(self.tiles.boxes, self._pictures(), self._labels, strict=True):
            tile = mapping.rectangle(Overlay(*box))
            if tile.width() >= _LEAST_TILE and tile.intersects(QRectF(self.rect())):
                _paint_kernel(painter, tile, image, label)


def _paint_kernel(painter: QPainter, tile: QRectF, image: QImage, label: str) -> None:
    table = tokens()
    side = min(max(round(_THUMB_SHARE * tile.width()), _THUMB[0]), _THUMB[1])
    cell = max(side // max(image.width(), image.height()), 1)
    longest = max(image.width(), image.height())
    width, height = (
        (cell * length if longest <= side else round(side * length / longest))
        for length in (image.width(), image.height())
    )
    place = QRectF(round(tile.left()) + 4, round(tile.top()) + 4, width, height)
    painter.fillRect(place.adjusted(-1, -1, 1, 1), table.colour("control_line"))
    painter.drawImage(place, image)
    if tile.width() >= _NAMED_TILE:
        metrics, left = QFontMetrics(painter.font()), place.right() + 4
        text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, int(tile.right() - left - 10))
        words = QRectF(left, place.top() - 1, metrics.horizontalAdvance(text) + 8, metrics.height() + 2)
        painter.fillRect(words, table.colour("canvas"))
        painter.setPen(table.colour("text"))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, text)
