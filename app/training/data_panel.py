"""What the network learns from: which data set, how many pictures of which classes, and a look at some."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton

from app.featuremaps.mosaic_view import MosaicView
from app.featuremaps.tiles import Spot
from app.state.document import Document
from app.state.engine_link import EngineLink, Shown
from app.state.notices import Notices
from app.training.ask import Ask
from app.training.data_kind import seems_data
from app.training.data_progress import ProgressRow
from app.training.data_words import class_words, counts_of_classes, counts_words, size_words
from app.training.line import Line
from app.training.words import grouped
from app.widgets.fields import Choice
from app.widgets.group import Group
from app.widgets.theme import set_role
from app.widgets.tips import describe, tip_text
from app.widgets.tokens import tokens
from engine.data.shipped import SHIPPED, data_label, shipped
from engine.protocol import DataProgress, Download, Downloading, Problem, Samples, StopReading
from engine.spec.project import Project
from engine.spec.source import Sample

ABOUT = "data"
FOLDER, FILE, DOWNLOAD = object(), object(), object()
"""The choices that ask for a folder, a file, or a set to be fetched."""
SAMPLES_HEIGHT = 168
LEAST_SAMPLES_HEIGHT = 96
_TIP = (
    "What the network learns from: a data set that comes with the program; a folder with a folder of pictures for each "
    "class, of IDX files, or of CIFAR batches; an .npz file; a table of picture files and classes, or of series. It "
    "can be dropped on this page, too."
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
        self._trying = ""
        self._fetching = False
        self._theme = tokens().name
        self.choice = Choice([], "Data set", _TIP)
        self.choice.value_changed.connect(self._choose)
        self.add_row("Data set", self.choice, tip=_TIP)
        self.counts = QLabel()
        self.counts.setTextFormat(Qt.TextFormat.PlainText)
        self.counts.setWordWrap(True)
        set_role(self.counts, "second")
        self.add(self.counts)
        self.progress = ProgressRow("Gives it up; the data set before stays.")
        self.progress.stopped.connect(self._stop)
        self.add(self.progress)
        self.again = QPushButton("Read again")
        describe(self.again, "Read again", "Reads the data set once more, after it was stopped or could not be read.")
        self.again.clicked.connect(self._read_again)
        self.again.hide()
        self.add(self.again)
        self.mosaic = MosaicView("Samples", _SAMPLES_TIP, opens=False)
        self.mosaic.setMinimumHeight(LEAST_SAMPLES_HEIGHT)
        self.mosaic.setMaximumHeight(SAMPLES_HEIGHT)
        self.mosaic.pointed.connect(self._point)
        self.mosaic.activated.connect(self._put_in)
        self.add(self.mosaic)
        self.notes = Line()
        self.add(self.notes)
        self._listen()
        self.refresh()

    def _listen(self) -> None:
        self._link.samples.connect(self._take)
        self._link.data.connect(self._on_data)
        self._link.picture.connect(self._on_picture)
        self._link.problem.connect(self._on_problem)
        self._link.engine_state.connect(self._on_engine)
        self._document.changed.connect(self.refresh)

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
        self.choice.set_options([*options, (FOLDER, "Folder…"), (FILE, "File…"), (DOWNLOAD, "Download…")])
        self.choice.set_value(self.data)
        self.choice.setToolTip(tip_text(f"{_TIP} Now: {self.data}"))
        self._look()

    def _look(self) -> None:
        if self._active and self.data != self._asked:
            self._forget(f"Reading {data_label(self.data)}…")
            self._asked = self.data
            # The window says there what cannot be read.
            self._notices.clear(ABOUT)
            self._trying = ""
            self._link.look_at_data(self.data)

    def use(self, data: str) -> None:
        """Make a data set the document's: one that must be read first once it is read, or else the one before stays."""
        if shipped(data) is not None:
            self._document.edit(with_data(self._document.project, data), f"use {data_label(data)}")
            return
        self._notices.clear(ABOUT)
        self._trying = data
        self.progress.tell(f"Reading {data_label(data)}…")
        self._link.look_at_data(data)

    def take(self, mime: QMimeData) -> bool:
        """Use what was dropped or pasted, if it is a data set. Returns whether it was."""
        url = next(iter(mime.urls()), None)
        if not self._active or url is None or not url.isLocalFile() or not seems_data(url.toLocalFile()):
            return False
        self.use(url.toLocalFile())
        return True

    def _read_again(self) -> None:
        self._asked = ""
        self._look()

    def _forget(self, reason: str) -> None:
        self.samples = None
        self.again.hide()
        self.mosaic.set_placeholder(reason)
        self.mosaic.clear()
        self.counts.setText(next((f"{each.summary}." for each in SHIPPED if each.name == self.data), self.data))
        self.mosaic.setAccessibleDescription(reason)
        self._show_notes("")
        self.told.emit()

    def _choose(self, value: object) -> None:
        asks = {FOLDER: self._ask.data_folder, FILE: self._ask.data_file}
        if value is DOWNLOAD:
            self._fetch(self._ask.known_set(self))
        else:
            data = asks[value](self) if value in asks else str(value)
            if data and data != self.data:
                self.use(data)
        self.refresh()

    def _fetch(self, name: str) -> None:
        if name:
            self._fetching = True
            self._notices.clear(ABOUT)
            self.progress.tell(f"Fetching {name}…")
            self._link.about_data(Download, name=name)

    def _stop(self) -> None:
        if self._fetching:
            self._link.about_data(Download, action="stop")
        else:
            self._link.about_data(StopReading)

    def _on_data(self, event: object) -> None:
        if isinstance(event, DataProgress) and event.data in (self._trying, self._asked) and self._is_reading:
            words = f"Reading {data_label(event.data)}: {grouped(event.done)} of {grouped(event.total)}"
            self.progress.tell(words, event.done, event.total)
        elif isinstance(event, Downloading) and self._fetching:
            self._follow(event)

    @property
    def _is_reading(self) -> bool:
        return bool(self._trying) or self.samples is None

    def _follow(self, event: Downloading) -> None:
        if event.state == "running":
            words = f"Fetching {event.name}: {size_words(event.done)} of {size_words(event.total)}"
            self.progress.tell(words, event.done, event.total)
            return
        self._fetching = False
        self.progress.hide()
        if event.state == "done":
            self.use(event.folder)
        else:
            self._notices.problem(event.message, ABOUT)

    def _take(self, samples: Samples) -> None:
        if samples.data == self._trying:
            self._trying, self._asked = "", samples.data
            self._document.edit(with_data(self._document.project, samples.data), f"use {data_label(samples.data)}")
        if samples.data != self.data:
            return
        self.samples = samples
        self.again.hide()
        self.progress.setVisible(self._fetching)
        self.counts.setText(counts_words(samples, samples.numbers))
        self.counts.setToolTip(tip_text("" if samples.numbers else counts_of_classes(samples)))
        self.mosaic.setAccessibleDescription(_SAMPLES_TIP)
        self._show_notes(" ".join(samples.notes))
        self.told.emit()

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "samples" and self.samples is not None:
            self.mosaic.show_maps(shown, self.samples.tiles)

    def _on_problem(self, problem: Problem) -> None:
        if problem.code != ABOUT:
            return
        if not self._fetching:
            self.progress.hide()
        if not self._trying and self.samples is None:
            self._forget(problem.message)
            self.again.show()
        self._trying = ""

    def _on_engine(self, state: str) -> None:
        """A new engine process has read nothing, and what the old one was asked for will not come."""
        if state in ("starting", "gone"):
            self._trying, self._fetching = "", False
            self.progress.hide()
            self._asked = "" if self.samples is None else self._asked
        elif state == "ready":
            self._look()

    def _show_notes(self, text: str) -> None:
        self.notes.set_line(text)
        self.notes.setVisible(bool(text))

    def _put_in(self, tile: int) -> None:
        """Make a sample the source of all pages."""
        samples = self.samples
        if samples is None or tile >= len(samples.indices) or len(samples.input_shape) != 3 or samples.numbers:
            return
        source = Sample(data=samples.data, split=samples.split, index=samples.indices[tile])
        project = msgspec.structs.replace(self._document.project, source=source)
        self._document.edit(project, f"open a picture of {data_label(samples.data)}")

    def _point(self, spot: Spot | None) -> None:
        samples = self.samples
        if samples is None:
            return
        if spot is None or spot.tile >= len(samples.labels):
            self.counts.setText(counts_words(samples, samples.numbers))
        elif not samples.numbers:
            self.counts.setText(class_words(samples, samples.labels[spot.tile]))

    def changeEvent(self, event: QEvent) -> None:
        """Have the samples painted for a new theme; palettes change for other reasons too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.samples is not None and tokens().name != self._theme:
            self._theme = tokens().name
            self._link.look_at_data(self.data)
