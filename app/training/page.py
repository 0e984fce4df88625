"""The Train page: data and settings, the run with its curves, and the live network while it learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.training.ask import Ask, Dialogs
from app.training.confusion_panel import ConfusionPanel
from app.training.controls import RunControls
from app.training.curves import CurvesPanel
from app.training.data_panel import DataPanel
from app.training.fitting import Fit, fit_of
from app.training.live_panel import LivePanel
from app.training.run_state import RunState
from app.training.runs import runs_path
from app.training.settings_panel import SettingsPanel
from app.widgets.picture_view import PictureView
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
        self._link = link
        self._is_shown = False
        self._judged: tuple[NetworkSpec, Samples | None] | None = None
        ask = ask or Dialogs()
        self.run = RunState(document, link, notices, base)
        self.data = DataPanel(document, link, notices, ask)
        self.settings = SettingsPanel(document, notices, self.run)
        self.controls = RunControls(self.run, ask, base)
        self.curves = CurvesPanel(link)
        self.confusion = ConfusionPanel(link)
        self.live = LivePanel(document, link)
        self._build()
        self.live.looked.connect(self._look)
        self.data.told.connect(self._judge)
        self.controls.fit_wanted.connect(self._use_network)
        document.changed.connect(self._judge)
        self._judge()

    def _build(self) -> None:
        middle = QVBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(self.controls)
        for panel, share in ((self.curves, 5), (self.confusion, 4)):
            panel.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            middle.addWidget(panel, share)
        self.live.setFixedWidth(RIGHT)
        self.live.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, GAP, GAP, GAP)
        row.setSpacing(GAP)
        self._left = _column(self.data, self.settings)
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

    def shown(self) -> None:
        """The page is in front: have the engine work for it."""
        self._is_shown = True
        self.live.set_active(True)
        self._look()
        self.data.set_active(True)

    def hidden(self) -> None:
        """Another page is in front. A run goes on."""
        self._is_shown = False
        self.live.set_active(False)
        self.data.set_active(False)

    def fit(self) -> None:
        """Show the whole of all pictures."""
        self.live.fit()
        self.data.mosaic.fit()

    def _look(self) -> None:
        if self._is_shown:
            self._link.look_at("train", self.live.layer, self.live.only)

    def _judge(self) -> None:
        """Say whether network and data go together, anew only where one of them has changed."""
        network, samples = self.document.project.network, self.data.samples
        if self._judged is not None and self._judged[0] is network and self._judged[1] is samples:
            return
        self._judged = (network, samples)
        fit = Fit() if samples is None else fit_of(network, samples.input_shape, len(samples.class_names))
        self.controls.set_fit(fit)

    def _use_network(self, network: NetworkSpec) -> None:
        project = self.document.project
        self.document.edit(msgspec.structs.replace(project, network=network), "fit the network to the data")


def _column(*panels: QWidget) -> QScrollArea:
    """Panels above each other, that scroll where the window is low."""
    holder, area = QWidget(), QScrollArea()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GAP)
    for panel in panels:
        column.addWidget(panel)
    column.addStretch(1)
    area.setWidget(holder)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFixedWidth(LEFT)
    return area
