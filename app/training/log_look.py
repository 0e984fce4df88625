"""The tab "Log": what the run was told, newest first, each with a way back; beside it what learns and what does not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.training.line import Line
from app.training.locks import Locks
from app.training.orders import taken_back
from app.training.rows_area import RowsArea
from app.training.run_log import LogLine
from app.training.words import grouped
from app.widgets.menu_entry import unticked
from app.widgets.side import GAP
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.errors import SpecError
from engine.spec.steering import Entry, undone

if TYPE_CHECKING:
    from app.training.page import TrainPage

ABOUT = "steering"
MOST = 200
"""So many of the newest lines are shown; all of them are in the run's folder."""
NOTHING = "Nothing was told yet. Settings with a dot, and the network, can be changed while a run goes on."
_BACK_TIP = "Have the run, and the document, as they were before this; it is an edit like others, with its own undo."
_GO_BACK_TIP = "Take the weights of the last good checkpoint and continue the run from there with half the rate."
LOCKS_WIDTH = 168


class LogLook(QWidget):
    """Made when the tab is first chosen; follows the log from then on."""

    def __init__(self, page: TrainPage) -> None:
        super().__init__()
        self._page = page
        self.rows: list[LogRow] = []
        self.nothing = QLabel(NOTHING)
        self.nothing.setWordWrap(True)
        set_role(self.nothing, "faint")
        self.go_back = QPushButton()
        self.go_back.clicked.connect(unticked(page.run.roll_back))
        self.locks = Locks(page.document)
        self._area = RowsArea()
        self._build()
        page.log.changed.connect(self._write)
        page.run.changed.connect(self._enable)
        self._write()

    def _build(self) -> None:
        left = QFrame()
        set_role(left, "panel")
        body = QVBoxLayout(left)
        body.setContentsMargins(12, 8, 8, 8)
        body.addWidget(self.go_back)
        body.addWidget(self.nothing)
        body.addWidget(self._area, 1)
        self.locks.setFixedWidth(LOCKS_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(left, 1)
        row.addWidget(self.locks)

    def _write(self) -> None:
        """Rows that are the same stay: those who read by keys keep their place."""
        lines = list(reversed(self._page.log.lines))[:MOST]
        kept = {id(row.line.entry) if row.line.entry else row.line: row for row in self.rows}
        made = []
        for place, line in enumerate(lines):
            row = kept.pop(id(line.entry) if line.entry else line, None) or LogRow(line, self)
            self._area.put(place, row)
            made.append(row)
        for row in kept.values():
            self._area.drop(row)
        self.rows = made
        self.nothing.setVisible(not made)
        self._enable()

    def _enable(self) -> None:
        run = self._page.run
        self.go_back.setVisible(run.can_roll_back)
        text = f"Go back to step {grouped(run.now.good_step)} and halve the rate"
        self.go_back.setText(text)
        describe(self.go_back, text, _GO_BACK_TIP)
        for row in self.rows:
            row.back.setEnabled(self._page.steering.is_steered)

    def take_back(self, entry: Entry) -> None:
        """Undo one order: as an edit of the document, which the run follows; a cell is told the run at once."""
        document = self._page.document
        project = document.project
        try:
            found = taken_back(entry, project.train, project.network)
        except SpecError as error:
            self._page.notices.problem(str(error), ABOUT)
            return
        order = undone(entry)
        if found is not None:
            made = msgspec.structs.replace(project, train=found[0], network=found[1])
            document.edit(made, "take an order back")
        elif order is not None:
            self._page.link.train("order", order=order)


class LogRow(QWidget):
    """Words, step and time, and the way back."""

    def __init__(self, line: LogLine, look: LogLook) -> None:
        super().__init__()
        self.line = line
        place = Line("faint")
        place.set_line(f"step {grouped(line.step)} · {line.clock}")
        self.words = Line("text" if line.entry else "result")
        self.words.set_line(line.words)
        self.back = QPushButton("Take back")
        set_role(self.back, "flat")
        describe(self.back, f"Take back: {line.words}", _BACK_TIP)
        self.back.setVisible(line.entry is not None and undone(line.entry) is not None)
        if line.entry is not None:
            self.back.clicked.connect(unticked(partial(look.take_back, line.entry)))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(self.words)
        said.addWidget(place)
        row.addLayout(said, 1)
        row.addWidget(self.back)
