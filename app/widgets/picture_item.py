"""The scene item that paints one picture without copying it."""

from __future__ import annotations

import math

from pyqtgraph import GraphicsObject
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget


class PictureItem(GraphicsObject):  # type: ignore[misc]
    """One image laid over `height` × `width` cells: cell (r, c) covers x in [c, c + 1] and y in [r, r + 1].

    The image may have fewer pixels than there are cells (a reduced display of a large picture).
    It is referred to, not copied: whoever lends it keeps its memory alive until another one or `None` is set.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._image: QImage | None = None
        self._cells = QRectF()

    @property
    def image(self) -> QImage | None:
        """The image on show."""
        return self._image

    def set_image(self, image: QImage | None, height: int, width: int) -> None:
        """Take `image` for `height` × `width` cells; None shows nothing. The view around it asks for the repaint."""
        cells = QRectF(0, 0, width, height)
        if cells != self._cells:
            self.prepareGeometryChange()
            self._cells = cells
        self._image = image

    def boundingRect(self) -> QRectF:
        """The cells, in view coordinates."""
        return self._cells

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the image: cells as sharp squares when enlarged, smoothly when reduced."""
        image = self._image
        if image is None or image.isNull() or self._cells.isEmpty():
            return
        across, down = image.width() / self._cells.width(), image.height() / self._cells.height()
        transform = painter.deviceTransform()
        if min(transform.m11() / across, transform.m22() / down) < 1.0:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
            painter.drawImage(self._cells, image, QRectF(image.rect()))
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        # Only what is seen: scaling a whole picture to a hundred thousand pixels loses exactness and time.
        seen: QRectF = option.exposedRect.intersected(self._cells)
        source = _whole_pixels(seen, across, down)
        cells = QRectF(source.x() / across, source.y() / down, source.width() / across, source.height() / down)
        painter.drawImage(cells, image, source)


def _whole_pixels(seen: QRectF, across: float, down: float) -> QRectF:
    """The whole image pixels that touch `seen` cells."""
    left, top = math.floor(seen.left() * across), math.floor(seen.top() * down)
    right, bottom = math.ceil(seen.right() * across), math.ceil(seen.bottom() * down)
    return QRectF(left, top, right - left, bottom - top)
