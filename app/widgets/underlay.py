"""A second picture under that of a view: beside it behind a line, or shining through."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QTransform

from app.widgets.picture_item import PictureItem
from app.widgets.picture_view import Cells, PictureView, rectangle


class Underlay:
    """Lies under the view's own picture, in the place of it that it is given; both are borrowed, nothing is copied."""

    def __init__(self, view: PictureView) -> None:
        self._view = view
        self._item = PictureItem()
        self._item.setZValue(-1)
        view.box.addItem(self._item, ignoreBounds=True)

    def set_image(self, image: QImage | None, height: int = 0, width: int = 0, part: Cells | None = None) -> None:
        """Take `image` for `height` × `width` cells of its own, or for `part` of them; None shows nothing."""
        self._item.set_image(image, height, width, rectangle(part))
        self._view.viewport().update()

    def set_place(self, place: QRectF) -> None:
        """Where it lies, in the cells of the view's own picture."""
        cells = self._item.boundingRect()
        if cells.isEmpty():
            return
        across, down = place.width() / cells.width(), place.height() / cells.height()
        transform = QTransform(across, 0, 0, down, place.left(), place.top())
        if transform != self._item.transform():
            self._item.setTransform(transform)
            self._view.viewport().update()

    def split(self, share: float) -> None:
        """Show this picture left of that share of the view's width, and the view's own right of it."""
        self._show((0.0, share), (share, 1.0), 1.0)

    def blend(self, share: float) -> None:
        """Show the view's own picture over this one, opaque to that share."""
        self._show((0.0, 1.0), (0.0, 1.0), share)

    def leave(self) -> None:
        """Show the view's own picture alone, and let go of this one."""
        if self._item.image is None:
            return
        self._item.set_image(None, 0, 0)
        self._show((0.0, 1.0), (0.0, 1.0), 1.0)

    def _show(self, under: tuple[float, float], over: tuple[float, float], opacity: float) -> None:
        self._item.set_window(*under)
        self._view.item.set_window(*over)
        self._view.item.setOpacity(opacity)
        self._view.viewport().update()
