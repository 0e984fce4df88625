"""A feature map laid over the picture that it was made of."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QTransform

from app.widgets.picture_item import PictureItem
from app.widgets.picture_view import PictureView


class Heat:
    """Lies over the view's own picture, in the place of it that it is given."""

    def __init__(self, view: PictureView) -> None:
        self._view = view
        self._item = PictureItem()
        self._item.setZValue(1)
        view.box.addItem(self._item, ignoreBounds=True)

    @property
    def image(self) -> QImage | None:
        """What lies over the picture."""
        return self._item.image

    @property
    def opacity(self) -> float:
        """How opaque it is."""
        return float(self._item.opacity())

    def lay(self, image: QImage, place: QRectF, opacity: float) -> None:
        """Show `image`, which is kept, at `place` in the cells of the view's picture."""
        self._item.set_image(image, image.height(), image.width())
        across, down = place.width() / image.width(), place.height() / image.height()
        self._item.setTransform(QTransform(across, 0, 0, down, place.left(), place.top()))
        self._item.setOpacity(opacity)
        self._view.viewport().update()

    def leave(self) -> None:
        """Show the view's own picture alone."""
        if self._item.image is not None:
            self._item.set_image(None, 0, 0)
            self._view.viewport().update()
