"""Loss and accuracy as the network learns, on the pictures it learns from and on those it has never seen."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.state.engine_link import EngineLink
from app.training.compared import Compared
from app.training.curve_tools import CurveTools
from app.training.line import Line
from app.training.plot import Plot, Shown
from app.training.run_curves import RunCurves
from app.training.run_log import RunLog
from app.training.series import Series
from app.widgets.fonts import text_font
from app.widgets.number_text import number_text
from app.widgets.theme import set_role
from app.widgets.tokens import tokens
from engine.protocol import EpochDone, Points, Training

DRAW_MS = 100
"""A curve that moves more often than this cannot be read."""
_LOSS_TIP = (
    "How wrong the network is. The thin line is each batch, the thick one their running mean; the dots are the test "
    "pictures after each epoch, the ring the best of them. Dots that rise while the line falls mean overfitting. "
    "From left to right: steps, the batches learned from. Upright lines: something was changed."
)
_TIPS = {
    "accuracy": "The share of pictures whose class the network names rightly, in percent.",
    "rate": "The learning rate of each step, as the schedule and a person's orders have it.",
    "gradient": "How long the gradient over all weights was, before clipping.",
}
_UNITS = {"accuracy": "accuracy, %", "rate": "learning rate", "gradient": "gradient norm"}
_NONE = Series()
_MOST_NAME = 14
"""Letters of a run's name in the legend."""


class CurvesPanel(QFrame):
    """Takes every point the engine sends, and draws at most ten times a second while in sight."""

    def __init__(self, link: EngineLink, log: RunLog, compared: Compared, ask: Callable[[], str]) -> None:
        super().__init__()
        self.now = RunCurves()
        self._before: RunCurves | None = None
        self._log = log
        self.compared = compared
        self._stale = False
        self._at: float | None = None
        self.draws = 0
        self.loss_plot = Plot("Loss", _LOSS_TIP, "loss", steps=False)
        self.lower_plot = Plot("Accuracy", _TIPS["accuracy"], _UNITS["accuracy"], steps=True)
        self.tools = CurveTools(compared, ask)
        self.legend = QLabel()
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setFont(text_font(12))
        self.values = Line()
        self._build()
        # From here on it is dressed, and told of every new palette.
        set_role(self, "panel")
        self._set_tools()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAW_MS)
        self._timer.timeout.connect(self._draw)
        self._connect(link)
        self._describe()

    def _connect(self, link: EngineLink) -> None:
        link.training.connect(self._hear)
        self._log.changed.connect(self._wait)
        self.compared.changed.connect(self._compare)
        self.tools.changed.connect(self._use_tools)
        for plot in (self.loss_plot, self.lower_plot):
            plot.pointed.connect(self._point)

    def _build(self) -> None:
        below = QHBoxLayout()
        below.setContentsMargins(12, 2, 8, 0)
        below.setSpacing(12)
        below.addWidget(self.legend)
        below.addWidget(self.values, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 4)
        column.setSpacing(0)
        column.addWidget(self.tools)
        column.addLayout(below)
        # The lower one has the steps below it; the lines themselves are to be of one height.
        column.addWidget(self.loss_plot, 10)
        column.addWidget(self.lower_plot, 12)

    def _hear(self, event: object) -> None:
        if isinstance(event, Points):
            self._take_points(event)
        elif isinstance(event, EpochDone):
            self.now.take_epoch(event)
        else:
            if isinstance(event, Training) and event.run:
                self._name(event.run)
            return
        self._wait()

    def _take_points(self, points: Points) -> None:
        if points.again:
            self._before = self.now if len(self.now) else self._before
            self.now = RunCurves()
        self.now.take_points(points)

    def _name(self, run: str) -> None:
        """Now it is known whose curves these are: those of another run before it stay in sight."""
        if len(self.now) or not self._before:
            self.now.run = self.now.run or run
        if self._before is not None and run != self._before.run:
            self.compared.keep_earlier(self._before)
        if self._before is not None:
            self.now.run, self._before = run, None

    def _wait(self) -> None:
        self._stale = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _compare(self) -> None:
        self._write_legend()
        self._wait()

    def _draw(self) -> None:
        self._stale = False
        self.draws += 1
        self.loss_plot.draw(self._shown("loss"))
        self.lower_plot.draw(self._shown(self.tools.below))
        self._describe()

    def _shown(self, name: str) -> Shown:
        now, best = self.now, None
        if now.best is not None and name in now.tests:
            best = now.best[0], now.best[1 if name == "loss" else 2]
        # The rate is no measurement: nothing in it is chance.
        factor = 0.0 if name == "rate" else self.tools.factor
        tests = now.tests.get(name, _NONE)
        return Shown(now.lines[name], tests, factor, best, self._log.marks, self.compared.others(name))

    def _describe(self) -> None:
        now, name = self.now, self.tools.below
        loss = _words("loss", now.lines["loss"], now.tests["loss"], "", now.epochs)
        unit = " %" if name == "accuracy" else ""
        what = {"rate": "rate", "gradient": "gradient"}.get(name, "accuracy")
        lower = _words(what, now.lines[name], now.tests.get(name, _NONE), unit, now.epochs)
        self.loss_plot.setAccessibleDescription(f"{loss} {_LOSS_TIP}")
        self.lower_plot.setAccessibleDescription(f"{lower} {_TIPS[name]}")
        self._say()

    def _point(self, step: float | None) -> None:
        self._at = step
        self._say()

    def _say(self) -> None:
        """What is under the cursor; else how the last test went."""
        now = self.now
        at = None if self._at is None else now.lines["loss"].at(self._at)
        if self._at is None or at is None:
            self.values.set_line(_short(now.tests["loss"], now.tests["accuracy"]))
            return
        parts = [f"step {max(self._at, 0):.0f}: loss {number_text(at, 3)}"]
        lower = now.lines[self.tools.below].at(self._at)
        if lower is not None:
            parts.append(f"{self.tools.choice.currentText().lower()} {number_text(lower, 3)}")
        for run in self.compared.runs.values():
            other = run.lines["loss"].at(self._at)
            if other is not None:
                parts.append(f"{run.name} {number_text(other, 3)}")
        self.values.set_line(", ".join(parts))

    def _use_tools(self) -> None:
        self._set_tools()
        self._draw()

    def _set_tools(self) -> None:
        name = self.tools.below
        self.loss_plot.set_logarithmic(self.tools.log.value())
        self.lower_plot.set_unit(_UNITS[name])
        limits = (-3, 103) if name == "accuracy" else (None, None)
        self.lower_plot.getPlotItem().getViewBox().setLimits(yMin=limits[0], yMax=limits[1])
        self._write_legend()

    def _write_legend(self) -> None:
        table = tokens()
        parts = [
            f"<span style='color:{table.accent}'>━</span> learning",
            f"<span style='color:{table.result}'>●</span> test",
        ]
        for role, run in self.compared.runs.items():
            name = run.name if len(run.name) <= _MOST_NAME else f"…{run.name[-_MOST_NAME:]}"
            parts.append(f"<span style='color:{getattr(table, role)}'>━</span> {escape(name)}")
        self.legend.setText(" &nbsp;".join(parts))

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
