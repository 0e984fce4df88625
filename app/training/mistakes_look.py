"""The test pictures behind the confusion matrix: a cell's, or the mistakes that the network is surest of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from app.state.shown import Shown
from app.training.confusion import ConfusionView
from app.training.line import Line
from app.training.mistakes_view import MistakesView
from app.widgets.menu_entry import unticked
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.data.shipped import data_label
from engine.protocol import AskMistakes, EpochDone, Mistakes, Points, Training, Trying
from engine.spec.source import Sample

if TYPE_CHECKING:
    from app.training.page import TrainPage

Cell = tuple[int, int]
_ENDED = ("finished", "stopped")
_WORST_TIP = "The mistakes of which the network is surest, of all classes."
_NOTHING = "Test pictures are shown once the network has learned something."


class MistakesLook(QFrame):
    """Asks when it comes into sight, after each epoch, at the end of a run, and for each cell that is chosen."""

    def __init__(self, page: TrainPage) -> None:
        super().__init__()
        set_role(self, "panel")
        self._page, self._link = page, page.link
        self._in_sight = self._stale = False
        self._request = 0
        self._cell: Cell | None = None
        self._state = ""
        self.told: Mistakes | None = None
        self.matrix = ConfusionView()
        self.matrix.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.view = MistakesView()
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.words = Line("text")
        self.said = Line("result")
        self.worst = QPushButton("Worst mistakes")
        describe(self.worst, "Worst mistakes", _WORST_TIP)
        self._build()
        self._connect()
        self.view.show_pictures(None, None, _NOTHING)

    def _build(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(12, 6, 8, 2)
        header.setSpacing(8)
        header.addWidget(self.words, 1)
        header.addWidget(self.worst)
        line = QHBoxLayout()
        line.setContentsMargins(12, 0, 12, 0)
        line.addWidget(self.said)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 4)
        column.setSpacing(2)
        column.addLayout(header)
        column.addLayout(line)
        column.addWidget(self.view, 5)
        column.addWidget(self.matrix, 4)

    def _connect(self) -> None:
        self.worst.clicked.connect(unticked(self.show_worst))
        self.matrix.opened.connect(self.open_cell)
        self.matrix.pointed.connect(self.said.set_line)
        self.view.pointed.connect(self.said.set_line)
        self.view.activated.connect(self._put_in)
        self._link.care.connect(self._hear)
        self._link.picture.connect(self._on_picture)
        self._link.training.connect(self._follow)

    @property
    def is_answered(self) -> bool:
        """Whether what is shown is what was asked for last."""
        return self.told is not None and self.told.id == self._request

    def shown(self) -> None:
        """The tab is in sight."""
        self._in_sight = True
        self._ask(again=True)

    def hidden(self) -> None:
        """Nobody looks."""
        self._in_sight = False

    def show_worst(self) -> None:
        """The surest mistakes."""
        self.open_cell(None)

    def open_cell(self, cell: Cell | None) -> None:
        """The pictures of a cell, (true class, guessed class)."""
        self._cell = cell
        self._ask(again=False)

    def _ask(self, again: bool) -> None:
        if not self._in_sight:
            return
        project, dark = self._page.document.project, tokens().name == "dark"
        self._request = self._link.about_data(AskMistakes, project=project, cell=self._cell, again=again, dark=dark)

    def _follow(self, event: object) -> None:
        """Other weights make other mistakes."""
        if isinstance(event, Points) and event.again:
            self._cell = None
            self._forget(_NOTHING)
        elif isinstance(event, EpochDone) and event.confusion:
            self._ask(again=True)
        elif isinstance(event, Training):
            ended = event.state in _ENDED and self._state not in ("", *_ENDED)
            self._state = event.state
            if ended:
                self._ask(again=True)

    def _forget(self, reason: str) -> None:
        self.told = None
        self.matrix.set_counts(())
        self.view.show_pictures(None, None, reason)
        self.words.set_line("")

    def _hear(self, event: object) -> None:
        if isinstance(event, Trying) and event.id == self._request:
            self.words.set_line(f"Trying test pictures: {event.done:,} of {event.total:,}", "second")
        elif isinstance(event, Mistakes) and event.id == self._request:
            self._take(event)

    def _take(self, told: Mistakes) -> None:
        if told.message:
            self._forget(told.message)
            self.told = told
            return
        self.told = told
        self.matrix.set_names(told.class_names)
        self.matrix.set_counts(told.confusion)
        self.matrix.set_open(told.cell)
        self.words.set_line(_words(told), "text")
        if told.plane is None:
            none = "No mistakes." if told.cell is None else "There is no such test picture."
            self.view.show_pictures(None, None, none)

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "mistakes" and self.told is not None:
            self.view.show_pictures(shown.image, self.told)

    def _put_in(self, place: int) -> None:
        """Make a picture the source of all pages: the network's maps explain it."""
        told = self.told
        if told is None or place >= len(told.indices):
            return
        source = Sample(data=told.data, split="test", index=told.indices[place])
        project = msgspec.structs.replace(self._page.document.project, source=source)
        self._page.document.edit(project, f"open a picture of {data_label(told.data)}")


def _words(told: Mistakes) -> str:
    names = told.class_names
    if told.cell is None:
        what = f"Surest of {told.count:,} mistakes"
    else:
        true, guess = (names[index] if index < len(names) else str(index) for index in told.cell)
        what = f"{told.count:,} of true {true} taken for {guess}"
    part = "" if told.tried == told.total else f", of the first {told.tried:,} of {told.total:,} test pictures"
    return f"{what}, step {told.step:,}{part}"
