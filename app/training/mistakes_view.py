"""Test pictures side by side, each with its true class, what it was taken for, and how sure the network was."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame

from app.featuremaps.prediction_bars import percent
from app.widgets.cells import ARROWS
from app.widgets.fonts import number_font, text_font
from app.widgets.painted import PaintedArea
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.protocol import Mistakes

PICTURE, WORDS, GAP = 64, 32, 10
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_PLACES = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
_TIP = (
    "The surest guesses first. A double click, or Enter on one chosen by the arrow keys, puts the picture into the "
    "network, whose maps then tell how it came to its guess."
)


class MistakesView(PaintedArea):
    """Says by `activated` which picture is to be looked at more closely."""

    activated = Signal(int)
    pointed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._told: Mistakes | None = None
        self._placeholder = ""
        self._hover: int | None = None
        self.current = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().installEventFilter(self)
        describe(self, "Test pictures", _TIP)

    def show_pictures(self, image: QImage | None, told: Mistakes | None, placeholder: str = "") -> None:
        """Show these, or a sentence where there are none."""
        self._image, self._told, self._placeholder = image, told if image is not None else None, placeholder
        self._hover, self.current = None, 0
        self.verticalScrollBar().setValue(0)
        self._set_range()
        self.setAccessibleDescription(placeholder or _TIP)
        self.viewport().update()

    def __len__(self) -> int:
        return 0 if self._told is None else len(self._told.tiles)

    def __bool__(self) -> bool:
        return True

    @property
    def columns(self) -> int:
        """How many stand in a row."""
        return max((self.viewport().width() - GAP) // (PICTURE + GAP), 1)

    def box(self, place: int) -> QRectF:
        """Where a picture and its words are."""
        row, column = divmod(place, self.columns)
        top = GAP + row * (PICTURE + WORDS + GAP) - self.verticalScrollBar().value()
        return QRectF(GAP + column * (PICTURE + GAP), top, PICTURE, PICTURE + WORDS)

    def words(self, place: int) -> tuple[str, str]:
        """True class and guess, and how sure the network was."""
        told = self._told
        assert told is not None
        pair = f"{_name(told, told.classes[place])} → {_name(told, told.guesses[place])}"
        return pair, percent(told.probabilities[place])

    def sentence(self, place: int) -> str:
        """All of it."""
        told = self._told
        assert told is not None
        true, guess = _name(told, told.classes[place]), _name(told, told.guesses[place])
        sure = percent(told.probabilities[place])
        return f"test picture {told.indices[place]}: true {true}, taken for {guess} with {sure}"

    def _place_at(self, position: QPointF) -> int | None:
        return next((place for place in range(len(self)) if self.box(place).contains(position)), None)

    def _set_range(self) -> None:
        rows = -(-len(self) // self.columns)
        room = self.viewport().height()
        self.verticalScrollBar().setPageStep(max(room, 1))
        self.verticalScrollBar().setSingleStep(PICTURE // 2)
        self.verticalScrollBar().setRange(0, max(rows * (PICTURE + WORDS + GAP) + GAP - room, 0))

    def _point(self, place: int | None) -> None:
        words = "" if place is None else self.sentence(place)
        self.setAccessibleName(f"Test pictures: {words}" if words else "Test pictures")
        if words and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, words))
        self.pointed.emit(words)
        self.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Nothing is under a cursor that has left."""
        if watched is self.viewport() and event.type() == QEvent.Type.Leave and self._hover is not None:
            self._hover = None
            self._point(None)
        return super().eventFilter(watched, event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the cursor."""
        place = self._place_at(event.position())
        if place != self._hover:
            self._hover = place
            self._point(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The arrow keys go on from here."""
        place = self._place_at(event.position())
        if place is not None:
            self.current = place
            self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Look at it more closely."""
        place = self._place_at(event.position())
        if place is not None:
            self.activated.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End go to another picture, Enter and Space open it."""
        key = event.key()
        if not len(self) or key not in (*ARROWS, *_KEYS, *_PLACES):
            super().keyPressEvent(event)
        elif key in _KEYS:
            self.activated.emit(self.current)
        else:
            down, right = ARROWS.get(key, (0, 0))
            step = self.current + down * self.columns + right
            self.current = _PLACES[Qt.Key(key)] % len(self) if key in _PLACES else min(max(step, 0), len(self) - 1)
            box, bar = self.box(self.current), self.verticalScrollBar()
            over, under = min(box.top() - GAP, 0), max(box.bottom() + GAP - self.viewport().height(), 0)
            bar.setValue(bar.value() + round(over or under))
            self._point(self.current)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer stand in a row."""
        super().resizeEvent(event)
        self._set_range()

    def minimumSizeHint(self) -> QSize:
        """One row of two."""
        return QSize(2 * (PICTURE + GAP) + GAP, PICTURE + WORDS + 2 * GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pictures in sight, or the sentence."""
        painter, table = QPainter(self.viewport()), tokens()
        if self._told is None or self._image is None:
            painter.setFont(text_font())
            painter.setPen(table.colour("faint"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(16, 0, -16, 0), flags, self._placeholder)
            return
        for place in range(len(self)):
            if self.box(place).intersects(QRectF(self.viewport().rect())):
                self._paint_one(painter, place, self._told, self._image)

    def _paint_one(self, painter: QPainter, place: int, told: Mistakes, image: QImage) -> None:
        table, box = tokens(), self.box(place)
        top, left, height, width = told.tiles[place]
        scale = PICTURE / max(height, width)
        shown = QRectF(0, 0, width * scale, height * scale)
        shown.moveCenter(QPointF(box.center().x(), box.top() + PICTURE / 2))
        painter.drawImage(shown, image, QRectF(left, top, width, height))
        if place == self._hover or (place == self.current and self.hasFocus()):
            painter.setPen(QPen(table.colour("result" if place == self._hover else "accent"), 2))
            painter.drawRect(shown.adjusted(-1, -1, 1, 1))
        pair, sure = self.words(place)
        right = told.classes[place] == told.guesses[place]
        line = QRectF(box.left() - GAP / 2, box.top() + PICTURE + 1, PICTURE + GAP, WORDS / 2)
        painter.setFont(text_font(11))
        painter.setPen(table.colour("ok" if right else "text"))
        pair = painter.fontMetrics().elidedText(pair, Qt.TextElideMode.ElideRight, round(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, pair)
        painter.setFont(number_font(11))
        painter.setPen(table.colour("second"))
        painter.drawText(line.translated(0, WORDS / 2 - 2), Qt.AlignmentFlag.AlignCenter, sure)


def _name(told: Mistakes, index: int) -> str:
    return told.class_names[index] if index < len(told.class_names) else str(index)
