"""A whole network at a glance: a small picture of every layer's maps, in order; a click chooses a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip

from app.state.engine_link import Shown
from app.widgets.fonts import number_font, text_font
from app.widgets.painted import PaintedArea
from app.widgets.theme import set_role
from app.widgets.tips import describe, tip_text
from app.widgets.tokens import tokens
from engine.protocol import Box

SMALL, MIDDLE, LARGE = 30, 44, 68
"""Sides of a layer's picture: where there is little room, some, and enough."""
PAD = 5
LEAST_CELL = 64
"""Pixels that most names and shapes need."""
LINE = 14
_TIP = (
    "Every layer's maps on the newest frame, from the input to the output. A click chooses the layer that is shown "
    "large; the arrow keys go from layer to layer. Only layers in sight are painted."
)


class Entry(NamedTuple):
    """A layer: its path, what it is called, its shape in words, and a sentence for the tool tip."""

    path: str
    name: str
    shape: str
    help: str


class LayerStrip(PaintedArea):
    """Knows nothing of networks: it is told the entries, and where in a picture each of them lies."""

    chosen = Signal(str)
    in_sight = Signal(object)
    """The paths of the entries that can be seen, from the left."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()
        self._current = ""
        self._hover: int | None = None
        self._seen: tuple[str, ...] = ()
        self._shown: Shown | None = None
        self._boxes: Mapping[str, Box] = {}
        self._thumb = LARGE
        set_role(self, "panel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        describe(self, "Layers at a glance", _TIP)
        self.set_thumb(LARGE)

    def set_entries(self, entries: Sequence[Entry], current: str) -> None:
        """Show these layers, with the one of the path `current` marked."""
        if (tuple(entries), current) == (self._entries, self._current):
            return
        moved = current != self._current
        self._entries, self._current = tuple(entries), current
        self._fit_height()
        self._arrange()
        if moved:
            self._reveal()
            self._announce()

    def set_thumb(self, side: int) -> None:
        """Show pictures of this height and width."""
        self._thumb = side
        self._fit_height()
        self._arrange()

    def _fit_height(self) -> None:
        bar = self.horizontalScrollBar().sizeHint().height() if self._too_many() else 0
        self.setFixedHeight(self._thumb + 2 * LINE + 2 * PAD + 6 + bar)

    def _too_many(self) -> bool:
        return self._cell * len(self._entries) > self.width() - 2 * self.frameWidth()

    @property
    def _cell(self) -> int:
        """Pixels that an entry is wide."""
        return max(self._thumb + 2 * PAD, LEAST_CELL)

    def show_layers(self, shown: Shown, paths: Sequence[str], boxes: Sequence[Box]) -> None:
        """Show the newest picture, in which each of these layers lies in its box."""
        self._shown = shown
        self._boxes = dict(zip(paths, boxes, strict=True))
        self.viewport().update()

    def clear(self) -> None:
        """Let go of the picture."""
        self._shown, self._boxes = None, {}
        self.viewport().update()

    def entries(self) -> tuple[Entry, ...]:
        """What is shown."""
        return self._entries

    def seen(self) -> tuple[str, ...]:
        """The paths of the entries in sight."""
        return self._seen

    def is_painted(self, path: str) -> bool:
        """Whether there is a picture of a layer's maps."""
        return self._shown is not None and path in self._boxes

    def rectangle(self, place: int) -> QRect:
        """Where an entry lies on the viewport."""
        return QRect(place * self._cell - self.horizontalScrollBar().value(), 0, self._cell, self.viewport().height())

    def _at(self, position: QPoint) -> int | None:
        place = (position.x() + self.horizontalScrollBar().value()) // self._cell
        return place if 0 <= place < len(self._entries) else None

    def _place(self) -> int | None:
        return next((place for place, entry in enumerate(self._entries) if entry.path == self._current), None)

    def _arrange(self) -> None:
        bar, width = self.horizontalScrollBar(), self.viewport().width()
        bar.setRange(0, max(self._cell * len(self._entries) - width, 0))
        bar.setPageStep(width)
        bar.setSingleStep(self._cell // 2)
        self._look()
        self.viewport().update()

    def _look(self) -> None:
        """Say which entries are in sight, if they are others now."""
        first = max(self.horizontalScrollBar().value() // self._cell, 0)
        last = (self.horizontalScrollBar().value() + max(self.viewport().width(), 1) - 1) // self._cell
        seen = tuple(entry.path for entry in self._entries[first : last + 1])
        if seen != self._seen:
            self._seen = seen
            self.in_sight.emit(seen)

    def _reveal(self) -> None:
        place, bar = self._place(), self.horizontalScrollBar()
        if place is None:
            return
        left = place * self._cell
        if left < bar.value():
            bar.setValue(left)
        elif left + self._cell > bar.value() + self.viewport().width():
            bar.setValue(left + self._cell - self.viewport().width())

    def _announce(self) -> None:
        place = self._place()
        if place is None:
            return
        entry = self._entries[place]
        words = f"{entry.name}, {entry.shape}, {place + 1} of {len(self._entries)}"
        self.setAccessibleName(f"Layers at a glance: {words}")
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, words))

    def _choose(self, place: int | None) -> None:
        if place is not None and 0 <= place < len(self._entries):
            self.chosen.emit(self._entries[place].path)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a layer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._at(event.position().toPoint()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the layer under the cursor."""
        self._set_hover(self._at(event.position().toPoint()))

    def _set_hover(self, place: int | None) -> None:
        if place != self._hover:
            self._hover = place
            self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turned either way, the wheel moves along the network."""
        turned = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turned.x() or turned.y()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End."""
        place, last = self._place() or 0, len(self._entries) - 1
        moves = {Qt.Key.Key_Left: place - 1, Qt.Key.Key_Right: place + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        if event.key() in moves:
            self._choose(min(max(moves[Qt.Key(event.key())], 0), last))
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips per layer; leaving ends the hover."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._at(event.pos())
            if place is not None:
                QToolTip.showText(event.globalPos(), tip_text(self._entries[place].help), self.viewport())
                return True
        if event.type() == QEvent.Type.Leave:
            self._set_hover(None)
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer layers are in sight."""
        super().resizeEvent(event)
        self._fit_height()
        self._arrange()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Others are in sight."""
        self._look()
        super().scrollContentsBy(dx, dy)

    def sizeHint(self) -> QSize:
        """A few layers."""
        return QSize(4 * self._cell, self.height())

    def minimumSizeHint(self) -> QSize:
        """At least one layer."""
        return QSize(self._cell, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The entries in sight."""
        painter = QPainter(self.viewport())
        for place in range(len(self._entries)):
            rect = self.rectangle(place)
            if rect.intersects(event.rect()):
                self._paint(painter, place, rect)

    def _paint(self, painter: QPainter, place: int, rect: QRect) -> None:
        entry, table = self._entries[place], tokens()
        marked = entry.path == self._current
        if marked or place == self._hover:
            painter.fillRect(rect, table.colour("raised" if marked else "hover"))
        square = QRectF(rect.left() + (rect.width() - self._thumb) // 2, PAD, self._thumb, self._thumb)
        painter.fillRect(square, table.colour("canvas"))
        self._paint_maps(painter, entry.path, square)
        if marked:
            painter.setPen(QPen(table.colour("accent"), 2 if self.hasFocus() else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(square.adjusted(-1, -1, 1, 1))
        line = QRect(rect.left() + 2, round(square.bottom()) + 4, self._cell - 4, LINE)
        for text, font, role in (
            (entry.name, text_font(11), "text" if marked else "second"),
            (entry.shape, number_font(10), "faint"),
        ):
            painter.setFont(font)
            painter.setPen(table.colour(role))
            elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideLeft, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, elided)
            line.translate(0, LINE)

    def _paint_maps(self, painter: QPainter, path: str, square: QRectF) -> None:
        shown, box = self._shown, self._boxes.get(path)
        if shown is None or box is None:
            return
        top, left, height, width = box
        scale = self._thumb / max(height, width)
        place = QRectF(0, 0, width * scale, height * scale)
        place.moveCenter(square.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        painter.drawImage(place, shown.image, QRectF(left, top, width, height))
