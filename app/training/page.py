"""The Train page: data and settings, the run with its curves, and the live network while it learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.training.ask import Ask, Dialogs
from app.training.compared import Compared
from app.training.confusion_panel import ConfusionPanel
from app.training.controls import RunControls
from app.training.curves import CurvesPanel
from app.training.data_panel import DataPanel
from app.training.fitting import Fit, fit_of
from app.training.health import Health
from app.training.live_panel import LivePanel
from app.training.looks import run_looks
from app.training.rescue import RescueLine
from app.training.run_log import RunLog
from app.training.run_state import RunState
from app.training.runs import runs_path
from app.training.settings_panel import SettingsPanel
from app.training.start_line import StartLine
from app.training.steering import Steering
from app.widgets.picture_view import PictureView
from app.widgets.scrolled import scrolled
from app.widgets.side import GAP
from engine.protocol import Samples
from engine.spec.network import NetworkSpec

LEFT = 300
RIGHT = 304
NARROW, LESS = 1000, 30
"""A page narrower than this gives the columns at its sides so much less."""


class TrainPage(QWidget):
    """Places its parts and tells each what concerns it."""

    def __init__(
        self,
        document: Document,
        link: EngineLink,
        notices: Notices,
        ask: Ask | None = None,
        base: Callable[[], Path] = runs_path,
    ) -> None:
        super().__init__()
        self.document = document
        self._link = self.link = link
        self._base = base
        self.notices = notices
        self._is_shown = False
        self._judged: tuple[NetworkSpec, Samples | None] | None = None
        ask = self.ask = ask or Dialogs()
        self.run = RunState(document, link, notices, base)
        self.data = DataPanel(document, link, notices, ask)
        self.settings = SettingsPanel(document, notices, self.run)
        self.controls = RunControls(self.run, ask, base)
        self.start = StartLine(document, self.run)
        self.controls.add_below(self.start)
        self.rescue = RescueLine(self.run)
        self.controls.add_below(self.rescue)
        self.health = Health(document, link)
        self.log = RunLog(link)
        self.steering = Steering(document, link, notices, self.run)
        self.compared = Compared(link, notices)
        self.curves = CurvesPanel(link, self.log, self.compared, self._ask_run)
        self.confusion = ConfusionPanel(link)
        self.looks = run_looks(self)
        self.live = LivePanel(document, link)
        self._build()
        self._connect()
        self._judge()

    def _connect(self) -> None:
        self.steering.changed.connect(self._hold)
        self.health.found.connect(self._count_findings)
        self.confusion.view.opened.connect(self._open_mistakes)
        self.live.looked.connect(self._look)
        self.data.told.connect(self._judge)
        self.controls.fit_wanted.connect(self._use_network)
        self.controls.rate_wanted.connect(self._find_rate)
        self.document.changed.connect(self._judge)

    def _build(self) -> None:
        middle = QVBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(self.controls)
        middle.addWidget(self.looks, 1)
        self.live.setFixedWidth(RIGHT)
        self.live.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, GAP, GAP, GAP)
        row.setSpacing(GAP)
        self._left = scrolled(LEFT, self.data, self.settings)
        row.addWidget(self._left)
        row.addLayout(middle, 1)
        row.addWidget(self.live)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The middle needs room for its buttons and curves."""
        super().resizeEvent(event)
        less = LESS if self.width() < NARROW else 0
        self._left.setFixedWidth(LEFT - less)
        self.live.setFixedWidth(RIGHT - less)

    @property
    def input_view(self) -> PictureView:
        """Where a drawing is drawn."""
        return self.live.input_view

    def recordings(self) -> Path:
        """The folder of all data sets that are recorded here; it is beside that of the runs."""
        return self._base().parent / "recorded"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that nothing on the page has taken are for what is behind the tab."""
        take = getattr(self.looks.behind(self.looks.current), "key_pressed", None)
        if take is None or not take(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """So are they when they are let go."""
        take = getattr(self.looks.behind(self.looks.current), "key_released", None)
        if take is None or not take(event):
            super().keyReleaseEvent(event)

    def shown(self) -> None:
        """The page is in front: have the engine work for it."""
        self._is_shown = True
        self.live.set_active(True)
        self._look()
        self.looks.shown()
        self.health.set_active(True)
        self.data.set_active(True)

    def hidden(self) -> None:
        """Another page is in front. A run goes on."""
        self._is_shown = False
        self.live.set_active(False)
        self.looks.hidden()
        self.health.set_active(False)
        self.data.set_active(False)

    def fit(self) -> None:
        """Show the whole of all pictures."""
        self.live.fit()
        self.data.mosaic.fit()

    def _count_findings(self) -> None:
        self.looks.set_badge("doctor", self.health.count)

    def _open_mistakes(self, cell: tuple[int, int]) -> None:
        """The pictures of a cell of the confusion matrix."""
        look: Any = self.looks.behind("mistakes")
        look.open_cell(cell)
        self.looks.choose("mistakes")

    def _look(self) -> None:
        if self._is_shown:
            self._link.look_at("train", self.live.layer, self.live.only)

    def _judge(self) -> None:
        """Say whether network and data go together, anew only where one of them has changed."""
        network, samples = self.document.project.network, self.data.samples
        if self._judged is not None and self._judged[0] is network and self._judged[1] is samples:
            return
        self._judged = (network, samples)
        self.steering.classes = 1 if samples is None else len(samples.class_names)
        fit = Fit() if samples is None else fit_of(network, samples.input_shape, len(samples.class_names))
        self.controls.set_fit(fit)

    def _ask_run(self) -> str:
        return self.ask.run_folder(self, self._base())

    def _hold(self) -> None:
        self.controls.set_held(self.steering.said)

    def _find_rate(self) -> None:
        self.looks.choose("rates")

    def _use_network(self, network: NetworkSpec) -> None:
        project = self.document.project
        self.document.edit(msgspec.structs.replace(project, network=network), "fit the network to the data")
