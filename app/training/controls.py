"""Starting, pausing and stopping a run, and how it is doing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.training.ask import Ask
from app.training.fitting import Fit
from app.training.line import Line
from app.training.run_state import RunState
from app.training.runs import runs_path
from app.training.words import progress, reason_words, state_word
from app.widgets.icons import icon
from app.widgets.menu_entry import unticked
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.spec.network import NetworkSpec

_WISHES = {
    "starting": "Starting…",
    "opening": "Opening…",
    "pausing": "Pausing…",
    "resuming": "Resuming…",
    "stopping": "Stopping…",
    "forgetting": "Forgetting…",
}
_THOUSAND = 1000
_LEFT, _AT_ONCE = 5, 6
"""How many buttons are at the left, and how many of all are in sight at a time."""
_RATE_TIP = "Try some steps of this network at rising learning rates, and see at which the loss falls best."
_FIT_TIP = "Change the network so that it goes with the data; it can be undone."
_ICON_GAP, _BUTTON_GAP, _MARGIN, _BARE = 1, 4, 12, 42


class RunControls(QFrame):
    """Buttons, a line with figures, a bar, and a sentence where something stands in the way."""

    fit_wanted = Signal(object)
    """The network that the person accepts."""
    rate_wanted = Signal()

    def __init__(self, run: RunState, ask: Ask, base: Callable[[], Path] = runs_path) -> None:
        super().__init__()
        set_role(self, "panel")
        self._run = run
        self._ask = ask
        self._base = base
        self._fit = Fit()
        self._held = ""
        self._make_buttons()
        self.state = QLabel()
        self.state.setAccessibleName("State of the training")
        self.figures = Line()
        self.bar = QProgressBar()
        self.bar.setRange(0, _THOUSAND)
        self.bar.setTextVisible(False)
        describe(self.bar, "Progress", "How much of the run is done.")
        self.folder = Line("faint", Qt.TextElideMode.ElideMiddle)
        self.info = Line("second")
        self.sentence = QLabel()
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        set_role(self.sentence, "problem")
        self._lay_out()
        run.changed.connect(self.refresh)
        self.refresh()

    def _make_buttons(self) -> None:
        run = self._run
        self.start = RunButton("Start", "train", run.start, "Train the network from the beginning, in a new run.")
        set_role(self.start, "primary")
        self.pause = RunButton(
            "Pause", "pause", run.pause_or_resume, "Wait after the present batch, or go on.", "Resume"
        )
        self.step = RunButton("Step", "step", run.step, "Learn from one batch, and wait then.")
        self.stop = RunButton("Stop", "close", run.stop, "End the run after the present batch; it can be continued.")
        self.go_on = RunButton("Continue", "play", self._go_on, "Go on with this run from its last checkpoint.")
        self.open = RunButton("Open run…", "folder", self._open, "Take over the weights of an earlier run.")
        self.forget = RunButton(
            "Forget", "reset", run.forget, "Go back to untrained weights; the run stays on the disk."
        )
        self.buttons = (self.start, self.pause, self.step, self.go_on, self.stop, self.open, self.forget)
        self.fit = QPushButton()
        self.fit.clicked.connect(self._accept_fit)
        self.rate = RunButton("Find a rate…", "histogram", self.rate_wanted.emit, _RATE_TIP)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(_BUTTON_GAP)
        for button in self.buttons[:_LEFT]:
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in self.buttons[_LEFT:]:
            buttons.addWidget(button)
        figures = QHBoxLayout()
        figures.setSpacing(8)
        figures.addWidget(self.state)
        figures.addWidget(self.figures, 1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.folder, 1)
        below.addWidget(self.rate)
        hint = QHBoxLayout()
        hint.addWidget(self.info, 1)
        hint.addWidget(self.sentence, 1)
        hint.addWidget(self.fit)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 10, _MARGIN, 10)
        column.setSpacing(6)
        column.addLayout(buttons)
        column.addLayout(figures)
        column.addWidget(self.bar)
        column.addLayout(below)
        column.addLayout(hint)

    def add_below(self, widget: QWidget) -> None:
        """Put something more that belongs to a start under the rest."""
        self._column.addWidget(widget)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up the buttons' names where there is no room for them."""
        super().resizeEvent(event)
        needed = sum(button.whole_width() for button in self.buttons) + (_AT_ONCE - 1) * _BUTTON_GAP
        needed -= min(self.step.whole_width(), self.go_on.whole_width())
        for button in self.buttons:
            button.set_compact(needed > self.width() - 2 * _MARGIN)

    def minimumSizeHint(self) -> QSize:
        """No wider than its icons: it makes do."""
        return QSize(_AT_ONCE * (_BARE + _BUTTON_GAP) + 2 * _MARGIN, super().minimumSizeHint().height())

    def set_fit(self, fit: Fit) -> None:
        """How the network and the data go together."""
        self._fit = fit
        self.refresh()

    def set_held(self, said: str) -> None:
        """Why the run that goes on keeps the network that it had; empty if it does not."""
        self._held = said
        self.refresh()

    def refresh(self) -> None:
        """Show the run as it is, and what can be done with it."""
        run, now = self._run, self._run.now
        self.state.setText(_WISHES.get(run.wish) or state_word(now))
        self.figures.set_line(progress(now, None if run.standing is None else run.standing.settings))
        self.bar.setValue(round(_THOUSAND * now.step / now.steps) if now.steps else 0)
        self.folder.set_line(f"Run: {run.run}" if run.run else "Each run is kept in a folder of its own.")
        self._enable()
        self._tell()

    def _enable(self) -> None:
        run = self._run
        free = not run.is_busy
        self.start.setEnabled(free and not self._fit.stops)
        self.pause.setEnabled(run.can_pause)
        paused = run.now.state == "paused"
        self.pause.set_label("Resume" if paused else "Pause")
        self.pause.setIcon(icon("play" if paused else "pause"))
        self.stop.setEnabled(run.can_stop)
        self.step.setEnabled(run.can_pause)
        # There is no time at which both could be pressed.
        self.step.setVisible(run.is_busy)
        self.go_on.setVisible(not run.is_busy)
        self.rate.setEnabled(free and not self._fit.stops)
        self.go_on.setEnabled(run.can_continue)
        self.open.setEnabled(free)
        self.forget.setEnabled(free and run.now.learned)

    def _tell(self) -> None:
        """A failure first, then what stands in the way of a start, then what else is known."""
        now, fit = self._run.now, self._fit
        said = "" if self._run.wish else now.message or reason_words(now)
        if self._run.is_busy:
            fit = Fit(self._held, bool(self._held))
        failed = now.state == "failed" and bool(said)
        text = said if failed or not fit.sentence else fit.sentence
        is_problem = failed or (fit.stops and text == fit.sentence)
        # A problem is told whole; what is only good to know must not take the curves' room.
        self.sentence.setText(text if is_problem else "")
        self.info.set_line("" if is_problem else text)
        self.sentence.setVisible(is_problem)
        self.info.setVisible(bool(text) and not is_problem)
        offered = fit.network is not None and text == fit.sentence
        self.fit.setVisible(offered and not self._run.is_busy)
        self.fit.setText(fit.label)
        describe(self.fit, fit.label, _FIT_TIP)

    def _accept_fit(self) -> None:
        if isinstance(self._fit.network, NetworkSpec):
            self.fit_wanted.emit(self._fit.network)

    def _go_on(self) -> None:
        self._run.go_on()

    def _open(self) -> None:
        folder = self._ask.run_folder(self, self._base())
        if folder:
            self._run.open(folder)


class RunButton(QPushButton):
    """Does one thing with the run; makes do with its icon where there is no room for its name."""

    def __init__(self, text: str, image: str, call: Callable[[], None], tip: str, other: str = "") -> None:
        super().__init__()
        self._label, self._other, self._tip, self._compact = text, other, tip, False
        self.setIcon(icon(image, "on_accent" if image == "train" else "text"))
        self.clicked.connect(unticked(call))
        self.set_label(text)

    def set_label(self, text: str) -> None:
        """Call it so."""
        self._label = text
        describe(self, text, f"{text}: {self._tip[0].lower()}{self._tip[1:]}" if self._compact else self._tip)
        self.setText("" if self._compact else text)

    def set_compact(self, compact: bool) -> None:
        """Whether there is room for the icon only."""
        if compact != self._compact:
            self._compact = compact
            self.set_label(self._label)

    def whole_width(self) -> int:
        """Pixels that it takes with its name, or with the other name that it has at times."""
        metrics = self.fontMetrics()
        widths = [metrics.horizontalAdvance(text) for text in (self.text(), self._label, self._other)]
        gap = _ICON_GAP if self._compact else 0
        return self.sizeHint().width() - widths[0] + max(widths) + gap
