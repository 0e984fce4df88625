"""The scene item that paints one picture without copying it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pyqtgraph import GraphicsObject
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

GRID_FROM = 12.0  # logical pixels per cell at which the lines between cells appear
_EXACT_FROM = 3.0  # device pixels per image pixel
_STRIP = 80  # device pixels
_BYTES = 4
_UNDERLAY = 512  # pixels of the longer side of what is painted around a part
WHOLE = (0.0, 1.0)
Indices = NDArray[np.intp]


class PictureItem(GraphicsObject):  # type: ignore[misc]
    """One image laid over `height` × `width` cells: cell (r, c) covers x in [c, c + 1] and y in [r, r + 1].

    The image may have fewer pixels than there are cells (a reduced display of a large picture), and it may show only a
    part of the cells: a small copy of the last whole image then lies around it, until the next whole one.
    It is referred to, not copied: whoever lends it keeps its memory alive until another one or `None` is set.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._image: QImage | None = None
        self._cells = QRectF()
        self._part: QRectF | None = None
        self._underlay: QImage | None = None
        self._window = WHOLE

    @property
    def image(self) -> QImage | None:
        """The image on show."""
        return self._image

    @property
    def part(self) -> QRectF | None:
        """The cells that the image shows, if those are not all."""
        return self._part

    def set_image(self, image: QImage | None, height: int, width: int, part: QRectF | None = None) -> None:
        """Take `image` for `height` × `width` cells, or for the `part` of them; None shows nothing.

        The view around it asks for the repaint.
        """
        cells = QRectF(0, 0, width, height)
        if cells != self._cells:
            self.prepareGeometryChange()
            self._cells, self._underlay, self._part = cells, None, None
        elif part is None:
            self._underlay = None
        elif self._part is None and self._image is not None:
            # Its memory is still its owner's: nobody releases it before the next image is here.
            self._underlay = self._image.scaled(_UNDERLAY, _UNDERLAY, Qt.AspectRatioMode.KeepAspectRatio)
        self._image, self._part = image, part

    def set_window(self, left: float, right: float) -> None:
        """Paint only between these shares of the view's width, 0 to 1. The view asks for the repaint."""
        self._window = (left, right)

    def boundingRect(self) -> QRectF:
        """The cells, in view coordinates."""
        return self._cells

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the image: cells as sharp squares when enlarged, smoothly when reduced."""
        image = self._image
        if image is None or image.isNull() or self._cells.isEmpty():
            return
        if self._window == WHOLE or widget is None:
            self._paint_seen(painter, image, option.exposedRect.intersected(self._cells))
            return
        painter.save()
        _clip(painter, self._window, widget)
        seen = option.exposedRect.intersected(self._cells).intersected(painter.clipBoundingRect())
        if not seen.isEmpty():
            self._paint_seen(painter, image, seen)
        painter.restore()

    def _paint_seen(self, painter: QPainter, image: QImage, seen: QRectF) -> None:
        if self._part is None:
            _paint_image(painter, image, self._cells, seen)
            return
        if self._underlay is not None and not self._part.contains(seen):
            _paint_image(painter, self._underlay, self._cells, seen)
        seen = seen.intersected(self._part)
        if not seen.isEmpty():
            _paint_image(painter, image, self._part, seen)


def _paint_image(painter: QPainter, image: QImage, cells: QRectF, seen: QRectF) -> None:
    """Draw what is `seen` of an image that covers `cells`."""
    transform = painter.deviceTransform()
    zoom = min(transform.m11() * cells.width() / image.width(), transform.m22() * cells.height() / image.height())
    if zoom >= _EXACT_FROM and image.depth() == 8 * _BYTES:
        _paint_enlarged(painter, image, cells, seen)
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom < 1.0)
    if zoom < 1.0:
        _paint_reduced(painter, image, cells, seen)
    else:
        painter.drawImage(cells, image, QRectF(image.rect()))


def _paint_reduced(painter: QPainter, image: QImage, cells: QRectF, seen: QRectF) -> None:
    """Draw in strips, on this thread: more rows at once Qt shares with threads of its own, and waits for them.

    They must first get a core, and while the engine works on a clip there is none for them.
    """
    rows, top = _STRIP / painter.deviceTransform().m22(), seen.top()
    while top < seen.bottom():
        painter.save()
        painter.setClipRect(QRectF(seen.left(), top, seen.width(), rows), Qt.ClipOperation.IntersectClip)
        painter.drawImage(cells, image, QRectF(image.rect()))
        painter.restore()
        top += rows


def _paint_enlarged(painter: QPainter, image: QImage, cells: QRectF, seen: QRectF) -> None:
    """Give each device pixel the colour under its middle.

    Qt's own scaling steps in 1/65536 of an image pixel and rounds at the ends: in a wide, deep view its cells lie
    several device pixels off the lines drawn between them.
    """
    transform = painter.deviceTransform()
    place = transform.mapRect(seen)
    across = _Axis(place.left(), place.right(), transform.m11(), transform.dx())
    down = _Axis(place.top(), place.bottom(), transform.m22(), transform.dy())
    columns = across.sources(image.width() / cells.width(), image.width(), cells.left())
    rows = down.sources(image.height() / cells.height(), image.height(), cells.top())
    if not columns.size or not rows.size:
        return
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // _BYTES)
    first, last = int(rows[0]), int(rows[-1]) + 1
    enlarged = pixels[first:last].take(columns, axis=1).take(rows - first, axis=0)
    painter.save()
    painter.resetTransform()
    base = painter.deviceTransform()
    ratio = base.m11()
    if transform.m11() >= GRID_FROM * ratio:
        _draw_lines(enlarged, down.edges(), across.edges())
    exact = QImage(enlarged.data, columns.size, rows.size, columns.size * _BYTES, image.format())
    exact.setDevicePixelRatio(ratio)
    painter.drawImage(QPointF((across.first - base.dx()) / ratio, (down.first - base.dy()) / ratio), exact)
    painter.restore()


def _clip(painter: QPainter, window: tuple[float, float], widget: QWidget) -> None:
    """Keep to a part of the widget's width, at whole device pixels."""
    ratio = widget.devicePixelRatioF()
    left, right = (round(share * widget.width() * ratio) / ratio for share in window)
    world = painter.worldTransform()
    painter.resetTransform()
    painter.setClipRect(QRectF(left, 0, right - left, widget.height()), Qt.ClipOperation.IntersectClip)
    painter.setWorldTransform(world)


