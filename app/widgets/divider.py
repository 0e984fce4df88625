"""An upright line over a picture, to drag or to move by keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from app.widgets.tips import describe
from app.widgets.tokens import tokens

WIDTH = 25
GRIP = (18, 30)
_STEP, _LEAP = 0.01, 0.1
_MOVES: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Divider(QWidget):
    """Lies over its parent, at a share of its width. Arrows move it by a hundredth, with Shift by a tenth."""

    moved = Signal(float)
    """The share, 0 to 1, where it is now."""

    def __init__(self, parent: QWidget, name: str, tip: str = "") -> None:
        super().__init__(parent)
        self._name = name
        self._over = parent
        self._share = 0.5
        self._grip: float | None = None
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        describe(self, name, tip)
        parent.installEventFilter(self)
        self._place()

    def share(self) -> float:
        """Where it is, from 0 at the left to 1 at the right."""
        return self._share

    def set_share(self, share: float) -> None:
        """Move it there."""
        share = min(max(share, 0.0), 1.0)
        if share == self._share:
            return
        self._share = share
        self._place()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, round(100 * share)))
        self.moved.emit(share)

    def _place(self) -> None:
        parent = self._over
        self.setGeometry(round(self._share * parent.width()) - WIDTH // 2, 0, WIDTH, parent.height())
        self.setAccessibleName(f"{self._name}: {100 * self._share:.0f} %")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at its share of the parent."""
        if event.type() == QEvent.Type.Resize and watched is self._over:
            self._place()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = event.position().x() - WIDTH // 2

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if self._grip is not None:
            x = self.mapToParent(event.position()).x() - self._grip
            self.set_share(x / max(self._over.width(), 1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the middle."""
        self.set_share(0.5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As the class says; Home and End go to the sides."""
        key = event.key()
        if key in _MOVES:
            far = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.set_share(round(self._share + _MOVES[key] * (_LEAP if far else _STEP), 4))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.set_share(float(key == Qt.Key.Key_End))
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line that is seen on any picture, and a grip in its middle."""
        painter, table = QPainter(self), tokens()
        middle = WIDTH // 2
        painter.fillRect(QRectF(middle - 2, 0, 4, self.height()), table.colour("shade"))
        painter.fillRect(QRectF(middle - 1, 0, 2, self.height()), table.colour("result"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = GRIP
        grip = QRectF(middle - width / 2, (self.height() - height) / 2, width, height)
        painter.setPen(QPen(table.colour("accent" if self.hasFocus() else "result"), 2))
        painter.setBrush(table.colour("raised"))
        painter.drawRoundedRect(grip, 6, 6)
        painter.setPen(QPen(table.colour("text"), 1.4))
        y = grip.center().y()
        for side in (-1, 1):
            x = middle + 3 * side
            painter.drawPolyline([QPointF(x, y - 3.5), QPointF(x + 3 * side, y), QPointF(x, y + 3.5)])
