"""A residual on a scale of powers of ten, with the place marked up to which it is nothing but rounding."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from app.widgets.fonts import text_font
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe
from app.widgets.tokens import tokens

LOWEST, HIGHEST = -9.0, 0.5
"""Powers of ten at the ends."""
BAR = 8
TIP = (
    "The largest difference of the two sides, as a share of the largest value that the kernels can make of the "
    "picture, in powers of ten. Left of the mark it is nothing but the rounding of 32-bit numbers."
)


def share(value: float) -> float:
    """Where a number lies on the scale, 0 to 1.

    Example:
        >>> share(0.0), share(1e-9), round(share(1e-6), 3), share(100.0)
        (0.0, 0.0, 0.316, 1.0)
    """
    if value <= 0:
        return 0.0
    return min(max((math.log10(value) - LOWEST) / (HIGHEST - LOWEST), 0.0), 1.0)


class ResidualMeter(PaintedWidget):
    """A bar that is green as long as it ends before the mark."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._value: float | None = None
        self._tolerance = 1e-6
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        describe(self, f"{name}, residual", TIP)

    def set_value(self, value: float | None, tolerance: float) -> None:
        """Show a residual; None shows that there is none."""
        if (value, tolerance) != (self._value, self._tolerance):
            self._value, self._tolerance = value, tolerance
            self.update()

    def value(self) -> float | None:
        """What is shown."""
        return self._value

    def sizeHint(self) -> QSize:
        """The bar, and the words under its mark."""
        return QSize(150, BAR + 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The groove with a tick at each third power, the bar, the mark and its word."""
        painter, table = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove = QRectF(0.5, 2.5, self.width() - 1, BAR)
        outline = QPainterPath()
        outline.addRoundedRect(groove, 3, 3)
        painter.fillPath(outline, table.colour("raised"))
        for power in (-8, -4, -2, 0):
            x = round(groove.left() + share(10.0**power) * groove.width())
            painter.fillRect(QRectF(x, groove.top(), 1, BAR), table.colour("control_line"))
        mark = round(groove.left() + share(self._tolerance) * groove.width())
        if self._value is not None:
            painter.save()
            painter.setClipPath(outline)
            end = max(share(self._value) * groove.width(), 2.0)
            role = "ok" if self._value <= self._tolerance else "result"
            painter.fillRect(QRectF(groove.left(), groove.top(), end, BAR), table.colour(role))
            painter.restore()
        painter.fillRect(QRectF(mark, groove.top() - 2, 2, BAR + 5), table.colour("text"))
        painter.setFont(text_font(10))
        painter.setPen(table.colour("faint"))
        below = QRectF(0, groove.bottom() + 2, self.width(), 13)
        painter.drawText(below.adjusted(0, 0, mark - self.width(), 0), Qt.AlignmentFlag.AlignRight, "rounding")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, "1")