class _Axis:
    """The device pixels from `start` to `end` along one axis, where cell c begins at `origin` + c · `zoom`."""

    def __init__(self, start: float, end: float, zoom: float, origin: float) -> None:
        self.first, self.end = math.floor(start + 0.5), math.floor(end + 0.5)
        self._zoom, self._origin = zoom, origin

    def sources(self, scale: float, length: int, start: float) -> Indices:
        """The image pixel under the middle of each; `scale` is that of image pixels to cells, from cell `start` on."""
        middles = np.arange(self.first, self.end) + 0.5
        pixels: Indices = np.floor(((middles - self._origin) / self._zoom - start) * scale).astype(np.intp)
        return pixels.clip(0, length - 1)

    def edges(self) -> Indices:
        """Those in which a cell begins, counted from the first."""
        cells = np.arange(
            math.floor((self.first - self._origin) / self._zoom), math.ceil((self.end - self._origin) / self._zoom) + 1
        )
        begins: Indices = np.floor(self._origin + cells * self._zoom + 0.5).astype(np.intp) - self.first
        return begins[(begins >= 0) & (begins < self.end - self.first)]


def _draw_lines(pixels: NDArray[np.uint32], rows: Indices, columns: Indices) -> None:
    """Mix the lines between cells into `pixels` [height, width]: three eighths of middle grey, visible on any colour.

    Blended lines painted afterwards take ten times as long as the picture itself.
    """
    for lines in ((slice(None), columns), (rows, slice(None))):
        old = pixels[lines]
        pixels[lines] = 0xFF000000 | ((old >> 1) & 0x7F7F7F) + ((old >> 3) & 0x1F1F1F) + 0x303030
