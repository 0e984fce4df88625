"""The one way pictures are shown: zoom, pan, the cell under the cursor, rectangles over it, and a pen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from app.widgets.fonts import text_font
from app.widgets.picture_item import PictureItem
from app.widgets.picture_overlay import Mapping, Overlay, outline, paint_overlays
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from app.widgets.zoom_view import ZoomView

if TYPE_CHECKING:
    from app.widgets.cell_layer import CellLayer


Cells = tuple[int, int, int, int]
"""(top, left, height, width)."""


def rectangle(cells: Cells | None) -> QRectF | None:
    """The same in coordinates of the view."""
    return None if cells is None else QRectF(cells[1], cells[0], cells[3], cells[2])


class PictureView(ZoomView):
    """One picture in a pyqtgraph view, with rectangles over its cells.

    The image is borrowed: its owner keeps the memory alive until the next `set_image` or `clear`.
    """

    hovered = Signal(object)
    """(row, column) of the cell under the cursor, or None when there is none."""
    clicked = Signal(object)
    """(row, column) of the cell that was clicked on, unless the pen is on."""
    pressed = Signal(float, float)
    moved = Signal(float, float)
    released = Signal(float, float)
    """The pen, as exact (row, column); the middle of the first cell is (0.5, 0.5). Only in pen mode."""
    painted = Signal(object)
    """The generation of an image, once, after the whole of it has been painted."""

    def __init__(self, name: str = "Picture", tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = PictureItem()
        self.box.addItem(self.item, ignoreBounds=True)
        self._generation: object = None
        self._unpainted = False
        self._overlays: tuple[Overlay, ...] = ()
        self._choice: Overlay | None = None
        self._layers: tuple[CellLayer, ...] = ()
        self._placeholder = ""
        self._pen_mode = False
        self._pen_down = False
        self._grip: QPointF | None = None
        self._pressed_at: QPointF | None = None
        self._cursor_at: QPointF | None = None
        self._hover: tuple[int, int] | None = None
        self.region_changed.connect(self._update_hover)
        self.extent_changed.connect(self._update_hover)
        describe(self, name, tip)
        self._take_colours()

    def set_image(
        self, image: QImage, height: int, width: int, generation: object = None, part: Cells | None = None
    ) -> None:
        """Show `image` as `height` × `width` cells, or as `part` of them.

        The view stays where it was unless the size is another one.
        """
        assert self.thread().isCurrentThread(), "A view belongs to the window's thread."
        self._generation, self._unpainted = generation, True
        self.item.set_image(image, height, width, rectangle(part))
        self.viewport().update()
        self.set_extent((height, width))

    def clear(self) -> None:
        """Let go of the image and show none."""
        self._generation, self._unpainted = None, False
        self.item.set_image(None, 0, 0)
        self.viewport().update()
        self.set_extent(None)

    def set_placeholder(self, text: str) -> None:
        """What to say while there is no picture."""
        self._placeholder = text
        self.viewport().update()

    def set_overlays(self, overlays: Sequence[Overlay]) -> None:
        """Outline these cells, and no others."""
        new = tuple(overlays)
        if new == self._overlays:
            return
        mapping = self._mapping()
        touched = outline(mapping, self._overlays).united(outline(mapping, new))
        self._overlays = new
        self.viewport().update(touched.toAlignedRect())

    def overlays(self) -> tuple[Overlay, ...]:
        """The cells outlined now."""
        return self._overlays

    def set_choice(self, choice: Overlay | None) -> None:
        """Outline what the person has chosen in the picture, whatever else is outlined."""
        if choice != self._choice:
            self._choice = choice
            self.viewport().update()

    def choice(self) -> Overlay | None:
        """What `set_choice` outlines now."""
        return self._choice

    def set_layers(self, layers: Sequence[CellLayer]) -> None:
        """Lay these colours over the cells, and no others."""
        if tuple(layers) != self._layers:
            self._layers = tuple(layers)
            self.viewport().update()

    def layers(self) -> tuple[CellLayer, ...]:
        """The colours laid over the cells now."""
        return self._layers

    def set_pen_mode(self, on: bool) -> None:
        """With the pen on, the left button draws; the middle and right buttons still move the picture."""
        self._pen_mode = on
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    def _mapping(self) -> Mapping:
        region = self.region()
        return Mapping(region.left(), region.top(), self.zoom(), self.devicePixelRatioF())

    def _update_hover(self) -> None:
        cell = None if self._cursor_at is None else self._cell_at(self._cursor_at)
        if cell != self._hover:
            self._hover = cell
            self.hovered.emit(cell)

    def _cell_at(self, position: QPointF) -> tuple[int, int] | None:
        extent = self.extent()
        if extent is None:
            return None
        at = self.cell_point(position)
        row, column = math.floor(at.y()), math.floor(at.x())
        return (row, column) if 0 <= row < extent[0] and 0 <= column < extent[1] else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start drawing or moving."""
        self._cursor_at = self._pressed_at = event.position()
        at = self.cell_point(event.position())
        if self._pen_mode and event.button() == Qt.MouseButton.LeftButton:
            self._pen_down = True
            self.pressed.emit(at.y(), at.x())
        elif self._grip is None and not self._pen_down:
            self._grip = at
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw, move the picture, or say which cell is under the cursor."""
        self._cursor_at = event.position()
        at = self.cell_point(event.position())
        if self._pen_down:
            self.moved.emit(at.y(), at.x())
        elif self._grip is not None and at != self._grip:
            self.pan_by(self._grip.x() - at.x(), self._grip.y() - at.y())
        self._update_hover()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End drawing or moving."""
        if self._pen_down and event.button() == Qt.MouseButton.LeftButton:
            self._pen_down = False
            at = self.cell_point(event.position())
            self.released.emit(at.y(), at.x())
        elif event.button() == Qt.MouseButton.LeftButton and not self._pen_mode:
            self._click(event.position())
        self._grip = None
        event.accept()

    def _click(self, position: QPointF) -> None:
        pressed, cell = self._pressed_at, self._cell_at(position)
        if pressed is None or cell is None:
            return
        if (position - pressed).manhattanLength() < QApplication.startDragDistance():
            self.clicked.emit(cell)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit; but a fast second stroke of the pen is a stroke."""
        if self._pen_mode:
            self.mousePressEvent(event)
        else:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        """The cursor has left: no cell is under it."""
        self._cursor_at = None
        self._update_hover()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus ring."""
        super().focusOutEvent(event)
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_colours()

    def _take_colours(self) -> None:
        self.setBackgroundBrush(tokens().colour("canvas"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, then say which image has been painted."""
        super().paintEvent(event)
        if self._unpainted:
            self._unpainted = False
            self.painted.emit(self._generation)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Overlays and focus ring, or the placeholder."""
        painter.resetTransform()
        if self.extent() is None:
            self._paint_placeholder(painter)
        else:
            mapping = self._mapping()
            for layer in self._layers:
                layer.paint(painter, mapping, self.size())
            paint_overlays(painter, mapping, (*self._overlays, *([self._choice] if self._choice else [])))
        if self.hasFocus():
            painter.setPen(QPen(tokens().colour("accent"), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _paint_placeholder(self, painter: QPainter) -> None:
        painter.setPen(tokens().colour("faint"))
        painter.setFont(text_font())
        inside: QRect = self.rect().adjusted(16, 16, -16, -16)
        painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._placeholder)
