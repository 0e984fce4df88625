"""The look "Kinds": a layer of any kind of convolution on a small input, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.featuremaps.colours import ColourControls
from app.kernels.kinds.choosing import KindChoice
from app.kernels.kinds.facts_box import FactsBox
from app.kernels.kinds.form import LayerForm, NumbersForm
from app.kernels.kinds.sheet import HINT, KindSheet
from app.kernels.kinds.stage import Stage
from app.kernels.kinds.told import KindTold
from app.kernels.kinds.walking import Walking
from app.kernels.steps.transport import KEYS_HELP, Transport, walk_by_key
from app.state.engine_link import Shown
from app.widgets.side import GAP, SideColumn
from app.widgets.theme import set_role
from engine.kinds.facts import kind_facts
from engine.protocol import KindMaps, Problem
from engine.protocol.message import Page
from engine.spec.kind import KindSpec

if TYPE_CHECKING:
    from app.kernels.page import KernelPage

Cell = tuple[int, int]


NARROW, LOW = 1080, 560
"""Pixels of width and height below which there is little room."""


class KindsLook(QWidget):
    """In place of the pictures, with settings of its own in the place of the page's."""

    engine_page: Page = "kinds"

    def __init__(self, page: KernelPage) -> None:
        super().__init__()
        self._page, self._document, self._link = page, page.document, page.link
        self._on = False
        self._generation = 0
        self.setAccessibleName("Kinds")
        self.setAccessibleDescription(KEYS_HELP)
        self.choice = KindChoice(page.document)
        self.stage = Stage(ColourControls(page.document, page.notices))
        self.walking = Walking(self, page.link, self.stage)
        self.walk, self.asking = self.walking.walk, self.walking.asking
        self.transport = Transport(self.walk)
        self.transport.row.insertWidget(0, self.walking.over)
        self.sheet = KindSheet()
        self.layer = LayerForm(page.document, page.notices)
        self.numbers = NumbersForm(page.document, page.notices)
        self.facts = FactsBox(page.document, page.notices)
        self._build()
        self._connect()

    def _build(self) -> None:
        below = QFrame()
        set_role(below, "panel")
        inner = QVBoxLayout(below)
        inner.setContentsMargins(0, 6, 0, 0)
        inner.setSpacing(2)
        holder = QHBoxLayout()
        holder.setContentsMargins(12, 0, 12, 0)
        holder.addWidget(self.transport)
        inner.addLayout(holder)
        inner.addWidget(self.sheet)
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(self.choice)
        left.addWidget(self.stage, 1)
        left.addWidget(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addLayout(left, 1)
        row.addWidget(SideColumn(self.layer, self.numbers, result=self.facts))

    def _connect(self) -> None:
        self._document.changed.connect(self._refresh)
        self.walking.told.connect(self._show_cell)
        self.walking.refused.connect(self.sheet.show_nothing)
        self.walking.aimed.connect(self._look)
        self.stage.sides["output"].panel.view.painted.connect(self._link.painted)
        self._link.kinds.connect(self._on_kinds)
        self._link.picture.connect(self._on_picture)
        self._link.problem.connect(self._on_problem)

    # Which look is in sight.

    def shown(self) -> None:
        """It has come into sight."""
        self._on = True
        self._page.side.hide()
        before = self._link.on_screen.get("map")
        if before is not None:
            self._link.unseen(before.generation)
        self._link.follow(self._aim)
        self._link.look_at(self.engine_page, *self._aim())
        self.asking.set_on(True)
        self._refresh()
        self.transport.timeline.setFocus()

    def hidden(self) -> None:
        """Another one is in sight."""
        self._on = False
        self.walk.play(0)
        self.asking.set_on(False)
        self._link.follow(None)
        self._page.side.show()

    @property
    def spec(self) -> KindSpec:
        """The project's layer."""
        return self._document.project.kind

    @property
    def is_answered(self) -> bool:
        """Whether the cell at hand is written out."""
        told = self.sheet.told
        return not self.asking.is_open and told is not None and told.event.id == self.asking.question.id

    def go_to(self, cell: Cell) -> None:
        """Do as if the person had gone there."""
        self.walk.go_to(cell)

    def _aim(self) -> tuple[str, int]:
        return str(self.stage.sides["input"].bar.index()), self.stage.sides["output"].bar.index()

    def _look(self) -> None:
        self._link.look_at(self.engine_page, *self._aim())

    # What the document says.

    def _refresh(self) -> None:
        if not self._on:
            return
        spec, facts = self.spec, kind_facts(self.spec)
        self.stage.prepare(spec, facts.output_shape)
        self._let_go()
        if facts.problem is not None:
            self._show_nothing(facts.problem)
        self.walking.follow(spec)
        self._look()

    def _show_nothing(self, reason: str) -> None:
        self._link.unseen(self._generation)
        self.stage.show_nothing(reason)
        self.sheet.show_nothing(reason)

    # What the engine says.

    def _on_kinds(self, maps: KindMaps) -> None:
        if not self._on or not maps.shape:
            return
        self.stage.show_maps(maps)
        if not self.walk.count:
            self.walking.follow(self.spec)
        if self.sheet.told is None:
            self.sheet.show_nothing(HINT)
            self.asking.ask_anew()

    def _on_picture(self, view: str, shown: Shown) -> None:
        if self._on and view == "map":
            self._link.unseen(shown.generation)  # asked for before this look came into sight
        if not self._on or view not in ("layer", "maps"):
            return
        self.stage.show_picture("input" if view == "layer" else "output", shown, self.spec)
        if view == "maps":
            self._generation = shown.generation
            self._let_go()

    def _let_go(self) -> None:
        """Nothing waits for a picture that nobody will see."""
        if not self.stage.sides["output"].is_in_sight:
            self._link.unseen(self._generation)

    def _on_problem(self, problem: Problem) -> None:
        if self._on and self._link.is_newest(problem.id) and problem.code != "source":
            self.walking.stop()
            self._show_nothing(problem.message)

    def _show_cell(self, told: KindTold) -> None:
        self.sheet.show_cell(told, self.spec, self.walking.there.bar.plane()[1])
        self.stage.mark(told, self.spec)

    # What a person does.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the walk, wherever the focus is."""
        if not walk_by_key(self.walk, event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What can be done without goes where there is little room."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self.choice.set_narrow(narrow)
        for part in (self.transport.unit, self.transport.speed):
            part.setVisible(not narrow)
        self.sheet.set_low(self.height() < LOW)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_on", False):
            told = self.sheet.told
            if told is not None:
                self.stage.mark(told, self.spec)
