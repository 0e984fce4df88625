"""The classes that are likeliest now, as bars that can be chosen from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen

from app.featuremaps.prediction_bars import ROW, PredictionBars
from app.widgets.tips import describe
from app.widgets.tokens import Tokens
from engine.protocol import Guess

_TIP = (
    "The likeliest classes. Bars follow the network calmly, the thin marks are what it says of this very frame. Click "
    "a bar, or go to it with the arrow keys and press Enter, to have that class explained whatever is likeliest."
)
_STEPS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_TAKE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ClassBars(PredictionBars):
    """Bars of smoothed probabilities, a mark on each for this frame's, and the chosen class framed."""

    picked = Signal(int)
    """The index of the class that is to be explained."""

    def __init__(self, placeholder: str) -> None:
        super().__init__("Prediction", placeholder)
        self._now: dict[int, float] = {}
        self._chosen: int | None = None
        self._marked = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        describe(self, "Prediction", _TIP)

    def show_answers(self, calm: Sequence[Guess], now: Sequence[Guess]) -> None:
        """Show smoothed probabilities, with those of this frame."""
        self._now = {guess.index: guess.probability for guess in now}
        self.set_guesses(calm)
        self._marked = min(self._marked, max(len(self.guesses()) - 1, 0))
        self.update()

    def set_chosen(self, chosen: int | None) -> None:
        """Frame the bar of a class that was chosen; none while the likeliest is followed."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.update()

    @property
    def now(self) -> dict[int, float]:
        """The probabilities of this very frame, by class."""
        return self._now

    def _high(self) -> float:
        count = len(self.guesses()[: self.rows()])
        return min(self.height() / count, ROW) if count else ROW

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click chooses a class."""
        place = int(event.position().y() // self._high())
        if event.button() == Qt.MouseButton.LeftButton and 0 <= place < min(len(self.guesses()), self.rows()):
            self._marked = place
            self.picked.emit(self.guesses()[place].index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go from bar to bar, Enter takes one."""
        shown = self.guesses()[: self.rows()]
        if event.key() in _STEPS and shown:
            self._marked = min(max(self._marked + _STEPS[event.key()], 0), len(shown) - 1)
            self.update()
        elif event.key() in _TAKE and shown:
            self.picked.emit(shown[min(self._marked, len(shown) - 1)].index)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which bar the keys are on."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no more."""
        super().focusOutEvent(event)
        self.update()

    def _paint_row(
        self, painter: QPainter, guess: Guess, line: QRectF, widths: tuple[float, float], first: bool, table: Tokens
    ) -> None:
        super()._paint_row(painter, guess, line, widths, first, table)
        label, value = widths
        track = line.width() - label - value - 20
        now = self._now.get(guess.index)
        if now is not None and track > 0:
            at = line.left() + label + 10 + track * min(max(now, 0.0), 1.0)
            painter.fillRect(QRectF(at - 1, line.center().y() - 7, 2, 14), table.colour("text"))
        marked = self.hasFocus() and guess == self.guesses()[min(self._marked, len(self.guesses()) - 1)]
        if guess.index == self._chosen or marked:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(table.colour("result" if guess.index == self._chosen else "accent"), 1.5))
            painter.drawRoundedRect(line.adjusted(1, 1, -1, -1), 4, 4)
