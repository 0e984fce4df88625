"""Lines of words and numbers that line up, painted at once: they change with every step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from app.kernels.steps.sums import CHANNELS, Line
from app.widgets.fonts import number_font, text_font
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe
from app.widgets.tokens import tokens

LINE_HEIGHT = 17
WORDS_PIXELS, NUMBER_PIXELS = 12, 12
ROOM = 9
"""Characters of a number."""
LEAST_WORDS = 128


class SumColumn(PaintedWidget):
    """Shows some lines; three numbers stand under R, G and B."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[Line] = ()
        self._line: float = LINE_HEIGHT
        self._words, self._numbers = text_font(WORDS_PIXELS), number_font(NUMBER_PIXELS)
        self._number_width = (ROOM + 1) * QFontMetricsF(self._numbers).horizontalAdvance("0")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        describe(self, "From the products to the map", "Each line follows from those above it.")

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Write these."""
        wider = self._columns(lines) != self._columns(self._lines)
        self._lines = lines
        self.setAccessibleDescription("; ".join(f"{line.words} {' '.join(line.texts)}" for line in lines))
        if wider:
            self.updateGeometry()
        self.update()

    def lines(self) -> Sequence[Line]:
        """What is written."""
        return self._lines

    @staticmethod
    def _columns(lines: Sequence[Line]) -> int:
        return max((len(line.numbers) for line in lines), default=1)

    def sizeHint(self) -> QSize:
        """Room for the words and for each column of numbers."""
        wide = LEAST_WORDS + self._columns(self._lines) * self._number_width
        return QSize(round(wide), (len(self._lines) + 1) * LINE_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """The same: half a number would be another number."""
        return QSize(self.sizeHint().width(), LINE_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words at the left, numbers at the right, the last line in the colour of results."""
        painter, table = QPainter(self), tokens()
        columns = self._columns(self._lines)
        named = columns == len(CHANNELS)
        count = len(self._lines) + named
        self._line = min(LINE_HEIGHT, self.height() / max(count, 1))
        top = (self.height() - count * self._line) / 2
        if named:
            painter.setPen(table.colour("faint"))
            self._write_numbers(painter, top, tuple(CHANNELS), columns)
            top += self._line
        for line in self._lines:
            painter.setFont(self._words)
            painter.setPen(table.colour(line.role or "second"))
            place = QRectF(0, top, self.width() - len(line.numbers) * self._number_width, self._line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line.words)
            painter.setPen(table.colour(line.role or "text"))
            self._write_numbers(painter, top, line.texts, columns)
            top += self._line

    def _write_numbers(self, painter: QPainter, top: float, texts: tuple[str, ...], columns: int) -> None:
        painter.setFont(self._numbers)
        for place, text in enumerate(texts):
            right = self.width() - (len(texts) - 1 - place) * self._number_width
            rect = QRectF(right - self._number_width, top, self._number_width, self._line)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
