"""A pyqtgraph view measured in cells, that is zoomed and moved by wheel and keys and never loses its picture."""

from __future__ import annotations

from pyqtgraph import GraphicsView, ViewBox
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

_LARGEST_CELL = 160.0  # logical pixels per cell at the deepest zoom
_SMALLEST_SHARE = 0.25  # a picture is never smaller than a quarter of its fitted size
_NOTCH = 120  # Qt's unit for one click of a wheel
_NOTCH_ZOOM = 1.25
_PAN_SHARE = 0.1
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ZOOM_KEYS: dict[int, int] = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}
_FIT_KEYS = (Qt.Key.Key_0, Qt.Key.Key_Home)


class ZoomView(GraphicsView):  # type: ignore[misc]
    """Shows a part of a field of cells: x counts columns to the right, y counts rows downwards, cells are square."""

    region_changed = Signal()
    """The person has zoomed, moved or fitted."""
    extent_changed = Signal()
    """The field or the widget has another size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, useOpenGL=False, background=None)
        self.box = ViewBox(
            lockAspect=1.0, invertY=True, enableMenu=False, enableMouse=False, border=None, defaultPadding=0.0
        )
        self.box.disableAutoRange()
        self.setCentralItem(self.box)
        # A cached background would be one more picture to copy for a flat colour.
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self._extent: tuple[int, int] | None = None
        self._fit_rect: QRectF | None = None
        self._fitted = True

    def extent(self) -> tuple[int, int] | None:
        """(height, width) of the field in cells, or None if there is none."""
        return self._extent

    def set_extent(self, extent: tuple[int, int] | None) -> None:
        """Give the field another size: it is fitted, unless the size is the old one."""
        if extent == self._extent:
            return
        self._extent = extent
        self._fit_rect = None
        self.fit(tell=False)
        self.extent_changed.emit()

    def region(self) -> QRectF:
        """The visible part, in cells."""
        rect: QRectF = self.box.viewRect()
        return rect

    def zoom(self) -> float:
        """Logical pixels per cell."""
        return float(self.width()) / self.region().width()

    def is_fitted(self) -> bool:
        """Whether the whole field is in view and follows the size of the widget."""
        return self._fitted

    def set_fit_rect(self, rect: QRectF | None) -> None:
        """What `fit` brings into view, in cells: the field itself if None."""
        self._fit_rect = rect
        if self._fitted:
            self.fit(tell=False)

    def fit(self, tell: bool = True) -> None:
        """Bring the whole field into view. `tell` False keeps quiet about it."""
        self._fitted = True
        if self._extent is not None:
            height, width = self._extent
            self._set_region(self._fit_rect or QRectF(0, 0, width, height))
        if tell:
            self.region_changed.emit()

    def look_at(self, centre: QPointF, zoom: float) -> None:
        """Put `centre` (in cells) in the middle at `zoom` logical pixels per cell, quietly: for linked views."""
        self._fitted = False
        width, height = self.width() / zoom, self.height() / zoom
        self._set_region(QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height))

    def go_to(self, centre: QPointF, zoom: float) -> None:
        """The same, and say so: linked views come along."""
        self.look_at(centre, zoom)
        self.region_changed.emit()

    def zoom_by(self, factor: float, anchor: QPointF | None = None) -> None:
        """Enlarge by `factor`; the point `anchor` of the widget (its middle if None) stays where it is."""
        if self._extent is None:
            return
        at = self.cell_point(anchor or QPointF(self.width() / 2, self.height() / 2))
        region, now = self.region(), self.zoom()
        shrink = now / self._allowed_zoom(now * factor)
        left, top = at.x() - (at.x() - region.left()) * shrink, at.y() - (at.y() - region.top()) * shrink
        self._go_to(QRectF(left, top, region.width() * shrink, region.height() * shrink))

    def pan_by(self, columns: float, rows: float) -> None:
        """Move what is seen by so many cells."""
        if self._extent is not None:
            self._go_to(self.region().translated(columns, rows))

    def cell_point(self, position: QPointF) -> QPointF:
        """The point of the field, x in columns and y in rows, under a position of the widget."""
        region = self.region()
        return QPointF(
            region.left() + position.x() * region.width() / self.width(),
            region.top() + position.y() * region.height() / self.height(),
        )

    def _allowed_zoom(self, wanted: float) -> float:
        height, width = self._extent or (1, 1)
        whole: float = min(self.width() / width, self.height() / height)
        return min(max(wanted, whole * _SMALLEST_SHARE), max(_LARGEST_CELL, whole))

    def _go_to(self, region: QRectF) -> None:
        """Show `region`, moved so far that its middle lies on the field: a picture cannot be lost."""
        height, width = self._extent or (1, 1)
        middle = region.center()
        inside = QPointF(min(max(middle.x(), 0.0), width), min(max(middle.y(), 0.0), height))
        self._fitted = False
        self._set_region(region.translated(inside - middle))
        self.region_changed.emit()

    def _set_region(self, region: QRectF) -> None:
        self.box.setRange(rect=region, padding=0, disableAutoRange=False)
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the cursor."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        self.zoom_by(_NOTCH_ZOOM ** (delta / _NOTCH), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, + and − zoom, 0 fits."""
        key, region = event.key(), self.region()
        if key in _ARROWS:
            across, down = _ARROWS[key]
            self.pan_by(across * region.width() * _PAN_SHARE, down * region.height() * _PAN_SHARE)
        elif key in _ZOOM_KEYS:
            self.zoom_by(_NOTCH_ZOOM ** _ZOOM_KEYS[key])
        elif key in _FIT_KEYS:
            self.fit()
        else:
            event.ignore()

    def close(self) -> bool:
        """Close as any widget does, to be shown again: pyqtgraph's own way destroys what the view shows."""
        return QWidget.close(self)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep what is seen in view; a fitted field stays fitted."""
        super().resizeEvent(event)
        if event is not None:
            self.extent_changed.emit()
