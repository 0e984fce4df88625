"""The colour bar beside a picture: which colour means which number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.fonts import number_font
from app.widgets.number_text import shown
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe
from app.widgets.tokens import CONTROL_HEIGHT, tokens

_BAR_WIDTH = 108
_BAR_HEIGHT = 8
_GAP = 6
_FONT_PIXELS = 12


class ColourLegend(PaintedWidget):
    """`low` ▁▂▃▄▅ `high`, with a tick at zero when zero lies between them."""

    def __init__(self, name: str = "Colours", tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tip = name, tip
        self._colours: list[QColor] = []
        self._low, self._high = 0.0, 1.0
        self._texts = ("0", "1")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        describe(self, name, tip)

    def set_scale(
        self,
        colours: Iterable[QColor | Sequence[int]],
        low: float,
        high: float,
        texts: tuple[str, str] | None = None,
    ) -> None:
        """Show `colours`, evenly spaced from `low` to `high`; each is a QColor or (red, green, blue) of 0 to 255.

        `texts` are written at the ends instead of the numbers.
        """
        self._colours = [c if isinstance(c, QColor) else QColor(*(int(part) for part in c)) for c in colours]
        self._low, self._high = float(low), float(high)
        self._texts = texts or (shown(self._low, 3), shown(self._high, 3))
        describe(self, f"{self._name} from {self._texts[0]} to {self._texts[1]}", self._tip)
        self.updateGeometry()
        self.update()

    def clear(self) -> None:
        """Show nothing: there is no map."""
        self._colours = []
        describe(self, self._name, self._tip)
        self.update()

    def zero_share(self) -> float | None:
        """Where zero lies on the bar, 0 to 1, or None if it is not inside."""
        return -self._low / (self._high - self._low) if self._low < 0 < self._high else None

    def bar_rectangle(self) -> QRectF:
        """Where the bar is on the widget."""
        left = self._text_width(self._texts[0]) + _GAP
        return QRectF(left, (self.height() - _BAR_HEIGHT) / 2, _BAR_WIDTH, _BAR_HEIGHT)

    def sizeHint(self) -> QSize:
        """The bar and its two texts."""
        words = sum(self._text_width(text) for text in self._texts)
        return QSize(round(words) + 2 * _GAP + _BAR_WIDTH, CONTROL_HEIGHT)

    def _text_width(self, text: str) -> float:
        # A fixed least width keeps the bar in its place while the numbers change.
        metrics = QFontMetricsF(number_font(_FONT_PIXELS))
        return max(metrics.horizontalAdvance(text), metrics.horizontalAdvance("00000"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Texts at the ends, the bar, and a tick at zero."""
        if not self._colours:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        table, bar = tokens(), self.bar_rectangle()
        painter.setFont(number_font(_FONT_PIXELS))
        painter.setPen(table.colour("second"))
        middle = Qt.AlignmentFlag.AlignVCenter
        before = QRectF(0, 0, bar.left() - _GAP, self.height())
        after = QRectF(bar.right() + _GAP, 0, self.width() - bar.right() - _GAP, self.height())
        painter.drawText(before, middle | Qt.AlignmentFlag.AlignRight, self._texts[0])
        painter.drawText(after, middle | Qt.AlignmentFlag.AlignLeft, self._texts[1])
        outline = QPainterPath()
        outline.addRoundedRect(bar, 3, 3)
        painter.fillPath(outline, self._gradient(bar))
        painter.strokePath(outline, QPen(table.colour("control_line"), 1))
        zero = self.zero_share()
        if zero is not None:
            x = round(bar.left() + zero * bar.width())
            painter.fillRect(QRectF(x, round(bar.top()) - 3, 1, bar.height() + 6), table.colour("second"))

    def _gradient(self, bar: QRectF) -> QLinearGradient:
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        last = max(len(self._colours) - 1, 1)
        for index, colour in enumerate(self._colours):
            gradient.setColorAt(index / last, colour)
        return gradient
