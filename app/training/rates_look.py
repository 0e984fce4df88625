"""The tab "Rates": some steps at rising learning rates, the losses that came of them, and a rate to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout

from app.training.line import Line
from app.training.rates_plot import RatesPlot
from app.widgets.menu_entry import unticked
from app.widgets.number_text import number_text
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.protocol import RateTest

if TYPE_CHECKING:
    from app.training.page import TrainPage

ABOUT = "rates"
_THOUSAND = 1000
_START_TIP = (
    "Take up to 100 steps with a fresh network, each at a higher learning rate than the one before. The document and "
    "its runs are left alone."
)
_STOP_TIP = "End the search with what has been found."
_USE_TIP = "Make it the learning rate of the settings; it can be undone."
_NOTHING = "Falling: the network learns. Rising: steps are too long. Nothing was searched yet."


class RatesLook(QFrame):
    """Made when the tab is first chosen; a search goes on when the tab is left."""

    def __init__(self, page: TrainPage) -> None:
        super().__init__()
        set_role(self, "panel")
        self._page = page
        self.test: RateTest | None = None
        self.start = QPushButton("Find a rate")
        describe(self.start, "Find a rate", _START_TIP)
        self.start.clicked.connect(unticked(self._start))
        self.stop = QPushButton("Stop")
        describe(self.stop, "Stop the search", _STOP_TIP)
        self.stop.clicked.connect(unticked(self._stop))
        self.use = QPushButton("Use it")
        describe(self.use, "Use this learning rate", _USE_TIP)
        self.use.clicked.connect(unticked(self._use))
        self.bar = QProgressBar()
        self.bar.setRange(0, _THOUSAND)
        self.bar.setTextVisible(False)
        describe(self.bar, "Progress of the search", "How many of the rates were tried.")
        self.said = Line("second")
        self.plot = RatesPlot()
        self._build()
        page.link.training.connect(self._hear)
        page.link.engine_state.connect(self._hear_engine)
        page.run.changed.connect(self._enable)
        self._write()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(QLabel("Learning rates"))
        top.addWidget(self.said, 1)
        for button in (self.start, self.stop, self.use):
            top.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.bar)
        column.addWidget(self.plot, 1)

    @property
    def is_searching(self) -> bool:
        """Whether one is going on."""
        return self.test is not None and self.test.state == "running"

    def _start(self) -> None:
        self.test = RateTest(state="running")
        self._page.notices.clear(ABOUT)
        self._page.link.train("find-rate", device=self._page.run.device)
        self._write()

    def _stop(self) -> None:
        self._page.link.train("leave-rate")

    def _use(self) -> None:
        project = self._page.document.project
        if self.test is not None and self.test.suggestion is not None:
            rate = float(f"{self.test.suggestion:.2g}")
            train = msgspec.structs.replace(project.train, learning_rate=rate)
            self._page.document.edit(msgspec.structs.replace(project, train=train), "use the rate that was found")

    def _hear(self, event: object) -> None:
        if isinstance(event, RateTest):
            self.test = event
            if event.state == "failed":
                self._page.notices.problem(event.message, ABOUT)
            self._write()

    def _hear_engine(self, state: str) -> None:
        """What the old engine process was searching will not come."""
        if state in ("starting", "gone") and self.is_searching:
            self.test = RateTest(state="failed", message="The engine ended; search again.")
            self._write()

    def _write(self) -> None:
        test = self.test or RateTest(state="done")
        self.plot.draw(test.rates, test.losses, test.suggestion)
        self.bar.setValue(round(_THOUSAND * test.share) if self.is_searching else 0)
        self.said.set_line(_words(test), "problem" if test.state == "failed" else "second")
        self._enable()

    def _enable(self) -> None:
        self.start.setEnabled(not self.is_searching and not self._page.run.is_busy)
        self.stop.setEnabled(self.is_searching)
        self.use.setEnabled(self.test is not None and self.test.suggestion is not None)


def _words(test: RateTest) -> str:
    if test.state == "failed":
        return test.message
    if test.state == "running":
        return f"{len(test.rates)} rates tried…" if test.rates else "Preparing…"
    if test.suggestion is None:
        return "No loss was seen; another data set or network would do." if test.rule else _NOTHING
    return f"Suggested: {number_text(test.suggestion, 2)}, {test.rule}."
