"""A strip of named thumbnails painted from one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QToolTip, QWidget

from app.widgets.fonts import text_font
from app.widgets.painted import PaintedArea
from app.widgets.tips import tip_text
from app.widgets.tokens import TITLE_PIXELS, Tokens, tokens

_PAD = 6  # around the strip, and room for rings
_GAP = 10
_LABEL = 20
_BAR = 10


class Entry(NamedTuple):
    """One thumbnail: `key` is what the owner knows it by, `label` stands under it, `tip` says more."""

    key: object
    label: str
    tip: str = ""


class Gallery(PaintedArea):
    """Thumbnails in a row that scrolls sideways, or in rows that scroll downwards if `wrap`."""

    chosen = Signal(object)
    """The key of the entry that was clicked, or chosen with Enter or Space."""
    hovered = Signal(object)
    """The key of the entry under the cursor, or None."""

    def __init__(
        self, name: str = "Gallery", side: int = 72, wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._side, self._wrap = name, side, wrap
        self._entries: tuple[Entry, ...] = ()
        self._image: QImage | None = None
        self._tiles: tuple[QRect, ...] = ()
        self._current: object = None
        self._focused = 0
        self._hover: int | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(name)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Offer these, in this order."""
        self._entries = tuple(entries)
        self._hover = None
        self._focused = min(self._focused, max(len(self._entries) - 1, 0))
        self._arrange()
        self._announce()

    def set_image(self, image: QImage | None, tiles: Sequence[QRect] = ()) -> None:
        """Take the n-th of `tiles` out of `image` as the thumbnail of the n-th entry. The image is borrowed."""
        self._image = image
        self._tiles = tuple(tiles)
        self.viewport().update()

    def current(self) -> object:
        """The key of the marked entry, or None."""
        return self._current

    def set_current(self, key: object) -> None:
        """Mark the entry called `key`, and bring it into sight; None marks none."""
        if key == self._current:
            return
        self._current = key
        index = self._index_of(key)
        if index is not None:
            self._focused = index
            self._reveal(index)
        self._announce()
        self.viewport().update()

    def tile_rectangle(self, index: int) -> QRect:
        """Where the n-th thumbnail is on the viewport now."""
        row, column = divmod(index, self._columns())
        x = _PAD + column * (self._side + _GAP) - self.horizontalScrollBar().value()
        y = _PAD + row * (self._side + _LABEL + _GAP) - self.verticalScrollBar().value()
        return QRect(x, y, self._side, self._side)

    def index_at(self, position: QPoint) -> int | None:
        """The entry under a position of the viewport, its label included."""
        for index in range(len(self._entries)):
            if self.tile_rectangle(index).adjusted(0, 0, 0, _LABEL).contains(position):
                return index
        return None

    def _columns(self) -> int:
        if not self._wrap:
            return max(len(self._entries), 1)
        return max((self.viewport().width() - 2 * _PAD + _GAP) // (self._side + _GAP), 1)

    def _index_of(self, key: object) -> int | None:
        return next((index for index, entry in enumerate(self._entries) if entry.key == key), None)

    def _arrange(self) -> None:
        """Tell the scroll bars how large the strip is."""
        columns = self._columns()
        rows = -(-len(self._entries) // columns)
        wide = columns * (self._side + _GAP) - _GAP + 2 * _PAD
        high = rows * (self._side + _LABEL + _GAP) - _GAP + 2 * _PAD
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setRange(0, 0 if self._wrap else max(wide - self.viewport().width(), 0))
        across.setPageStep(self.viewport().width())
        across.setSingleStep(self._side + _GAP)
        down.setRange(0, max(high - self.viewport().height(), 0) if self._wrap else 0)
        down.setPageStep(self.viewport().height())
        down.setSingleStep(self._side + _LABEL + _GAP)
        self.viewport().update()

    def _reveal(self, index: int) -> None:
        rect = self.tile_rectangle(index).adjusted(-_PAD, -_PAD, _PAD, _LABEL)
        view = self.viewport().rect()
        for bar, low, high, end in (
            (self.horizontalScrollBar(), rect.left(), rect.right(), view.right()),
            (self.verticalScrollBar(), rect.top(), rect.bottom(), view.bottom()),
        ):
            bar.setValue(bar.value() + (low if low < 0 else max(high - end, 0)))

    def _announce(self) -> None:
        if not self._entries:
            return
        entry = self._entries[self._focused]
        marked = ", current" if entry.key == self._current else ""
        self.setAccessibleName(f"{self._name}: {entry.label}, {self._focused + 1} of {len(self._entries)}{marked}")
        self.setAccessibleDescription(entry.tip)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, entry.label))

    def _focus_on(self, index: int) -> None:
        self._focused = min(max(index, 0), len(self._entries) - 1)
        self._reveal(self._focused)
        self._announce()
        self.viewport().update()

    def _set_hover(self, index: int | None) -> None:
        if index != self._hover:
            self._hover = index
            self.hovered.emit(None if index is None else self._entries[index].key)
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End walk along the strip; Enter and Space choose."""
        key = event.key()
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns(),
            Qt.Key.Key_Down: self._columns(),
            Qt.Key.Key_Home: -len(self._entries),
            Qt.Key.Key_End: len(self._entries),
        }
        if not self._entries:
            event.ignore()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self._entries[self._focused].key)
        elif key in steps and (self._wrap or key not in (Qt.Key.Key_Up, Qt.Key.Key_Down)):
            self._focus_on(self._focused + steps[Qt.Key(key)])
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the entry under the cursor."""
        index = self.index_at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self._focus_on(index)
            self.chosen.emit(self._entries[index].key)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The press has done it all; nobody else needs the release."""
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which entry is under the cursor."""
        self._set_hover(self.index_at(event.position().toPoint()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Any wheel scrolls the strip the way it goes."""
        bar = self.verticalScrollBar() if self._wrap else self.horizontalScrollBar()
        delta = event.angleDelta().y() or event.angleDelta().x()
        bar.setValue(bar.value() - round(delta / 120 * bar.singleStep()))
        self._set_hover(self.index_at(event.position().toPoint()))
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips per entry; leaving ends the hover."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.index_at(event.pos())
            if index is not None:
                entry = self._entries[index]
                text = f"{entry.label}. {entry.tip}" if entry.tip else entry.label
                QToolTip.showText(event.globalPos(), tip_text(text), self.viewport(), self.tile_rectangle(index))
                return True
        if event.type() == QEvent.Type.Leave:
            self._set_hover(None)
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the strip anew."""
        super().resizeEvent(event)
        self._arrange()

    def sizeHint(self) -> QSize:
        """One row, with room for its scroll bar."""
        return QSize(4 * (self._side + _GAP) + 2 * _PAD, self._side + _LABEL + 2 * _PAD + _BAR)

    def minimumSizeHint(self) -> QSize:
        """One thumbnail."""
        return QSize(self._side + 2 * _PAD, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the entries that are in sight."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(text_font(TITLE_PIXELS))
        table = tokens()
        for index in range(len(self._entries)):
            rect = self.tile_rectangle(index)
            if rect.adjusted(-_PAD, -_PAD, _PAD, _LABEL).intersects(event.rect()):
                self._paint_entry(painter, index, rect, table)

    def _paint_entry(self, painter: QPainter, index: int, rect: QRect, table: Tokens) -> None:
        entry = self._entries[index]
        marked = entry.key == self._current
        painter.fillRect(rect, table.colour("raised"))
        if self._image is not None and index < len(self._tiles) and not self._tiles[index].isEmpty():
            tile = self._tiles[index]
            size = tile.size().scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(QPoint(0, 0), size)
            place.moveCenter(rect.center())
            painter.drawImage(place, self._image, tile)
        self._paint_ring(painter, index, rect, table, marked)
        painter.setPen(table.colour("text" if marked or index == self._hover else "second"))
        space = QRect(rect.left() - _GAP // 2, rect.bottom() + 4, rect.width() + _GAP, _LABEL - 4)
        text = QFontMetrics(painter.font()).elidedText(entry.label, Qt.TextElideMode.ElideRight, space.width())
        painter.drawText(space, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def _paint_ring(self, painter: QPainter, index: int, rect: QRect, table: Tokens, marked: bool) -> None:
        role = "accent" if marked else "faint" if index == self._hover else "control_line"
        painter.setPen(QPen(table.colour(role), 2 if marked else 1))
        painter.drawRect(rect.adjusted(0, 0, -1, -1) if not marked else rect)
        if self.hasFocus() and index == self._focused:
            painter.setPen(QPen(table.colour("text"), 2))
            painter.drawRect(rect.adjusted(-3, -3, 3, 3))
