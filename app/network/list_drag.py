"""The list of layers under the mouse: choose one or several, and carry them elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication

from app.network.list_layout import Gap
from app.network.list_paint import State, fold_rect, paint_card, paint_gap, part_plus
from app.network.list_view import GUTTER, LayerCards
from app.network.places import Place, place_of
from app.network.reading import Reading
from app.network.stack import Stack
from app.state.document import Document
from app.widgets.fonts import text_font
from app.widgets.tokens import tokens

EDGE = 28
"""So near to the top or bottom, a drag scrolls."""
_ASIDE = 8
"""So far to the right of its column a card is carried."""
_SCROLL_MS = 16
_SCROLL_STEP = 6
_BADGE = 22
_MORE = Qt.KeyboardModifier.ControlModifier
_RANGE = Qt.KeyboardModifier.ShiftModifier


@dataclass
class Lift:
    """Cards in the hand: where the one was gripped, where the cursor is, and the place they would come to."""

    paths: list[str]
    grip: QPoint
    at: QPoint
    gap: Gap | None = None

    def holds(self, path: str) -> bool:
        """Whether a layer is carried, itself or with what holds it."""
        return any(path == each or path.startswith(f"{each}.") for each in self.paths)


class DraggedCards(LayerCards):
    """A click chooses, with Ctrl one more, with Shift all up to it. What is chosen can be dragged to any place, in
    and out of blocks; Esc lets go of it.
    """

    form_wanted = Signal()
    add_wanted = Signal(object, QPoint)
    """(the `Place` for a new layer or None, where on the screen a menu of them may open)."""

    def __init__(self, document: Document, stack: Stack, reading: Reading) -> None:
        self._lift: Lift | None = None
        self._press: QPoint | None = None
        self._alone: str | None = None
        """Of several that are chosen, the one that was pressed: it is chosen alone unless a drag begins."""
        super().__init__(document, stack, reading)
        self._scroll = QTimer(self)
        self._scroll.setInterval(_SCROLL_MS)
        self._scroll.timeout.connect(self._scroll_on)

    def refresh(self) -> None:
        """Show the network as it is now; a card in the hand would be one of another network."""
        self.drop_nothing()
        super().refresh()

    @property
    def lift(self) -> Lift | None:
        """The cards in the hand."""
        return self._lift

    def fold(self, path: str, closed: bool) -> None:
        """Leave out, or show, what a block holds."""
        self.closed = self.closed | {path} if closed else self.closed - {path}
        if closed and self.stack.chosen.path.startswith(f"{path}."):
            self.stack.chosen.choose(path)
        self.refresh()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a card, open or close a block, or add to a list of it."""
        self._press = self._alone = None
        at = event.position().toPoint()
        index = self.places.at(self.height_at(at))
        if index is None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        card, rect = self.lines[index].card, self.on_screen(self.lines[index].rect)
        if card.row.kind == "part":
            if part_plus(rect).contains(at):
                self._add_to(card.row.path, at)
        elif card.closed is not None and fold_rect(rect).contains(at):
            self.fold(card.row.path, not card.closed)
        elif rect.contains(at):
            self._choose(card.row.path, event)
            if event.button() == Qt.MouseButton.LeftButton and card.row.kind == "layer":
                self._press = at

    def _choose(self, path: str, event: QMouseEvent) -> None:
        chosen = self.stack.chosen
        if event.modifiers() & _RANGE:
            chosen.extend(path)
        elif event.modifiers() & _MORE and event.button() == Qt.MouseButton.LeftButton:
            chosen.toggle(path)
        elif path in chosen.paths and len(chosen.paths) > 1:
            self._alone = path if event.button() == Qt.MouseButton.LeftButton else None
        else:
            chosen.choose(path)

    def _add_to(self, inside: str, at: QPoint) -> None:
        holder, _, part = inside.rpartition(".")
        row = next(line.card.row for line in self.lines if line.card.row.path == holder)
        layers = row.layer.parts()[part] if row.layer is not None else ()
        self.add_wanted.emit(Place(inside, len(layers)), self.viewport().mapToGlobal(at))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Lift what is chosen, carry it, or mark the card under the cursor."""
        at = event.position().toPoint()
        if self._lift is not None:
            self._carry(at)
        elif self._press is not None and event.buttons() & Qt.MouseButton.LeftButton:
            if (at - self._press).manhattanLength() >= QApplication.startDragDistance():
                self._lift_up(self._press, at)
        else:
            self.set_hover(self.places.at(self.height_at(at)))

    def _lift_up(self, press: QPoint, at: QPoint) -> None:
        index, paths = self.chosen_index(), self.stack.chosen_paths()
        if index is None or not paths:
            return
        if self._alone is not None:
            index = self.places.index_of(self._alone) or index
        corner = self.on_screen(self.lines[index].rect).topLeft()
        self._lift = Lift(paths, press - corner, at)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._carry(at)

    def _carry(self, at: QPoint) -> None:
        lift = self._lift
        if lift is None:
            return
        lift.at = at
        lift.gap = self._nearest(self.height_at(at), lift)
        near = at.y() < EDGE or at.y() > self.viewport().height() - EDGE
        if near and not self._scroll.isActive():
            self._scroll.start()
        elif not near:
            self._scroll.stop()
        self.viewport().update()

    def _nearest(self, y: int, lift: Lift) -> Gap | None:
        gaps = self.places.gaps(self.reading.network, self.closed)
        free = [gap for gap in gaps if not lift.holds(gap.place.inside)]
        return min(free, key=lambda gap: abs(gap.y - y), default=None)

    def _scroll_on(self) -> None:
        if self._lift is None:
            self._scroll.stop()
            return
        bar, at = self.verticalScrollBar(), self._lift.at
        bar.setValue(bar.value() + (_SCROLL_STEP if at.y() > self.viewport().height() / 2 else -_SCROLL_STEP))
        self._carry(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Put down what is carried; a click on one of several chooses that one."""
        lift, alone = self._lift, self._alone
        self.drop_nothing()
        if lift is not None and lift.gap is not None:
            self.stack.move(lift.paths, lift.gap.place)
        elif lift is None and alone is not None:
            self.stack.chosen.choose(alone)

    def drop_nothing(self) -> None:
        """Let go of what is carried: it stays where it was."""
        self._press = self._alone = None
        if self._lift is not None:
            self._lift = None
            self._scroll.stop()
            self.unsetCursor()
            self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On a card: to its form. On an arrow a double click is two clicks."""
        index = self.places.at(self.height_at(event.position().toPoint()))
        if index is not None and self.lines[index].card.row.kind == "layer":
            fold = fold_rect(self.on_screen(self.lines[index].rect))
            if self.lines[index].card.closed is None or not fold.contains(event.position().toPoint()):
                self.form_wanted.emit()
                return
        self.mousePressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys go elsewhere: nothing stays in the hand."""
        self.drop_nothing()
        super().focusOutEvent(event)

    def state_of(self, index: int) -> State:
        """How a card stands out; those in the hand fade where they were."""
        lifted = self._lift is not None and self._lift.holds(self.lines[index].card.row.path)
        return super().state_of(index)._replace(lifted=lifted)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cards, the place for those in the hand, and the one that was gripped with how many there are."""
        super().paintEvent(event)
        lift, index = self._lift, self.chosen_index()
        if lift is None or index is None:
            return
        painter = QPainter(self.viewport())
        line = self.lines[index]
        rect = line.rect.translated(_ASIDE, 0)
        rect.moveTop(lift.at.y() - lift.grip.y())
        paint_card(painter, line.card, rect, State(chosen=True), tokens())
        if len(lift.paths) > 1:
            _paint_count(painter, rect, len(lift.paths))
        if lift.gap is not None and not self._is_own(lift.gap.place, lift.paths):
            y = lift.gap.y - self.verticalScrollBar().value()
            paint_gap(painter, lift.gap.left, self.width() - GUTTER - 1, y, tokens())

    def _is_own(self, place: Place, paths: list[str]) -> bool:
        """Whether nothing would change: layers that follow one another would come to where they are."""
        places = [place_of(self.reading.network, path) for path in paths]
        first = places[0]
        if any(now != Place(first.inside, first.before + step) for step, now in enumerate(places)):
            return False
        return place.inside == first.inside and first.before <= place.before <= first.before + len(paths)


def _paint_count(painter: QPainter, card: QRect, count: int) -> None:
    badge = QRect(card.right() - _BADGE - 2, card.top() - 8, _BADGE, 18)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens().accent_fill))
    painter.drawRoundedRect(badge, 9, 9)
    painter.setPen(QColor(tokens().on_accent))
    painter.setFont(text_font(11))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(count))
