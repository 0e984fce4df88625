"""The look "Touches": what a cell of the input, a weight or a cell of the map has to do with the other two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.kernels.steps.marks import around
from app.kernels.steps.places import places_texts
from app.kernels.steps.sheet import TitledGrid
from app.kernels.touches.heat import Visits, colours
from app.kernels.touches.meeting import Kind, Subject, met_weights
from app.kernels.touches.touching import Touching
from app.kernels.touches.words import NOTHING, visits_words, words_of
from app.widgets.fields import Toggle
from app.widgets.legend import ColourLegend
from app.widgets.number_field import NumberField
from app.widgets.number_paint import Sheet
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from engine.errors import SpecError
from engine.protocol.message import Page

if TYPE_CHECKING:
    from app.kernels.page import KernelPage

HEIGHT = 196
GRID_WIDTH = 300
KINDS: tuple[tuple[Kind, str], ...] = (("input", "Input cell"), ("weight", "Weight"), ("map", "Map cell"))
WORDS = {"input": "Input", "weight": "Weight", "map": "Map"}


class TouchesLook(QFrame):
    """Stands under the pictures; whatever was pointed at last stays marked, to be read at leisure."""

    engine_page: Page = "kernel"

    def __init__(self, page: KernelPage) -> None:
        super().__init__()
        self._page = page
        self._on = False  # before the look, which tells of a new palette
        set_role(self, "panel")
        self.setAccessibleName("Touches")
        self._visits: Visits | None = None
        self._size: tuple[int, int] | None = None
        self.touching = Touching(page, sticky=True)
        tip = "What is looked at: the cursor chooses it too."
        self.kind = Segmented(KINDS, "Look at", tip)
        self.row, self.column = (NumberField(0, 0, 1, True, "", name, tip) for name in ("Row", "Column"))
        self.heat = Toggle(
            "Visits", None, "Visits", "Colour each cell of the input by how often the kernel reads it on its way."
        )
        self.legend = ColourLegend("Visits", "How often a cell is read.")
        self.title, self.words, self.visits = QLabel(), QLabel(), QLabel()
        self.grid = TitledGrid("Weights", "")
        self._build()
        self._connect()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        rows = _caption("row", self.row), self.row, _caption("column", self.column), self.column
        parts: list[QWidget] = [self.kind, *rows, self.legend, self.heat]
        for part in parts:
            top.addWidget(part)
        top.insertStretch(top.indexOf(self.legend), 1)
        text = QVBoxLayout()
        text.setSpacing(6)
        for label, role in ((self.title, "result"), (self.words, ""), (self.visits, "second")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            set_role(label, role)
            text.addWidget(label)
        text.addStretch(1)
        self.grid.setFixedWidth(GRID_WIDTH)
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addLayout(text, 1)
        below.addWidget(self.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addLayout(top)
        column.addLayout(below, 1)

    def _connect(self) -> None:
        self.kind.value_changed.connect(self._choose_kind)
        for field in (self.row, self.column):
            field.value_changed.connect(self._choose)
        self.heat.value_changed.connect(self._refresh)
        self.touching.changed.connect(self._refresh)
        self._page.link.picture.connect(self._on_picture)

    def sizeHint(self) -> QSize:
        """The same for every size of the page: the rest is the pictures'."""
        return QSize(600, HEIGHT)

    is_answered = True
    """Everything is worked out here."""

    def go_to(self, cell: tuple[int, int]) -> None:
        """Do as if the person had pointed at this cell of the input."""
        self.touching.look_at(Subject("input", *cell))

    def shown(self) -> None:
        """It has come into sight."""
        self._on = True
        self._page.probing.set_outlines(False)
        self._page.input.set_note("point at a cell, a weight or the map")
        self.touching.set_on(True)
        if self.touching.subject is None:
            self._choose_kind(self.kind.value())
        self.kind.setFocus()

    def hidden(self) -> None:
        """Something else is in sight: the pictures are its again."""
        self._on = False
        self.touching.set_on(False)
        for view in (self._page.input.view, self._page.map.view):
            view.set_overlays([])
            view.set_layers([])
        self._page.views.set_around(None)
        self._page.probing.set_outlines(True)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._on:
            self._refresh()

    def _on_picture(self, view: str, _shown: object) -> None:
        if self._on and view == "input" and self.touching.size_of("input") != self._size:
            self.touching.refresh()

    def _choose_kind(self, kind: object) -> None:
        """Begin in the middle: there the whole of the kernel meets the picture."""
        assert kind in WORDS
        size = self.touching.size_of(str(kind))
        if size is not None:
            self.touching.look_at(Subject(kind, size[0] // 2, size[1] // 2))  # type: ignore[arg-type]

    def _choose(self, _value: object) -> None:
        subject = self.touching.subject
        if subject is not None:
            self.touching.look_at(Subject(subject.kind, int(self.row.value()), int(self.column.value())))

    def _refresh(self, _event: object = None) -> None:
        if not self._on:
            return
        geometry = self._page.geometry_now
        self._size = geometry.input_size if geometry is not None else None
        self._visits = None
        if geometry is not None:
            self._page.views.set_around(around(geometry.steps[0], geometry.input_size))
            try:
                self._visits = Visits(geometry.steps[0], geometry.input_size)
            except SpecError:
                self._visits = None
        self._show_subject()
        self._show_words()
        self._show_weights()
        self._show_heat()
        self._mark()

    def _show_subject(self) -> None:
        subject = self.touching.subject
        size = self.touching.size_of(subject.kind) if subject is not None else None
        if subject is None or size is None:
            return
        if subject.kind != self.kind.value():
            self._show_kind(subject.kind)
        for field, value, count in zip((self.row, self.column), subject[1:], size, strict=True):
            field.set_range(0, count - 1)
            field.set_value(value)

    def _show_kind(self, kind: Kind) -> None:
        focus = self.focusWidget()
        self.kind.set_value(kind)
        if focus is not None and self.kind.isAncestorOf(focus) and focus.hasFocus():
            self.kind.setFocus()

    def _show_words(self) -> None:
        found, geometry = self.touching.meeting, self._page.geometry_now
        subject = self.touching.subject
        if found is None or geometry is None or subject is None:
            self.title.setText("")
            self.words.setText(NOTHING)
            return
        spec, chained = geometry.steps[-1], len(geometry.steps) > 1
        self.title.setText(f"{WORDS[subject.kind]} ({subject.row}, {subject.column})")
        self.words.setText("\n".join(words_of(found, spec, geometry.input_size, chained)))

    def _show_weights(self) -> None:
        """The weights between the cell and those that it touches, laid out as these are."""
        found, geometry = self.touching.meeting, self._page.geometry_now
        spec = self._page.document.project.filter
        weights = np.array(spec.kernel.weights[self._page.kernel.plane])
        alone = found is not None and geometry is not None and len(geometry.steps) == 1
        self.grid.setVisible(alone and found is not None and found.subject.kind == "input" and found.cells > 0)
        if found is None or not self.grid.isVisibleTo(self):
            return
        rows, columns = (sorted({pair[0] for pair in axis.pairs}) for axis in (found.rows, found.columns))
        pooled = spec.pooling.kind != "none"
        self.grid.title.setText("Weights, by cell before pooling" if pooled else "Weights, by map cell")
        peak = float(np.abs(weights).max())
        self.grid.show_sheet(Sheet(met_weights(found, weights), peak=peak), *places_texts(rows, columns))

    def _show_heat(self) -> None:
        visits, subject = self._visits, self.touching.subject
        self.legend.setVisible(self.heat.value() and visits is not None)
        if visits is None:
            self.visits.setText("")
            return
        self.legend.set_scale(colours(), 0, visits.most)
        by = "Visits by step 1" if len(self._page.document.project.steps) > 1 else "Visits"
        said = f"{by}: {visits_words(visits.rows, visits.columns)}"
        there = subject is not None and subject.kind == "input" and self.touching.meeting is not None
        if there and subject is not None:
            said = f"{said} · here {visits.at(subject.row, subject.column):,}"
        self.visits.setText(said)

    def _mark(self) -> None:
        views, touching = (self._page.input.view, self._page.map.view), self.touching
        heat = [self._visits.layer()] if self.heat.value() and self._visits is not None else []
        views[0].set_layers([*heat, *touching.input_layers()])
        views[1].set_layers(touching.map_layers())
        views[0].set_overlays(touching.input_overlays())
        views[1].set_overlays(touching.map_overlays())


def _caption(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(buddy)
    set_role(label, "second")
    return label
