"""The classes that a network holds most likely, as bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.fonts import number_font, text_font
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe
from app.widgets.tokens import Tokens, tokens
from engine.protocol import Guess

LEAST_ROWS = 5
ROW = 26
LEAST_ROW = 18
MOST_WIDE = 640
_BAR = 8
_GAP = 10
_LEAST_LABEL = 24.0
_MOST_LABEL = 0.4
"""Of the width: a long name is cut there, so that a bar always has room."""
NO_NUMBERS = "The scores are no numbers any more: the weights have grown beyond all bounds."
_TIP = "The most likely classes, by softmax over the network's last values: the probabilities of all classes sum to 1."


def percent(probability: float) -> str:
    """A share as people read it: the ends only where it is truly there.

    Example:
        >>> percent(0.934), percent(0.0004), percent(0.99996), percent(1.0)
        ('93.4 %', '<0.1 %', '>99.9 %', '100 %')
    """
    if probability in (0.0, 1.0):
        return f"{probability:.0%}".replace("%", " %")
    if probability < 0.001:
        return "<0.1 %"
    return ">99.9 %" if probability >= 0.9995 else f"{100 * probability:.1f} %"


def label_of(guess: Guess) -> str:
    """What a class is called: by its number where it has no name.

    Example:
        >>> label_of(Guess(index=7, probability=0.5)), label_of(Guess(index=1, probability=0.5, name="Trouser"))
        ('7', 'Trouser')
    """
    return guess.name or str(guess.index)


class PredictionBars(PaintedWidget):
    """One row a guess: the class, a bar as long as its probability, and the number; the first stands out."""

    def __init__(self, name: str = "Prediction", placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._placeholder = name, placeholder
        self._guesses: tuple[Guess, ...] = ()
        self._finite = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        describe(self, name, _TIP)

    def set_guesses(self, guesses: Sequence[Guess]) -> None:
        """Show these, likeliest first; scores that are no numbers are said to be none."""
        finite = all(math.isfinite(guess.probability) for guess in guesses)
        shown = tuple(guesses) if finite else ()
        if (shown, finite) != (self._guesses, self._finite):
            self._guesses, self._finite = shown, finite
            self._tell()

    def set_placeholder(self, text: str) -> None:
        """What to say while there are no guesses."""
        if text != self._placeholder:
            self._placeholder = text
            self._tell()

    def guesses(self) -> tuple[Guess, ...]:
        """What is shown."""
        return self._guesses

    def _tell(self) -> None:
        first = self._guesses[:1]
        words = "".join(f": {label_of(guess)}, {percent(guess.probability)}" for guess in first)
        if self._name + words != self.accessibleName():
            self.setAccessibleName(self._name + words)
            if QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))
        self.update()

    def sizeHint(self) -> QSize:
        """Room for all rows."""
        return QSize(240, LEAST_ROWS * ROW)

    def minimumSizeHint(self) -> QSize:
        """Rows close together."""
        return QSize(140, LEAST_ROWS * LEAST_ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows that there is room for."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        table = tokens()
        if not self._guesses:
            painter.setPen(table.colour("faint"))
            painter.setFont(text_font())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, self._placeholder if self._finite else NO_NUMBERS)
            return
        rows = self._guesses[: self.rows()]
        high = min(self.height() / len(rows), ROW)
        label, value = self._columns()
        for place, guess in enumerate(rows):
            line = QRectF(0, place * high, min(self.width(), MOST_WIDE), high)
            self._paint_row(painter, guess, line, (label, value), place == 0, table)

    def rows(self) -> int:
        """How many guesses there is room for: the first few close together, more where they stand well apart."""
        return max(self.height() // ROW, min(self.height() // LEAST_ROW, LEAST_ROWS), 1)

    def _columns(self) -> tuple[float, float]:
        """Widths of the names and of the numbers."""
        metrics = QFontMetricsF(_label_font(True))
        widest = max(metrics.horizontalAdvance(label_of(guess)) for guess in self._guesses[: self.rows()])
        label = min(max(widest, _LEAST_LABEL), _MOST_LABEL * self.width())
        return label, QFontMetricsF(number_font(12)).horizontalAdvance(">99.9 %")

    def _paint_row(
        self, painter: QPainter, guess: Guess, line: QRectF, widths: tuple[float, float], first: bool, table: Tokens
    ) -> None:
        label, value = widths
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(_label_font(first))
        painter.setPen(table.colour("text" if first else "second"))
        text = painter.fontMetrics().elidedText(label_of(guess), Qt.TextElideMode.ElideRight, round(label) + 1)
        painter.drawText(QRectF(0, line.top(), label + 1, line.height()), middle | Qt.AlignmentFlag.AlignLeft, text)
        painter.setFont(number_font(12))
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, percent(guess.probability))
        track = QRectF(label + _GAP, line.center().y() - _BAR / 2, line.width() - label - value - 2 * _GAP, _BAR)
        if track.width() <= 0:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(table.colour("raised"))
        painter.drawRoundedRect(track, 3, 3)
        share = min(max(guess.probability, 0.0), 1.0)
        filled = QRectF(track.left(), track.top(), track.width() * share, track.height())
        painter.setBrush(table.colour("result" if first else "accent"))
        painter.drawRoundedRect(filled, min(3, filled.width() / 2), 3)


def _label_font(first: bool) -> QFont:
    return text_font(weight=QFont.Weight.DemiBold if first else QFont.Weight.Normal)
