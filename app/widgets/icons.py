"""One-colour icons from `resources/icons`, drawn in the colour of the theme at whatever size is asked for."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

import shiboken6
from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QImage, QPainter, QPixmap

from app.widgets.tokens import tokens


def icon(name: str, role: str = "text") -> QIcon:
    """The icon called `name`, in the theme's colour `role`; it follows the theme by itself.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    _svg(name)
    return QIcon(_TintedEngine(name, role))


def tinted(name: str, colour: QColor, width: int, height: int) -> QImage:
    """The icon as a picture of exactly `width` × `height` device pixels, transparent around it."""
    return _tinted(name, colour.rgba(), width, height)


@cache
def _folder() -> Traversable:
    return resources.files("resources").joinpath("icons")


@cache
def _svg(name: str) -> bytes:
    try:
        return _folder().joinpath(f"{name}.svg").read_bytes()
    except OSError:
        raise FileNotFoundError(f"There is no icon called {name!r} in resources/icons.") from None


@lru_cache(maxsize=512)
def _tinted(name: str, rgba: int, width: int, height: int) -> QImage:
    from PySide6.QtSvg import QSvgRenderer  # only drawing needs it, and the first paint comes before

    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = min(width, height)
    renderer = QSvgRenderer(QByteArray(_svg(name)))
    renderer.render(painter, QRectF((width - side) / 2, (height - side) / 2, side, side))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), QColor.fromRgba(rgba))
    painter.end()
    return image


class _TintedEngine(QIconEngine):
    """Looks up the colour when it paints, so that a change of theme needs no new icons."""

    # Qt owns a clone but Python made it: it must live here until Qt has deleted it.
    _clones: list[QIconEngine] = []

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def clone(self) -> QIconEngine:
        """A second engine for a copy of the icon."""
        copy = _TintedEngine(self._name, self._role)
        self._clones[:] = [engine for engine in self._clones if shiboken6.isValid(engine)]
        self._clones.append(copy)
        return copy

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the icon into `rect` at the painter's own resolution."""
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self.scaledPixmap(rect.size(), mode, state, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The icon for screens of one device pixel per logical pixel."""
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """The icon at `size` logical pixels for screens of `scale` device pixels each."""
        role = "faint" if mode == QIcon.Mode.Disabled else self._role
        pixels = size * scale
        pixmap = QPixmap.fromImage(tinted(self._name, tokens().colour(role), pixels.width(), pixels.height()))
        pixmap.setDevicePixelRatio(scale)
        return pixmap


def draw_icon(painter: QPainter, name: str, centre: QPoint, side: int, role: str = "second") -> None:
    """Draw an icon of `side` logical pixels around `centre`; for widgets that paint themselves."""
    rect = QRect(centre.x() - side // 2, centre.y() - side // 2, side, side)
    ratio = painter.device().devicePixelRatio()
    pixels = round(side * ratio)
    painter.drawImage(rect, tinted(name, tokens().colour(role), pixels, pixels))
