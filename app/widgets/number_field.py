"""A field for one number: typed, stepped by keys, wheel or its two arrows."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.widgets.fonts import number_font, text_font
from app.widgets.number_text import number_text, parse_number, tidy
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import CONTROL_HEIGHT, TITLE_PIXELS, tokens
from app.widgets.wheel import WheelSteps, step_factor

_ARROWS_WIDTH = 16
_WIDTH = 76
_FIRST_REPEAT_MS = 400
_NEXT_REPEAT_MS = 60
_STEP_KEYS: dict[int, int] = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
}


class NumberField(QLineEdit):
    """Typing is never interrupted: what cannot be is framed in red and offered as `rejected` when it is entered."""

    value_changed = Signal(object)
    """The new number, an int where the field is for whole numbers. Only when the person changed it."""
    rejected = Signal(str)
    """What was entered and is no number, or lies outside the range."""

    def __init__(
        self,
        minimum: float,
        maximum: float,
        step: float = 1,
        integer: bool = False,
        unit: str = "",
        name: str = "Number",
        tip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._minimum, self._maximum, self._step = minimum, maximum, step
        self._integer = integer
        self._unit = unit
        self._value: float = minimum
        self._refused: str | None = None
        self._held = 0
        self._wheel = WheelSteps()
        self._repeat = QTimer(self)
        self._repeat.timeout.connect(self._step_again)
        self.setFont(number_font())
        self.setTextMargins(0, 0, _ARROWS_WIDTH - 4 + self._unit_width(), 0)
        self.textEdited.connect(self._check)
        describe(self, name, tip)
        self._display()

    def value(self) -> float:
        """The number shown last; text being typed is not one yet."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show `value`. Text that is being typed stays until it is entered or left."""
        self._value = value
        if not (self.isModified() and self.hasFocus()):
            self._display()

    def set_range(self, minimum: float, maximum: float) -> None:
        """Other limits, both included; the number shown stays what it is."""
        self._minimum, self._maximum = minimum, maximum
        self._check(self.text())

    def _display(self) -> None:
        self.setText(number_text(self._value, 10))
        self._refused = None
        set_role(self, "false", "problem")

    def _read(self, text: str) -> float | None:
        value = parse_number(text)
        if value is None or not self._minimum <= value <= self._maximum:
            return None
        if not self._integer:
            return value
        return int(value) if value == int(value) else None

    def _check(self, text: str) -> None:
        """Frame what cannot be in red while it is typed; say nothing yet."""
        self._refused = None
        set_role(self, "false" if self._read(text) is not None else "true", "problem")

    def _enter(self) -> bool:
        """Take what was typed. Returns whether it could be."""
        text = self.text()
        value = self._read(text)
        if value is not None:
            self._take(value)
            return True
        if text != self._refused:
            self._refused = text
            self.rejected.emit(text)
        return False

    def _take(self, value: float) -> None:
        changed = value != self._value
        self._value = value
        self._display()
        if changed:
            self.value_changed.emit(value)

    def _step_by(self, steps: float) -> None:
        if self.isReadOnly():
            return
        amount = steps * self._step
        if self._integer:
            amount = round(amount) or (1 if steps > 0 else -1)
        start = self._read(self.text()) if self.isModified() else None
        base = self._value if start is None else start
        value = min(max(tidy(base + amount), self._minimum), self._maximum)
        self._take(int(value) if self._integer else value)

    def _step_again(self) -> None:
        self._repeat.setInterval(_NEXT_REPEAT_MS)
        self._step_by(self._held)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes the text, Esc puts the number back, arrows and Page keys step."""
        key = event.key()
        if key in _STEP_KEYS:
            self._step_by(_STEP_KEYS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
            self.selectAll()
        elif key == Qt.Key.Key_Escape and self.isModified():
            self._display()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A step a notch; Shift takes ten times as much, Ctrl a tenth."""
        notches = self._wheel.take(event)
        if notches:
            self._step_by(notches * step_factor(event))
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take what was typed; what cannot be is said and put back."""
        super().focusOutEvent(event)
        self._repeat.stop()
        passing = event.reason() in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if self.isModified() and not passing and not self._enter():
            self._display()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The two arrows step, again and again while held."""
        position = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and self._arrows().contains(position):
            self._held = 1 if position.y() < self.height() / 2 else -1
            self._step_by(self._held)
            self._repeat.start(_FIRST_REPEAT_MS)
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stop stepping."""
        self._repeat.stop()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On the arrows a double click is two clicks; elsewhere it chooses the number."""
        if self._arrows().contains(event.position().toPoint()):
            self.mousePressEvent(event)
        else:
            self.selectAll()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """An arrow over the arrows, a caret over the text."""
        over = self._arrows().contains(event.position().toPoint())
        self.setCursor(Qt.CursorShape.ArrowCursor if over else Qt.CursorShape.IBeamCursor)
        if not self._repeat.isActive():
            super().mouseMoveEvent(event)

    def sizeHint(self) -> QSize:
        """Wide enough for four figures, the unit and the arrows."""
        return QSize(_WIDTH + self._unit_width(), CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Wide enough for two figures, the unit and the arrows."""
        return QSize(56 + self._unit_width(), CONTROL_HEIGHT)

    def _arrows(self) -> QRect:
        return QRect(self.width() - _ARROWS_WIDTH - 3, 0, _ARROWS_WIDTH + 3, self.height())

    def _unit_width(self) -> int:
        return 6 * len(self._unit) + 5 if self._unit else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line, then unit and arrows inside it."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        table = tokens()
        arrows = self._arrows()
        if self._unit:
            painter.setFont(text_font(TITLE_PIXELS))
            painter.setPen(table.colour("faint"))
            place = QRect(0, 0, arrows.left(), self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._unit)
        painter.setPen(QPen(table.colour("second" if self.isEnabled() else "control_line"), 1.3))
        middle = QPoint(arrows.center().x(), self.height() // 2)
        for direction in (-1, 1):
            draw_chevron(painter, middle + QPoint(0, 5 * direction), direction)


def draw_chevron(painter: QPainter, tip_side: QPoint, direction: int, half: int = 3) -> None:
    """Draw a small arrow head around `tip_side`, downwards if `direction` is 1, with the painter's pen."""
    left, right = tip_side + QPoint(-half, -direction), tip_side + QPoint(half, -direction)
    painter.drawPolyline([left, tip_side + QPoint(0, direction * (half - 1)), right])
