"""The list of layers to work with: choose, move, copy, switch off and remove, by mouse and by keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent

from app.network.clipboard import LayerClipboard
from app.network.list_drag import DraggedCards
from app.network.places import INPUT
from app.network.reading import Reading
from app.network.stack import Stack
from app.state.document import Document

_MOVES: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_ENDS: dict[int, int] = {Qt.Key.Key_Home: -1, Qt.Key.Key_End: 1}
_FOLDS: dict[int, bool] = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False}
_ADD = (Qt.Key.Key_Insert, Qt.Key.Key_Plus, Qt.Key.Key_Slash)
_REMOVE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_WITH_CTRL = (Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_X, Qt.Key.Key_V, Qt.Key.Key_D)
_CTRL = Qt.KeyboardModifier.ControlModifier


class LayerList(DraggedCards):
    """Arrows choose, with Shift several, with Alt they move; Delete removes, Ctrl+D copies in place, Ctrl+C, Ctrl+X and
    Ctrl+V copy, cut and paste as text, Ctrl+A chooses all, Space switches off, Left and Right close and open a block,
    Insert or / looks for a layer to add, Enter goes to the form.
    """

    menu_wanted = Signal(QPoint)

    def __init__(self, document: Document, stack: Stack, reading: Reading) -> None:
        self.clipboard = LayerClipboard(stack)
        super().__init__(document, stack, reading)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the chosen layers."""
        index = self.chosen_index()
        at = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and index is not None:
            at = self.viewport().mapToGlobal(self.on_screen(self.lines[index].rect).center())
        self.menu_wanted.emit(at)

    def event(self, event: QEvent) -> bool:
        """What the list does by keys belongs to it, whatever menu would open or action would run by them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            is_own = event.modifiers() == _CTRL and event.key() in _WITH_CTRL
            if is_own or event.key() in _MOVES:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As the class says."""
        key, held = event.key(), event.modifiers()
        if key == Qt.Key.Key_Escape:
            self._let_go(event)
        elif key in _MOVES and held & Qt.KeyboardModifier.AltModifier:
            self.stack.step(_MOVES[key], self.closed)
        elif key in _MOVES or key in _ENDS:
            by = _MOVES.get(key) or _ENDS[key] * len(self.lines)
            self._walk(by, bool(held & Qt.KeyboardModifier.ShiftModifier))
        elif held & _CTRL and key in _WITH_CTRL:
            self._edit(key)
        elif not self._verb(key):
            event.ignore()

    def _let_go(self, event: QKeyEvent) -> None:
        """Of what is carried; of all but one that are chosen; else Esc is somebody else's."""
        if self.lift is not None:
            self.drop_nothing()
        elif len(self.stack.chosen.paths) > 1:
            self.stack.chosen.choose(self.stack.chosen.path)
        else:
            event.ignore()

    def _edit(self, key: int) -> None:
        if key == Qt.Key.Key_A:
            self.stack.chosen.choose_all()
        elif key == Qt.Key.Key_C:
            self.clipboard.copy()
        elif key == Qt.Key.Key_X:
            self.clipboard.cut()
        elif key == Qt.Key.Key_V:
            self.clipboard.paste()
        else:
            self.stack.duplicate()

    def _verb(self, key: int) -> bool:
        layer = self.stack.layer()
        if key in _REMOVE:
            self.stack.remove()
        elif key == Qt.Key.Key_Space and layer is not None:
            self.stack.switch()
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

    def _walk(self, by: int, is_range: bool) -> None:
        known = [line.card.row.path for line in self.lines if line.card.row.kind != "part"]
        now = known.index(self.stack.chosen.path)
        new = known[min(max(now + by, 0), len(known) - 1)]
        if is_range and new != INPUT:
            self.stack.chosen.extend(new)
        elif not is_range:
            self.stack.chosen.choose(new)
