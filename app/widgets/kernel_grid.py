"""A kernel as a grid of cells to type, turn and paint on. It shows what it is given and owns no truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.widgets.cell_edit import CellEdit
from app.widgets.kernel_layout import Cell, line
from app.widgets.kernel_paint import paint_axes
from app.widgets.kernel_view import KernelView
from app.widgets.number_text import number_text, parse_number, tidy
from app.widgets.tokens import tokens
from app.widgets.wheel import WheelSteps, step_factor

_STEP_KEYS: dict[int, int] = {Qt.Key.Key_PageUp: 1, Qt.Key.Key_PageDown: -1}
_EDIT_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)
_ZERO_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_FIRST_CHARACTERS = "0123456789.,+-\N{MINUS SIGN}"
_HINT = "Type a number, turn the wheel, or drag to paint; the right button paints zeros."


class Pen(NamedTuple):
    """What a press of the left button paints at once, and which cells beside the one under it."""

    value: float
    spread: Callable[[Cell], Iterable[tuple[int, int, int]]]
    """(row, column, sign) of every cell that a cell stands for, itself included: sign times the value is written."""
    axes: str = ""
    """Drawn over the cells: | and - and \\ and / for lines, o for the middle."""


class _Stroke(NamedTuple):
    """A drag in progress: what it paints, and as which gesture."""

    value: float
    gesture: int


class KernelGrid(KernelView):
    """Every change a person makes leaves as `edited`; what is shown changes only by `set_weights`.

    Type a number (Enter or Tab enters it, Esc takes it back), turn the wheel over a cell (Shift: ten times the
    step, Ctrl: a tenth), press Page Up or Down, or Delete for zero. A drag paints the value of the cell it began in;
    with the right button, or Alt, it paints zeros. With a pen, every change spreads to the cells that the pen says.
    """

    edited = Signal(object, int)
    """([(row, column, value), …], gesture): changes with the same gesture number are one act, one undo."""
    rejected = Signal(str)
    """What was typed and is no number."""
    pasted = Signal(str)
    """The text of the clipboard, which the person wants for the kernel."""
    copied = Signal()
    """The person wants the kernel as text."""

    def __init__(self, name: str = "Kernel", step: float = 0.1, parent: QWidget | None = None) -> None:
        self._read_only = False
        super().__init__(name, parent)
        self._step = step
        self._gesture = 0
        self._wheel = WheelSteps()
        self._wheel_cell: Cell | None = None
        self._press_cell: Cell | None = None
        self._stroke: _Stroke | None = None
        self._pen: Pen | None = None
        self._edit = CellEdit(self)
        self._edit.committed.connect(self._commit_text)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def set_read_only(self, on: bool) -> None:
        """A read-only grid can be walked through and read, but not changed."""
        self._read_only = on
        self._edit.dismiss()
        self._announce()

    def set_step(self, step: float) -> None:
        """How much one notch of the wheel changes a cell."""
        self._step = step

    def set_pen(self, pen: Pen | None) -> None:
        """Paint with a pen, or None for the value of the cell in which a drag begins."""
        self._pen = pen
        self.update()

    def begin_edit(self, text: str | None = None) -> None:
        """Open the current cell for typing: with `text`, or with its value selected."""
        if self._read_only:
            return
        old = number_text(self._value(self._current), 12)
        self._edit.open_at(self.cell_rectangle(*self._current), old if text is None else text, text is None)

    def _hint(self) -> str:
        return super()._hint() if self._read_only else _HINT

    def _reshaped(self) -> None:
        self._edit.dismiss()
        self._stroke = self._press_cell = None
        super()._reshaped()

    def _is_active(self) -> bool:
        return super()._is_active() or self._edit.isVisible()

    def _new_gesture(self) -> int:
        self._gesture += 1
        self._wheel_cell = None
        return self._gesture

    def _send(self, cells: list[Cell], value: float, gesture: int) -> None:
        wanted = dict.fromkeys(cells, value)
        if self._pen is not None:
            # Adding 0 makes the zeros plain ones: -0.0 would be shown with its sign.
            wanted = {(r, c): sign * value + 0.0 for cell in cells for r, c, sign in self._pen.spread(cell)}
        changed = [(*cell, new) for cell, new in wanted.items() if self._value(cell) != new]
        if changed and not self._read_only:
            self.edited.emit(changed, gesture)

    def _commit_text(self, text: str, down: int, across: int) -> None:
        value = parse_number(text)
        if value is None:
            self.rejected.emit(text)
            self._edit.refuse()
            return
        self._edit.dismiss()
        self._send([self._current], value, self._new_gesture())
        self.set_current(self._current[0] + down, self._current[1] + across)

    def event(self, event: QEvent) -> bool:
        """Copying and pasting here is of the kernel, whatever else the window does by these keys."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._takes(event):
            event.accept()
            return True
        return super().event(event)

    def _takes(self, event: QKeyEvent) -> bool:
        if self._read_only:
            return False
        # A clipboard without text may hold a picture, which the window knows what to do with.
        can_paste = event.matches(QKeySequence.StandardKey.Paste) and bool(QGuiApplication.clipboard().text().strip())
        return can_paste or event.matches(QKeySequence.StandardKey.Copy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A figure starts typing, Page Up and Down step, Delete writes zero, Enter opens; else as in the view."""
        key = event.key()
        if self._read_only:
            super().keyPressEvent(event)
        elif self._takes(event) and event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif self._takes(event):
            self.pasted.emit(QGuiApplication.clipboard().text())
        elif key in _STEP_KEYS:
            value = tidy(self._value(self._current) + _STEP_KEYS[key] * self._step)
            self._send([self._current], value, self._new_gesture())
        elif key in _EDIT_KEYS:
            self.begin_edit()
        elif key in _ZERO_KEYS:
            self._send([self._current], 0.0, self._new_gesture())
        elif event.text() and event.text() in _FIRST_CHARACTERS:
            self.begin_edit(event.text())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell; with the right button or Alt, start to paint zeros."""
        cell = self._layout().cell_at(event.position())
        if cell is None or self._stroke is not None:
            return
        self.set_current(*cell)
        self._press_cell = cell
        if event.button() == Qt.MouseButton.RightButton or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._begin_stroke(cell, 0.0)
        elif self._pen is not None and event.button() == Qt.MouseButton.LeftButton:
            self._begin_stroke(cell, self._pen.value)

    def _begin_stroke(self, cell: Cell, value: float) -> None:
        self._stroke = _Stroke(value, self._new_gesture())
        self._send([cell], value, self._gesture)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Once the cursor leaves the pressed cell, paint its value over every cell on the way."""
        super().mouseMoveEvent(event)
        if self._press_cell is None:
            return
        cell = self._layout().nearest(event.position())
        if cell == self._press_cell:
            return
        if self._stroke is None:
            self._stroke = _Stroke(self._value(self._press_cell), self._new_gesture())
        path, self._press_cell = line(self._press_cell, cell), cell
        self.set_current(*cell)
        self._send(path, self._stroke.value, self._stroke.gesture)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        self._stroke = self._press_cell = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the cell for typing; but a fast second dab of the pen is a dab."""
        if self._pen is not None:
            self.mousePressEvent(event)
            return
        cell = self._layout().cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.set_current(*cell)
            self.begin_edit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the cell under the cursor by a step a notch."""
        cell = self._layout().cell_at(event.position())
        if cell is None or self._read_only or self._edit.isVisible():
            event.ignore()
            return
        event.accept()
        notches = self._wheel.take(event)
        if not notches:
            return
        if cell != self._wheel_cell:
            self._new_gesture()
            self._wheel_cell = cell
        self.set_current(*cell)
        value = tidy(self._value(cell) + notches * self._step * step_factor(event))
        self._send([cell], value, self._gesture)

    def leaveEvent(self, event: QEvent) -> None:
        """The next turn of the wheel is another gesture."""
        super().leaveEvent(event)
        self._wheel_cell = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cells, and what the pen mirrors about."""
        super().paintEvent(event)
        if self._pen is not None and self._pen.axes:
            paint_axes(QPainter(self), self._layout(), self._pen.axes, tokens().colour("result"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Close the line over a cell that is no longer where it was."""
        super().resizeEvent(event)
        self._edit.dismiss()
