"""The scene item that paints one picture without copying it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pyqtgraph import GraphicsObject
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

_EXACT_FROM = 3.0  # device pixels per image pixel
_BYTES = 4


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
        transform = painter.deviceTransform()
        zoom = min(
            transform.m11() * self._cells.width() / image.width(),
            transform.m22() * self._cells.height() / image.height(),
        )
        if zoom >= _EXACT_FROM and image.depth() == 8 * _BYTES:
            self._paint_enlarged(painter, image, option.exposedRect.intersected(self._cells))
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom < 1.0)
        painter.drawImage(self._cells, image, QRectF(image.rect()))

    def _paint_enlarged(self, painter: QPainter, image: QImage, seen: QRectF) -> None:
        """Give each device pixel the colour under its middle.

        Qt's own scaling steps in 1/65536 of an image pixel and rounds at the ends: in a wide, deep view its cells lie
        several device pixels off the lines drawn between them.
        """
        transform = painter.deviceTransform()
        place = transform.mapRect(seen)
        left, top = math.floor(place.left() + 0.5), math.floor(place.top() + 0.5)
        right, bottom = math.floor(place.right() + 0.5), math.floor(place.bottom() + 0.5)
        scale_x, scale_y = image.width() / self._cells.width(), image.height() / self._cells.height()
        columns = _sources(left, right, transform.dx(), transform.m11() / scale_x, image.width())
        rows = _sources(top, bottom, transform.dy(), transform.m22() / scale_y, image.height())
        if not columns.size or not rows.size:
            return
        pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // _BYTES)
        first, last = int(rows[0]), int(rows[-1]) + 1
        enlarged = pixels[first:last].take(columns, axis=1).take(rows - first, axis=0)
        painter.save()
        painter.resetTransform()
        base = painter.deviceTransform()
        exact = QImage(enlarged.data, columns.size, rows.size, columns.size * _BYTES, image.format())
        exact.setDevicePixelRatio(base.m11())
        painter.drawImage(QPointF((left - base.dx()) / base.m11(), (top - base.dy()) / base.m22()), exact)
        painter.restore()


def _sources(start: int, end: int, origin: float, zoom: float, length: int) -> NDArray[np.intp]:
    """The image pixel, of `length`, under the middle of each device pixel from `start` to `end`."""
    middles = np.arange(start, end) + 0.5
    pixels: NDArray[np.intp] = np.floor((middles - origin) / zoom).astype(np.intp)
    return pixels.clip(0, length - 1)
