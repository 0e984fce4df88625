"""What the network learns from: which data set, how many pictures of which classes, and a look at some."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLabel

from app.featuremaps.mosaic_view import MosaicView
from app.featuremaps.tiles import Spot
from app.state.document import Document
from app.state.engine_link import EngineLink, Shown
from app.state.notices import Notices
from app.training.ask import Ask
from app.training.line import Line
from app.training.words import grouped
from app.widgets.fields import Choice
from app.widgets.group import Group
from app.widgets.theme import set_role
from app.widgets.tips import tip_text
from app.widgets.tokens import tokens
from engine.data.shipped import SHIPPED, data_label
from engine.protocol import Problem, Samples
from engine.spec.layers import shape_text
from engine.spec.project import Project
from engine.spec.source import Sample

ABOUT = "data"
FOLDER, FILE = object(), object()
"""The choices that ask for a folder or a file."""
SAMPLES_HEIGHT = 168
LEAST_SAMPLES_HEIGHT = 96
_TIP = (
    "What the network learns from: a data set that comes with the program, a folder with a folder of pictures for each "
    "class, a folder of IDX files, or an .npz file."
)
_SAMPLES_TIP = (
    "Some pictures of each class, a row for each. A double click, or Enter on one chosen by the arrow keys, puts it "
    "into the network."
)


def with_data(project: Project, data: str) -> Project:
    """The project with other pictures to learn from."""
    return msgspec.structs.replace(project, data=data)


class DataPanel(Group):
    """Changes `Project.data`, and asks the engine for samples of it while it is in sight."""

    told = Signal()
    """Samples of the document's data have come, or are no longer known."""
    samples: Samples | None = None
    """Those of the document's data, once they are there."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices, ask: Ask) -> None:
        super().__init__("Data")
        self._document = document
        self._link = link
        self._notices = notices
        self._ask = ask
        self._asked = ""
        self._active = False
        self._theme = tokens().name
        self.choice = Choice([], "Data set", _TIP)
        self.choice.value_changed.connect(self._choose)
        self.add_row("Data set", self.choice, tip=_TIP)
        self.counts = QLabel()
        self.counts.setTextFormat(Qt.TextFormat.PlainText)
        self.counts.setWordWrap(True)
        set_role(self.counts, "second")
        self.add(self.counts)
        self.mosaic = MosaicView("Samples", _SAMPLES_TIP, opens=False)
        self.mosaic.setMinimumHeight(LEAST_SAMPLES_HEIGHT)
        self.mosaic.setMaximumHeight(SAMPLES_HEIGHT)
        self.mosaic.pointed.connect(self._point)
        self.mosaic.activated.connect(self._put_in)
        self.add(self.mosaic)
        self.notes = Line()
        self.add(self.notes)
        link.samples.connect(self._take)
        link.picture.connect(self._on_picture)
        link.problem.connect(self._on_problem)
        link.engine_state.connect(self._on_engine)
        document.changed.connect(self.refresh)
        self.refresh()

    @property
    def data(self) -> str:
        """The document's data set."""
        return self._document.project.data

    def set_active(self, active: bool) -> None:
        """Whether it is worth reading data now."""
        self._active = active
        self._look()

    def refresh(self) -> None:
        """Show which data set the document has."""
        options: list[tuple[object, str]] = [(entry.name, entry.label) for entry in SHIPPED]
        if self.data not in {value for value, _ in options}:
            options.append((self.data, data_label(self.data)))
        self.choice.set_options([*options, (FOLDER, "Folder…"), (FILE, "File…")])
        self.choice.set_value(self.data)
        self.choice.setToolTip(tip_text(f"{_TIP} Now: {self.data}"))
        self._look()

    def _look(self) -> None:
        if self._active and self.data != self._asked:
            self._forget(f"Reading {data_label(self.data)}…")
            self._asked = self.data
            # The window says there what cannot be read.
            self._notices.clear(ABOUT)
            self._link.look_at_data(self.data)

    def _forget(self, reason: str) -> None:
        self.samples = None
        self.mosaic.set_placeholder(reason)
        self.mosaic.clear()
        self.counts.setText(next((f"{each.summary}." for each in SHIPPED if each.name == self.data), self.data))
        self.mosaic.setAccessibleDescription(reason)
        self._show_notes("")
        self.told.emit()

    def _choose(self, value: object) -> None:
        asks = {FOLDER: self._ask.data_folder, FILE: self._ask.data_file}
        data = asks[value](self) if value in asks else str(value)
        if data:
            self._document.edit(with_data(self._document.project, data), f"use {data_label(data)}")
        self.refresh()

    def _take(self, samples: Samples) -> None:
        if samples.data != self.data:
            return
        self.samples = samples
        self.counts.setText(_counts(samples))
        self.counts.setToolTip(tip_text(_counts_of_classes(samples)))
        self.mosaic.setAccessibleDescription(_SAMPLES_TIP)
        self._show_notes(" ".join(samples.notes))
        self.told.emit()

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "samples" and self.samples is not None:
            self.mosaic.show_maps(shown, self.samples.tiles)

    def _on_problem(self, problem: Problem) -> None:
        if problem.code == ABOUT and self.samples is None:
            self._forget(problem.message)

    def _on_engine(self, state: str) -> None:
        """A new engine process has read nothing, and what the old one was asked for will not come."""
        if state in ("starting", "gone") and self.samples is None:
            self._asked = ""
        elif state == "ready":
            self._look()

    def _show_notes(self, text: str) -> None:
        self.notes.set_line(text)
        self.notes.setVisible(bool(text))

    def _put_in(self, tile: int) -> None:
        """Make a sample the source of all pages."""
        samples = self.samples
        if samples is None or tile >= len(samples.indices):
            return
        source = Sample(data=samples.data, split=samples.split, index=samples.indices[tile])
        project = msgspec.structs.replace(self._document.project, source=source)
        self._document.edit(project, f"open a picture of {data_label(samples.data)}")

    def _point(self, spot: Spot | None) -> None:
        samples = self.samples
        if samples is None:
            return
        if spot is None or spot.tile >= len(samples.labels):
            self.counts.setText(_counts(samples))
        else:
            self.counts.setText(_class_words(samples, samples.labels[spot.tile]))

    def changeEvent(self, event: QEvent) -> None:
        """Have the samples painted for a new theme; palettes change for other reasons too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.samples is not None and tokens().name != self._theme:
            self._theme = tokens().name
            self._link.look_at_data(self.data)


def _counts(samples: Samples) -> str:
    learn, test = sum(samples.train_counts), sum(samples.test_counts)
    classes, size = len(samples.class_names), shape_text(samples.input_shape)
    return f"{grouped(learn)} to learn from, {grouped(test)} to test: {classes} classes, {size}"


def _class_words(samples: Samples, index: int) -> str:
    if index >= min(len(samples.class_names), len(samples.train_counts), len(samples.test_counts)):
        return _counts(samples)
    learn, test = grouped(samples.train_counts[index]), grouped(samples.test_counts[index])
    return f"{samples.class_names[index]}: {learn} to learn from, {test} to test"


def _counts_of_classes(samples: Samples) -> str:
    return "; ".join(_class_words(samples, index) for index in range(min(len(samples.class_names), 40)))
