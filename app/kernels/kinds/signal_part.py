"""Which signal goes into a layer over one axis: a test signal, numbers that are typed, or a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.kernels.kinds.ask import Ask, Dialogs
from app.kernels.kinds.lenses import MADE, put_kind, put_signal
from app.kernels.kinds.reading import Found, Reading
from app.state.document import Document
from app.state.form import SpecForm, choice, number
from app.state.notices import Notices
from app.widgets.fields import Choice
from app.widgets.fonts import number_font
from app.widgets.group import FieldRow
from app.widgets.tips import describe
from engine.errors import SpecError
from engine.kinds.signals import parse_signal
from engine.kinds.spec import with_size
from engine.spec.trial import FileSignal, MadeSignal, SignalSpec, TypedSignal

ABOUT = "signal"
FIRST = "0 0 0 1 2 3 2 1 0 0 0 2 2 2 0 0 0 -1 0 0"
MOST_SHOWN = 4096
"""Samples that a file's signal is cut to at first: more would be a comb of lines."""
TYPED_TIP = "Numbers with spaces, commas or lines between them, such as 0 0 1 2 1 0; 1/3 is one too. Enter takes them."


class TypedField(QLineEdit):
    """Up and down, which mean nothing in a line, stay here: around it they move the window of the layer."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A line's keys."""
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.accept()


class SignalPart(QWidget):
    """What cannot be read is answered with a sentence, and the old signal stays."""

    def __init__(self, document: Document, notices: Notices, ask: Ask | None = None) -> None:
        super().__init__()
        self._document, self._notices = document, notices
        self.ask: Ask = ask or Dialogs()
        self._reading = Reading(self)
        self._reading.done.connect(self._take)
        self._columns: dict[str, tuple[str, ...]] = {}
        self._typed = ""
        tip = "A test signal with known values, numbers of your own, or a column of a text file or a sound."
        self.kind = Choice([("test", "test"), ("typed", "typed"), ("file", "file")], "Signal", tip)
        self.text, self.open = TypedField(), QPushButton("Open…")
        self.column = Choice([], "Column", "Which column of the file.")
        self._form = SpecForm(self, document, notices, MADE, ABOUT)
        self._build(tip)
        self.kind.value_changed.connect(self._choose_kind)
        self.text.returnPressed.connect(self._type)
        self.open.clicked.connect(self._open)
        self.column.value_changed.connect(self._choose_column)
        document.changed.connect(self._refresh)
        self._refresh()

    def _build(self, tip: str) -> None:
        name, period, seed = choice(MadeSignal, "name"), number(MadeSignal, "period"), number(MadeSignal, "seed")
        for control, setting in ((name, "name"), (period, "period"), (seed, "seed")):
            self._form.bind(setting, control)
        self.text.setFont(number_font(12))
        describe(self.text, "Typed signal", TYPED_TIP)
        describe(self.open, "Open a signal", "A text file with a column of numbers (CSV), or a sound (WAV).")
        self._rows = {
            "kind": FieldRow("Signal", self.kind, tip=tip),
            "name": FieldRow("Shape, period", name, period, tip=period.toolTip()),
            "seed": FieldRow("Seed", seed, tip="The same seed gives the same noise."),
            "file": FieldRow("", self.column, self.open),
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for row in self._rows.values():
            column.addWidget(row)
        column.insertWidget(3, self.text)

    @property
    def signal(self) -> SignalSpec:
        """What the project says."""
        return self._document.project.trial.signal

    def _refresh(self) -> None:
        signal = self.signal
        made, typed = isinstance(signal, MadeSignal), isinstance(signal, TypedSignal)
        self.kind.set_value("test" if made else "typed" if typed else "file")
        self._rows["name"].setVisible(made)
        self._rows["seed"].setVisible(isinstance(signal, MadeSignal) and signal.name == "noise")
        self.text.setVisible(typed)
        self._rows["file"].setVisible(isinstance(signal, FileSignal))
        if isinstance(signal, TypedSignal) and signal.text != self._typed:
            self._typed = signal.text
            self.text.setText(signal.text)
            self.text.setCursorPosition(0)
        if isinstance(signal, FileSignal):
            self._show_file(signal)

    def _show_file(self, signal: FileSignal) -> None:
        name, titles = Path(signal.path).name, self._columns.get(signal.path, ())
        self._rows["file"].label.setText(name if len(name) <= 24 else f"{name[:21]}…")
        self.column.setVisible(len(titles) > 1)
        if titles:
            self.column.set_options([(title, title) for title in titles])
            self.column.set_value(signal.column or titles[0])

    def _choose_kind(self, kind: object) -> None:
        if kind == "test":
            self._put(MadeSignal(), "choose a test signal")
        elif kind == "typed":
            self.put_text(FIRST)
        else:
            self._open()
        self._refresh()

    def _type(self) -> None:
        self.put_text(self.text.text())

    def put_text(self, text: str) -> None:
        """Use the numbers that a text spells; the input becomes as long as they are many."""
        try:
            length = len(parse_signal(text).values)
        except SpecError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._put(TypedSignal(text=text), "type a signal", length)

    def _open(self) -> None:
        path = self.ask.open(self)
        if path:
            self._reading.begin(path)

    def _choose_column(self, title: object) -> None:
        signal = self.signal
        if isinstance(signal, FileSignal):
            self._reading.begin(signal.path, str(title))

    def _take(self, found: Found) -> None:
        if found.problem:
            self._notices.problem(found.problem, ABOUT)
            self._refresh()
            return
        self._columns[found.path] = found.columns
        self._put(FileSignal(path=found.path, column=found.column), "open a signal", min(found.length, MOST_SHOWN))

    def _put(self, signal: SignalSpec, text: str, length: int = 0) -> None:
        """Another signal, and an input of its length."""
        project = put_signal(self._document.project, signal)
        if length and project.kind.dimensions == 1:
            project = put_kind(project, with_size(project.kind, (length,)))
        self._notices.clear(ABOUT)
        self._document.edit(project, text)
