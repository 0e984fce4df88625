"""Loss and accuracy as the network learns, on the pictures it learns from and on those it has never seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.state.engine_link import EngineLink
from app.training.line import Line
from app.training.plot import Plot
from app.training.series import Series
from app.widgets.fields import Toggle
from app.widgets.fonts import text_font
from app.widgets.number_text import number_text
from app.widgets.theme import set_role
from app.widgets.tokens import tokens
from engine.protocol import EpochDone, Points, Training

DRAW_MS = 100
"""A curve that moves more often than this cannot be read."""
_LOSS_TIP = (
    "How wrong the network is (cross-entropy). The thin line is each batch, the thick one their running mean; the "
    "dots are the test pictures after each epoch. Dots that rise while the line falls mean overfitting."
)
_ACCURACY_TIP = "The share of pictures whose class the network names rightly, in percent."
_LOG_TIP = "A logarithmic axis for the loss: small losses can be told apart."


class CurvesPanel(QFrame):
    """Takes every point the engine sends, and draws at most ten times a second while in sight."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self.loss, self.accuracy = Series(), Series()
        self.test_loss, self.test_accuracy = Series(), Series()
        self._epochs: list[int] = []
        self._stale = False
        self.draws = 0
        self.loss_plot = Plot("Loss", _LOSS_TIP, "loss", steps=False)
        self.accuracy_plot = Plot("Accuracy", _ACCURACY_TIP, "accuracy, %", steps=True)
        self.accuracy_plot.getPlotItem().getViewBox().setLimits(yMin=-3, yMax=103)
        self.log = Toggle("log", None, "Logarithmic loss", _LOG_TIP)
        self.log.value_changed.connect(self._set_log)
        self.legend = QLabel()
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setFont(text_font(12))
        self.values = Line()
        self._build()
        # From here on it is dressed, and told of every new palette.
        set_role(self, "panel")
        self._write_legend()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAW_MS)
        self._timer.timeout.connect(self._draw)
        link.training.connect(self._hear)
        self._describe()

    def _build(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(12, 4, 8, 0)
        header.setSpacing(12)
        header.addWidget(QLabel("Curves"))
        header.addWidget(self.legend)
        header.addWidget(self.values, 1)
        header.addWidget(self.log)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 4)
        column.setSpacing(0)
        column.addLayout(header)
        # The lower one has the steps below it; the lines themselves are to be of one height.
        column.addWidget(self.loss_plot, 10)
        column.addWidget(self.accuracy_plot, 12)

    def _hear(self, event: Training | Points | EpochDone) -> None:
        if isinstance(event, Points):
            self._take_points(event)
        elif isinstance(event, EpochDone):
            self._take_epoch(event)
        else:
            return
        self._stale = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _take_points(self, points: Points) -> None:
        if points.again:
            for series in (self.loss, self.accuracy, self.test_loss, self.test_accuracy):
                series.clear()
            self._epochs.clear()
        self.loss.append(points.steps, points.losses)
        self.accuracy.append(points.steps, [100 * share for share in points.accuracies])

    def _take_epoch(self, done: EpochDone) -> None:
        self.test_loss.append([done.step], [done.test_loss])
        self.test_accuracy.append([done.step], [100 * done.test_accuracy])
        self._epochs.append(done.epoch)

    def _draw(self) -> None:
        self._stale = False
        self.draws += 1
        self.loss_plot.draw(self.loss, self.test_loss)
        self.accuracy_plot.draw(self.accuracy, self.test_accuracy)
        self._describe()

    def _describe(self) -> None:
        loss = _words("loss", self.loss, self.test_loss, "", self._epochs)
        accuracy = _words("accuracy", self.accuracy, self.test_accuracy, " %", self._epochs)
        self.loss_plot.setAccessibleDescription(f"{loss} {_LOSS_TIP}")
        self.accuracy_plot.setAccessibleDescription(f"{accuracy} {_ACCURACY_TIP}")
        self.values.set_line(_short(self.test_loss, self.test_accuracy))

    def _set_log(self, on: bool) -> None:
        self.loss_plot.set_logarithmic(on)
        self._draw()

    def _write_legend(self) -> None:
        table = tokens()
        self.legend.setText(
            f"<span style='color:{table.accent}'>━</span> learning (mean) &nbsp;"
            f"<span style='color:{table.result}'>●</span> test"
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what has come while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._write_legend()


def _words(what: str, learning: Series, tests: Series, unit: str, epochs: list[int]) -> str:
    if learning.last is None:
        return f"No {what} yet."
    words = f"Learning {what} {number_text(learning.last[1], 3)}{unit} at step {learning.last[0]:.0f}"
    if tests.last is not None and epochs:
        words += f"; test {what} {number_text(tests.last[1], 3)}{unit} after epoch {epochs[-1]}"
    return f"{words}."


def _short(loss: Series, accuracy: Series) -> str:
    if loss.last is None or accuracy.last is None:
        return ""
    return f"test: loss {number_text(loss.last[1], 3)}, {number_text(accuracy.last[1], 4)} % right"
