"""The line that opens over a cell to type into."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.widgets.fonts import number_font
from app.widgets.theme import set_role

_WIDTH = 56
_HEIGHT = 28
_MOVES: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Return: (0, 0),
    Qt.Key.Key_Enter: (0, 0),
    Qt.Key.Key_Tab: (0, 1),
    Qt.Key.Key_Backtab: (0, -1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
# The focus comes back by itself after these: a menu of the line, another window in front.
_PASSING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class CellEdit(QLineEdit):
    """Enter, Tab, the up and down arrows and a click elsewhere offer the text; Esc takes it back."""

    committed = Signal(str, int, int)
    """(text, rows down, columns to the right): what was typed, and where the person wants to go next."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = parent
        self._open = False
        self._refused = False
        set_role(self, "cell")
        self.setFont(number_font())
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName("New value of the cell")
        self.textEdited.connect(self._clear_problem)
        self.hide()

    def open_at(self, cell: QRect, text: str, select: bool) -> None:
        """Open over `cell`, at least large enough to read, within the parent."""
        rect = QRect(0, 0, max(cell.width(), _WIDTH), max(cell.height(), _HEIGHT))
        rect.moveCenter(cell.center())
        frame = self._grid.rect()
        rect.moveLeft(max(min(rect.left(), frame.right() - rect.width() + 1), 0))
        rect.moveTop(max(min(rect.top(), frame.bottom() - rect.height() + 1), 0))
        self.setGeometry(rect)
        self._clear_problem()
        self._open = True
        self.setText(text)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if select:
            self.selectAll()

    def refuse(self) -> None:
        """Mark the text as no number and keep it open to be put right."""
        if self.hasFocus():
            self._refused = True
            set_role(self, "true", "problem")
            self.selectAll()
        else:
            self.dismiss()

    def dismiss(self) -> None:
        """Close without offering anything, and give the focus back to the grid."""
        if not self._open:
            return
        self._open = False
        if self.hasFocus():
            self._grid.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def _clear_problem(self) -> None:
        self._refused = False
        set_role(self, "false", "problem")

    def event(self, event: QEvent) -> bool:
        """Tab is a way to commit here, not a way to the next widget."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            self.committed.emit(self.text(), *_MOVES[event.key()])
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes back; all else is typing."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A click elsewhere offers the text, unless it was refused already."""
        super().focusOutEvent(event)
        if not self._open or event.reason() in _PASSING:
            return
        if self._refused:
            self.dismiss()
        else:
            self.committed.emit(self.text(), 0, 0)
