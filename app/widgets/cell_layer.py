"""A transparent layer of colour over the cells of a picture, for what is the product of its rows and its columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from app.widgets.picture_overlay import Mapping

Numbers = NDArray[np.float64]
_LAST = 255


class CellLayer:
    """Gives cell (r, c) the value `rows[r]` · `columns[c]`, and every value its colour.

    Where a pixel of the screen covers several cells it shows their mean, so that a pattern too fine to be seen looks as
    dense as it is.

    Args:
        rows: one number from 0 on for each row of the picture, at least one.
        columns: the same for the columns.
        colours: from value 0 to the largest; at least two, with their transparency.
    """

    def __init__(self, rows: Numbers, columns: Numbers, colours: Sequence[QColor]) -> None:
        self._sums = _running(rows), _running(columns)
        self._shape = len(rows), len(columns)
        self._peak = float(rows.max() * columns.max()) or 1.0
        self._table = _table(colours)
        self._key: tuple[Mapping, QSize] | None = None
        self._image = QImage()
        self._place = QPointF()

    def paint(self, painter: QPainter, mapping: Mapping, size: QSize) -> None:
        """Draw the part that lies on a view of this size, in logical pixels."""
        if self._key != (mapping, size):
            self._key = mapping, size
            self._draw(mapping, size)
        if not self._image.isNull():
            painter.drawImage(self._place, self._image)

    def _draw(self, mapping: Mapping, size: QSize) -> None:
        first, last = mapping.point(0, 0), mapping.point(*self._shape)
        left, right = _visible(first.x(), last.x(), size.width(), mapping.ratio)
        top, bottom = _visible(first.y(), last.y(), size.height(), mapping.ratio)
        if right <= left or bottom <= top:
            self._image = QImage()
            return
        step = mapping.zoom * mapping.ratio  # device pixels a cell
        rows = _means(self._sums[0], mapping.top, step, top, bottom)
        columns = _means(self._sums[1], mapping.left, step, left, right)
        entries = (rows[:, np.newaxis] * (columns * (_LAST / self._peak)) + 0.5).astype(np.uint8)
        pixels = self._table[entries]
        image = QImage(
            pixels.data, right - left, bottom - top, (right - left) * 4, QImage.Format.Format_ARGB32_Premultiplied
        )
        self._image = image.copy()  # the array is gone after this
        self._image.setDevicePixelRatio(mapping.ratio)
        self._place = QPointF(left / mapping.ratio, top / mapping.ratio)


def mask(count: int, chosen: Sequence[int] | NDArray[np.integer]) -> Numbers:
    """1 for the chosen ones of `count` rows or columns that there are, 0 for the others."""
    found = np.zeros(count)
    places = np.asarray(chosen, np.int64)
    found[places[(places >= 0) & (places < count)]] = 1
    return found


def _running(values: Numbers) -> Numbers:
    return np.concatenate([[0.0], np.cumsum(values)])


def _visible(first: float, last: float, length: int, ratio: float) -> tuple[int, int]:
    """The device pixels of the view that the picture covers along one axis."""
    return round(max(first, 0.0) * ratio), round(min(last, float(length)) * ratio)


def _means(sums: Numbers, origin: float, step: float, first: int, last: int) -> Numbers:
    """The mean value of the cells under each device pixel; `sums` are the running sums of the cells."""
    edges = np.clip(origin + np.arange(first, last + 1) / step, 0, len(sums) - 1)
    width = np.diff(edges)
    along = np.interp(edges, np.arange(len(sums)), sums)
    return np.divide(np.diff(along), width, out=np.zeros(len(width)), where=width > 0)


def _table(colours: Sequence[QColor]) -> NDArray[np.uint32]:
    """256 colours with their transparency multiplied in, on straight lines between those given."""
    given = np.array([[c.alpha(), c.red(), c.green(), c.blue()] for c in colours], np.float64)
    places, at = np.linspace(0, 1, len(given)), np.linspace(0, 1, _LAST + 1)
    alpha, *parts = (np.interp(at, places, channel) for channel in given.T)
    channels = [alpha, *(part * alpha / 255 for part in parts)]
    whole = [np.round(channel).astype(np.uint32) for channel in channels]
    return np.asarray(whole[0] << 24 | whole[1] << 16 | whole[2] << 8 | whole[3])
