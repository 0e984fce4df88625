"""The list of layers to work with: choose, move, copy, switch off and remove, by mouse and by keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication

from app.network.list_layout import Gap
from app.network.list_paint import State, fold_rect, paint_card, paint_gap, part_plus
from app.network.list_view import GUTTER, LayerCards
from app.network.places import INPUT, Place, place_of
from app.network.reading import Reading
from app.network.stack import Stack
from app.state.document import Document
from app.widgets.tokens import tokens

EDGE = 28
"""So near to the top or bottom, a drag scrolls."""
_ASIDE = 8
"""So far to the right of its column a card is carried."""
_SCROLL_MS = 16
_SCROLL_STEP = 6
_MOVES: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_FOLDS: dict[int, bool] = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False}
_ADD = (Qt.Key.Key_Insert, Qt.Key.Key_Plus)
_REMOVE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


@dataclass
class Lift:
    """A card in the hand: where it was gripped, where the cursor is, and the place it would come to."""

    path: str
    grip: QPoint
    at: QPoint
    gap: Gap | None = None


class LayerList(LayerCards):
    """Arrows choose, with Alt they move; Delete removes, Ctrl+D copies, Space switches off, Left and Right close and
    open a block, Insert adds, Enter goes to the form. A card can be dragged to any place, in and out of blocks; Esc
    lets go of it.
    """

    form_wanted = Signal()
    add_wanted = Signal(object, QPoint)
    """(the `Place` for a new layer or None, where on the screen a menu of them may open)."""
    menu_wanted = Signal(QPoint)

    def __init__(self, document: Document, stack: Stack, reading: Reading) -> None:
        self._lift: Lift | None = None
        self._press: QPoint | None = None
        super().__init__(document, stack, reading)
        self._scroll = QTimer(self)
        self._scroll.setInterval(_SCROLL_MS)
        self._scroll.timeout.connect(self._scroll_on)

    def refresh(self) -> None:
        """Show the network as it is now; a card in the hand would be one of another network."""
        self._drop_nothing()
        super().refresh()

    @property
    def lift(self) -> Lift | None:
        """The card in the hand."""
        return self._lift

    def fold(self, path: str, closed: bool) -> None:
        """Leave out, or show, what a block holds."""
        self.closed = self.closed | {path} if closed else self.closed - {path}
        if closed and self.stack.chosen.path.startswith(f"{path}."):
            self.stack.chosen.choose(path)
        self.refresh()

    # Mouse.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a card, open or close a block, or add to a list of it."""
        self._press = None
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
            self.stack.chosen.choose(card.row.path)
            if event.button() == Qt.MouseButton.LeftButton and card.row.kind == "layer":
                self._press = at

    def _add_to(self, inside: str, at: QPoint) -> None:
        holder, _, part = inside.rpartition(".")
        row = next(line.card.row for line in self.lines if line.card.row.path == holder)
        layers = row.layer.parts()[part] if row.layer is not None else ()
        self.add_wanted.emit(Place(inside, len(layers)), self.viewport().mapToGlobal(at))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Lift a card, carry it, or mark the one under the cursor."""
        at = event.position().toPoint()
        if self._lift is not None:
            self._carry(at)
        elif self._press is not None and event.buttons() & Qt.MouseButton.LeftButton:
            if (at - self._press).manhattanLength() >= QApplication.startDragDistance():
                self._lift_up(self._press, at)
        else:
            self.set_hover(self.places.at(self.height_at(at)))

    def _lift_up(self, press: QPoint, at: QPoint) -> None:
        index = self.chosen_index()
        if index is None:
            return
        corner = self.on_screen(self.lines[index].rect).topLeft()
        self._lift = Lift(self.stack.chosen.path, press - corner, at)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._carry(at)

    def _carry(self, at: QPoint) -> None:
        lift = self._lift
        if lift is None:
            return
        lift.at = at
        lift.gap = self._nearest(self.height_at(at), lift.path)
        near = at.y() < EDGE or at.y() > self.viewport().height() - EDGE
        if near and not self._scroll.isActive():
            self._scroll.start()
        elif not near:
            self._scroll.stop()
        self.viewport().update()

    def _nearest(self, y: int, path: str) -> Gap | None:
        own = f"{path}."
        gaps = self.places.gaps(self.reading.network, self.closed)
        free = [gap for gap in gaps if not f"{gap.place.inside}.".startswith(own)]
        return min(free, key=lambda gap: abs(gap.y - y), default=None)

    def _scroll_on(self) -> None:
        if self._lift is None:
            self._scroll.stop()
            return
        bar, at = self.verticalScrollBar(), self._lift.at
        bar.setValue(bar.value() + (_SCROLL_STEP if at.y() > self.viewport().height() / 2 else -_SCROLL_STEP))
        self._carry(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Put the card down."""
        self._press = None
        lift = self._lift
        self._drop_nothing()
        if lift is not None and lift.gap is not None:
            self.stack.move(lift.path, lift.gap.place)

    def _drop_nothing(self) -> None:
        self._press = None
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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the chosen layer."""
        index = self.chosen_index()
        at = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and index is not None:
            at = self.viewport().mapToGlobal(self.on_screen(self.lines[index].rect).center())
        if self.stack.chosen.path != INPUT:
            self.menu_wanted.emit(at)

    # Keys.

    def event(self, event: QEvent) -> bool:
        """Alt with an arrow belongs to the list, whatever menu would open by it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            duplicate = event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier
            if duplicate or event.key() in _MOVES:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As the class says."""
        key, held = event.key(), event.modifiers()
        if key == Qt.Key.Key_Escape and self._lift is not None:
            self._drop_nothing()
        elif key in _MOVES and held & Qt.KeyboardModifier.AltModifier:
            self.stack.step(_MOVES[key], self.closed)
        elif key in _MOVES:
            self._walk(_MOVES[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._walk(-len(self.lines) if key == Qt.Key.Key_Home else len(self.lines))
        elif key == Qt.Key.Key_D and held & Qt.KeyboardModifier.ControlModifier:
            self.stack.duplicate()
        elif not self._verb(key):
            event.ignore()

    def _verb(self, key: int) -> bool:
        layer = self.stack.layer()
        if key in _REMOVE:
            self.stack.remove()
        elif key == Qt.Key.Key_Space and layer is not None:
            self.stack.set_disabled(not layer.disabled)
        elif key in _FOLDS and layer is not None and layer.parts():
            self.fold(self.stack.chosen.path, _FOLDS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.form_wanted.emit()
        elif key in _ADD:
            index = self.chosen_index()
            corner = self.on_screen(self.lines[index or 0].rect).bottomLeft()
            self.add_wanted.emit(None, self.viewport().mapToGlobal(corner))
        else:
            return False
        return True

    def _walk(self, by: int) -> None:
        known = [line.card.row.path for line in self.lines if line.card.row.kind != "part"]
        now = known.index(self.stack.chosen.path)
        self.stack.chosen.choose(known[min(max(now + by, 0), len(known) - 1)])

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys go elsewhere: nothing stays in the hand."""
        self._drop_nothing()
        super().focusOutEvent(event)

    # Painting.

    def state_of(self, index: int) -> State:
        """How a card stands out; the one in the hand fades where it was."""
        state = super().state_of(index)
        path = self.lines[index].card.row.path
        lifted = self._lift is not None and (path == self._lift.path or path.startswith(f"{self._lift.path}."))
        return state._replace(lifted=lifted)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cards, the place for the one in the hand, and that one."""
        super().paintEvent(event)
        lift, index = self._lift, self.chosen_index()
        if lift is None or index is None:
            return
        painter = QPainter(self.viewport())
        line = self.lines[index]
        rect = line.rect.translated(_ASIDE, 0)
        rect.moveTop(lift.at.y() - lift.grip.y())
        paint_card(painter, line.card, rect, State(chosen=True), tokens())
        if lift.gap is not None and not self._is_own(lift.gap.place, lift.path):
            y = lift.gap.y - self.verticalScrollBar().value()
            paint_gap(painter, lift.gap.left, self.width() - GUTTER - 1, y, tokens())

    def _is_own(self, place: Place, path: str) -> bool:
        now = place_of(self.reading.network, path)
        return place.inside == now.inside and place.before in (now.before, now.before + 1)
