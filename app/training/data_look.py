"""A close look at the data set: class by class, what was left out, what is there twice, where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from app.state.engine_link import Shown
from app.training.class_table import ClassTable
from app.training.data_progress import ProgressRow
from app.training.data_words import counts_words, size_words
from app.training.line import Line
from app.training.words import grouped
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.data.shipped import data_label, shipped
from engine.protocol import DataProgress, DataSeen, Problem, Samples, StopReading, StudyData
from engine.spec.source import Sample

if TYPE_CHECKING:
    from app.training.page import TrainPage

FINDINGS, LINES = 34, 6
"""Height of the findings with one line in them, and how many are in sight at most."""
_TIP = "What was done to the inputs, which files were left out and why, what is there twice, and where the set lies."
_STOPPED = "The look was stopped; choose this tab again to begin anew."


class DataLook(QWidget):
    """Asks for all that can be seen of the data set, once its samples are there and while the tab is in sight."""

    def __init__(self, page: TrainPage) -> None:
        super().__init__()
        self._page = page
        self._link = page.link
        self._in_sight = False
        self._asked: tuple[Samples, str] | None = None
        self._request = 0
        self.seen: DataSeen | None = None
        self.words = Line("text")
        self.progress = ProgressRow("Ends this look; the data set stays in use.")
        self.table = ClassTable()
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        set_role(self.problem, "second")
        self.findings = QPlainTextEdit()
        self.findings.setReadOnly(True)
        self.findings.setTabChangesFocus(True)
        describe(self.findings, "Findings", _TIP)
        self._build()
        self._show_findings([])
        self.progress.stopped.connect(self._stop)
        self.table.activated.connect(self._put_in)
        page.data.told.connect(self._follow)
        self._link.data.connect(self._take)
        self._link.picture.connect(self._on_picture)
        self._link.problem.connect(self._on_problem)

    def _build(self) -> None:
        panel = QFrame()
        set_role(panel, "panel")
        column = QVBoxLayout(panel)
        column.setContentsMargins(1, 10, 1, 1)
        column.setSpacing(6)
        inner = QVBoxLayout()
        inner.setContentsMargins(12, 0, 12, 0)
        for widget in (self.words, self.problem, self.progress):
            inner.addWidget(widget)
        column.addLayout(inner)
        column.addWidget(self.table, 1)
        column.addWidget(self.findings)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(panel)
        self.problem.hide()

    def shown(self) -> None:
        """The tab is in sight."""
        self._in_sight = True
        self._follow()

    def hidden(self) -> None:
        """It is not; what is being found out is of use when it comes back."""
        self._in_sight = False

    @property
    def is_answered(self) -> bool:
        """Whether what is shown is the data set at hand."""
        return self.seen is not None and self.seen.id == self._request

    def _follow(self) -> None:
        samples = self._page.data.samples
        if samples is None:
            self._forget()
        elif self._in_sight and self._asked != (samples, tokens().name):
            if self.seen is not None and self.seen.data != samples.data:
                self._forget()
            self._asked = samples, tokens().name
            self._say("")
            self.words.set_line(f"Looking at {data_label(samples.data)}…", "second")
            dark = tokens().name == "dark"
            self._request = self._link.about_data(StudyData, data=samples.data, dark=dark)

    def _forget(self) -> None:
        self.seen = self._asked = None
        self.table.clear()
        self._show_findings([])
        self.progress.hide()
        self.words.set_line(f"{data_label(self._page.data.data)} is not read yet.", "second")

    def _take(self, event: object) -> None:
        if isinstance(event, DataProgress) and event.id == self._request and self._asked is not None:
            words = f"Looking: {grouped(event.done)} of {grouped(event.total)}"
            self.progress.tell(words, event.done, event.total)
        elif isinstance(event, DataSeen) and event.id == self._request:
            self.seen = event
            self.progress.hide()
            self.words.set_line(f"{data_label(event.data)}: {counts_words(event, bool(event.ranges))}", "text")
            self._show_findings(findings(event))

    def _show_findings(self, lines: list[str]) -> None:
        self.findings.setPlainText("\n".join(lines))
        more = min(max(len(lines) - 1, 0), LINES - 1)
        self.findings.setFixedHeight(FINDINGS + more * self.findings.fontMetrics().lineSpacing())

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "data" and self.seen is not None:
            self.table.show_seen(self.seen, shown.image)

    def _on_problem(self, problem: Problem) -> None:
        if problem.code == "data look" and problem.id == self._request:
            self.progress.hide()
            self._say(problem.message)

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _stop(self) -> None:
        self._link.about_data(StopReading)
        self._forget()
        self._say(_STOPPED)

    def _put_in(self, number: int) -> None:
        """Make a sample the source of all pages."""
        seen = self.seen
        if seen is None or len(seen.input_shape) != 3 or seen.ranges:
            return
        source = Sample(data=seen.data, split=seen.split, index=seen.indices[number])
        document = self._page.document
        document.edit(
            msgspec.structs.replace(document.project, source=source), f"open a picture of {data_label(seen.data)}"
        )

    def changeEvent(self, event: QEvent) -> None:
        """Series are drawn on the theme's ground."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow()


def findings(seen: DataSeen) -> list[str]:
    """What there is to say of a data set, a line each; files that were left out come last."""
    held = "read from the disk batch by batch" if seen.streamed else "in memory while it is used"
    place = f"in {seen.place}" if seen.place else "with the program"
    ours = shipped(seen.data)
    lines = [f"It comes {place}: {size_words(seen.bytes)} of inputs, {held}."]
    if not ours:
        lines[0] = f"It lies {place}: {size_words(seen.bytes)} of inputs, {held}."
    lines += seen.notes
    if seen.in_both:
        lines.append(
            f"{grouped(seen.in_both)} inputs for testing are among those to learn from: tests flatter by that."
        )
    if seen.repeated:
        lines.append(f"{grouped(seen.repeated)} inputs to learn from equal an earlier one.")
    if seen.contradicting:
        lines.append(f"{grouped(seen.contradicting)} equal inputs are said to be different things.")
    if not (seen.in_both or seen.repeated or seen.contradicting):
        lines.append("No input is there twice.")
    if not seen.left_out:
        return [*lines, "Nothing was left out."]
    lines.append(f"Left out: {grouped(seen.left_out)}.")
    lines += [f"    {path}: {reason}" for path, reason in seen.skipped]
    more = seen.left_out - len(seen.skipped)
    return [*lines, f"    and {grouped(more)} more"] if more else lines
