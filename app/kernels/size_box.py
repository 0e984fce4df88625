"""The kernel's size in one small box: typed as 5 or 2×7, or chosen from the usual ones."""

from __future__ import annotations

import re

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox

from app.widgets.fonts import number_font
from app.widgets.number_field import draw_chevron
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from app.widgets.wheel import WheelSteps
from engine.spec.filter import MAX_KERNEL_SIZE

Size = tuple[int, int]
USUAL: tuple[Size, ...] = ((1, 1), (2, 2), (3, 3), (5, 5), (7, 7), (9, 9), (11, 11), (15, 15), (31, 31), (1, 5), (5, 1))
WIDTH = 92
_STEPS: dict[int, int] = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
_SIZE = re.compile(r"(\d+)(?:\s*[×x*,; ]\s*(\d+))?", re.IGNORECASE)


def size_text(size: Size) -> str:
    """Rows × columns.

    Example:
        >>> size_text((3, 5))
        '3×5'
    """
    return f"{size[0]}×{size[1]}"


def parse_size(text: str) -> Size | None:
    """(rows, columns) that `text` says, one number for a square, or None; each is 1 to 31.

    Example:
        >>> parse_size("3x5"), parse_size("7"), parse_size("2 × 4"), parse_size("32"), parse_size("wide")
        ((3, 5), (7, 7), (2, 4), None, None)
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return None
    rows, columns = int(found[1]), int(found[2] or found[1])
    fits = 1 <= rows <= MAX_KERNEL_SIZE and 1 <= columns <= MAX_KERNEL_SIZE
    return (rows, columns) if fits else None


class SizeBox(QComboBox):
    """Rows × columns. Enter takes what was typed, the list (Alt+Down) offers the usual sizes."""

    value_changed = Signal(object)
    """(rows, columns), when the person has set another size."""
    rejected = Signal(str)
    """What was typed and is no size."""

    def __init__(self) -> None:
        super().__init__()
        self._value: Size = (1, 1)
        self._refused: str | None = None
        self._wheel = WheelSteps()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setFont(number_font())
        self.setFixedWidth(WIDTH)
        self.setMaxVisibleItems(len(USUAL))
        self.addItems([size_text(size) for size in USUAL])
        self.activated.connect(self._chosen)
        line = self.lineEdit()
        assert line is not None
        # Inside the box, whose frame is already drawn.
        line.setStyleSheet("border: 0px; padding: 0px; background: transparent;")
        line.setCompleter(None)  # type: ignore[arg-type]  # the stub knows no "none"
        line.textEdited.connect(self._check)
        tip = "Rows × columns, 1 to 31 each: type 5 or 2×7. What is there stays about the middle."
        describe(self, "Kernel size", tip)
        describe(line, "Kernel size, rows × columns", tip)
        describe(self.view(), "Kernel size, usual ones", tip)

    def value(self) -> Size:
        """(rows, columns)."""
        return self._value

    def set_value(self, size: Size) -> None:
        """Show this size."""
        self._value = size
        self._display()

    def _display(self) -> None:
        self.setCurrentIndex(USUAL.index(self._value) if self._value in USUAL else -1)
        self.setEditText(size_text(self._value))
        self._mark("false")

    def _mark(self, problem: str) -> None:
        self._refused = None
        set_role(self, problem, "problem")

    def _check(self, text: str) -> None:
        self._mark("false" if parse_size(text) else "true")

    def _chosen(self, index: int) -> None:
        # Enter on typed text that equals an entry comes here as well.
        self._take(USUAL[index])

    def _take(self, size: Size) -> None:
        changed = size != self._value
        self.set_value(size)
        if changed:
            self.value_changed.emit(size)

    def _enter(self) -> bool:
        text = self.currentText()
        size = parse_size(text)
        if size is not None:
            self._take(size)
            return True
        if text != self._refused:
            self._refused = text
            self.rejected.emit(text)
        return False

    def _step(self, by: int) -> None:
        rows, columns = (min(max(cells + by, 1), MAX_KERNEL_SIZE) for cells in self._value)
        self._take((rows, columns))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes the text, Esc puts the size back, the arrows add or take away a row and a column."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        elif event.key() in _STEPS and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._step(_STEPS[event.key()])
        elif event.key() == Qt.Key.Key_Escape and self.currentText() != size_text(self._value):
            self._display()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take what was typed; what cannot be is said and put back."""
        super().focusOutEvent(event)
        passing = event.reason() in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if not passing and not self._enter():
            self._display()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A row and a column a notch; a wheel that only passes over changes nothing."""
        if not self.hasFocus():
            event.ignore()
            return
        event.accept()
        notches = self._wheel.take(event)
        if notches:
            self._step(notches)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, then the arrow that says it opens."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens().colour("second"), 1.3))
        draw_chevron(painter, QPoint(self.width() - 12, self.height() // 2), 1)
