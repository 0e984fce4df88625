"""The Inspect page: the picture, what the network says of it, and where in it that came from."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.featuremaps.panels import PicturePanel
from app.inspect.heat_panel import COMPUTING, HeatPanel
from app.inspect.method_panel import MethodPanel
from app.inspect.prediction_panel import PredictionPanel
from app.inspect.sanity_panel import SanityPanel
from app.inspect.target_panel import TargetPanel
from app.state.document import Document
from app.state.engine_link import EngineLink, Shown
from app.state.notices import Notices
from app.widgets.fonts import text_font
from app.widgets.picture_view import PictureView
from app.widgets.side import GAP, SideColumn
from app.widgets.theme import set_role
from engine.protocol import Inspect, Inspected, Problem
from engine.spec.source import Source

SIDE = 300
STRIP_HEIGHT = (184, 280)
STRIP_SHARE = 0.26
"""Of the page's height, for the picture and what the network holds it to be."""
INPUT_ASPECT = 1.18


class InspectPage(QWidget):
    """Places its parts, and tells each what the document and the engine say."""

    values_changed = Signal(str)

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__()
        self.document = document
        self._link = link
        self._shown = False
        self._names: dict[int, str] = {}
        self._namer: tuple[str, ...] = ()
        self._source: Source | None = None
        self.newest: Inspected | None = None
        """What the engine said last."""
        self.input = PicturePanel("Picture", "The newest frame of the source.", "Opening the source…")
        self.note = QLabel()
        self.prediction = PredictionPanel()
        self.heat = HeatPanel(document, notices)
        self.target = TargetPanel(document, notices)
        self.method = MethodPanel(document, notices)
        self.sanity = SanityPanel()
        self._strip = QWidget()
        self._build()
        self._connect()
        before = link.on_screen.get("input")
        if before is not None:
            self.input.show_picture(before)
        self._refresh()

    def _build(self) -> None:
        self.note.setFont(text_font(11))
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 4, 8, 4)
        set_role(self.note, "second")
        self.input.add_below(self.note)
        across = QHBoxLayout(self._strip)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(GAP)
        across.addWidget(self.input)
        across.addWidget(self.prediction, 1)
        middle = QVBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(self._strip)
        middle.addWidget(self.heat, 1)
        self.side = SideColumn(self.target, self.method, result=self.sanity, width=SIDE)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, GAP, 0, GAP)
        row.setSpacing(GAP)
        row.addLayout(middle, 1)
        row.addWidget(self.side)

    def _connect(self) -> None:
        link = self._link
        link.picture.connect(self._on_picture)
        link.inspected.connect(self._on_inspected)
        link.problem.connect(self._on_problem)
        self.heat.view.painted.connect(link.painted)
        self.prediction.bars.picked.connect(self.target.explain_class)
        self.prediction.follow.clicked.connect(self._follow)
        self.method.wanted.connect(self._ask)
        self.sanity.wanted.connect(self._ask)
        self.document.changed.connect(self._refresh)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A larger page has a larger picture."""
        super().resizeEvent(event)
        least, most = STRIP_HEIGHT
        high = min(max(round(STRIP_SHARE * self.height()), least), most)
        self._strip.setFixedHeight(high)
        self.input.setFixedWidth(round(INPUT_ASPECT * high))

    # Which page is shown.

    def shown(self) -> None:
        """The page has come into sight: the engine is to work for it."""
        self._shown = True
        self._link.look_at("inspect")

    def hidden(self) -> None:
        """Another page is in sight."""
        self._shown = False

    @property
    def input_view(self) -> PictureView:
        """Where a drawing is drawn."""
        return self.input.view

    def fit(self) -> None:
        """Show the whole of both pictures."""
        self.input.view.fit()
        self.heat.view.fit()

    # What the person wants.

    def _follow(self) -> None:
        self.target.explain_class(None)
        self.prediction.show_spec(self.document.project.inspect)

    def _ask(self, action: str) -> None:
        self._link.about_data(Inspect, action=action)

    def _refresh(self) -> None:
        project = self.document.project
        self.prediction.show_spec(project.inspect)
        if project.source != self._source:
            self._source = project.source
            if not project.inspect.is_live:
                # The explanation of another picture would stand there for seconds.
                self.heat.show_reason(COMPUTING)

    # What the engine says.

    def _on_inspected(self, event: Inspected) -> None:
        if not self._shown:
            return
        self.newest = event
        if not event.again:
            self._take_answers(event)
        if event.heat is not None:
            self.heat.take(event.heat, self._names)
        if event.problem:
            self.heat.show_reason(event.problem)
        self.method.take(event)
        self.sanity.take(event, self.document.project.inspect.method, self.heat.told is not None)

    def _take_answers(self, event: Inspected) -> None:
        named = {guess.index: guess.name for guess in (*event.guesses, *event.calm) if guess.name}
        namer = (event.weights.kind, event.weights.run, self.document.project.data)
        if namer != self._namer or named.items() - self._names.items():
            self._names = {**self._names, **named} if namer == self._namer else named
            self._namer = namer
            self.target.set_names(self._names)
        self.note.setText(event.note)
        self.prediction.take(event)

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "input":
            self.input.show_picture(shown)
        elif view == "maps" and self._shown:
            self.heat.show_heat(shown)
            if self.heat.told is None:
                self._link.unseen(shown.generation)

    def _on_problem(self, problem: Problem) -> None:
        if self._shown and problem.code == "spec":
            self.heat.show_reason(problem.message)
            self.prediction.show_reason(problem.message)
