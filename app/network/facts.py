"""What a layer makes of its input, in figures, and what does not fit or seems not to be meant."""

from __future__ import annotations

from operator import attrgetter

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.network.places import INPUT
from app.network.reading import Reading
from app.network.repairs import RepairButtons
from app.network.stack import Stack
from app.network.words import amount, count_text
from app.state.document import Document
from app.state.follower import Follower
from app.widgets.fonts import NUMBER_FAMILY, text_font
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.spec.layers import shape_text
from engine.spec.summary import Finding, Repair, Row

_TIP = (
    "Shapes are channels × height × width. Parameters are what the layer learns, multiply-adds what it computes for "
    "one picture. It sees so much of the input: the receptive field of one value of its maps."
)
_LARGE = 1_000_000


class Figures(QLabel):
    """A layer's figures in two or three lines."""

    def __init__(self) -> None:
        self._row: Row | None = None
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setFont(text_font(12))
        set_role(self, "second")
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        describe(self, "What the layer makes", _TIP)

    def show_row(self, row: Row) -> None:
        """Tell of this layer."""
        self._row = row
        self.setText(_text(row))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._row is not None:
            self.setText(_text(self._row))


class Facts(QWidget):
    """The figures, then a sentence with buttons for each problem and doubt."""

    def __init__(self, document: Document, stack: Stack, reading: Reading) -> None:
        super().__init__()
        self._stack = stack
        self._reading = reading
        self._told: tuple[Finding, ...] = ()
        self.figures = Figures()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 4)
        self._column.setSpacing(4)
        self._column.addWidget(self.figures)
        self._rows: list[QWidget] = []
        Follower(self, document, attrgetter("network"), self.refresh)
        stack.chosen.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Tell of the chosen layer as it is now."""
        path = self._stack.chosen.path
        row = self._reading.row(path) if path != INPUT else None
        self.setVisible(row is not None)
        if row is None:
            return
        self.figures.show_row(row)
        problems = self._reading.problems(path)
        told = (*problems, *self._reading.warnings(path))
        if told != self._told:
            self._told = told
            self._tell(told, len(problems))

    def _tell(self, findings: tuple[Finding, ...], problems: int) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for place, finding in enumerate(findings):
            self._add(finding, place < problems)

    def _add(self, finding: Finding, is_problem: bool) -> None:
        text = QLabel(finding.message)
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        set_role(text, "problem" if is_problem else "result")
        self._rows.append(text)
        if finding.repairs:
            buttons = RepairButtons(finding.repairs, finding.id)
            buttons.wanted.connect(self._repair)
            self._rows.append(buttons)
        for row in self._rows:
            self._column.addWidget(row)

    def _repair(self, repair: Repair) -> None:
        self._stack.repair(self._stack.chosen.path, repair)


def _count(count: int) -> str:
    return count_text(count) if count < _LARGE else amount(count)


def _text(row: Row) -> str:
    def number(text: str, role: str = "text") -> str:
        colour = getattr(tokens(), role)
        return f"<span style=\"font-family:'{NUMBER_FAMILY}'; color:{colour}\">{text}</span>"

    entering = "–" if row.input_shape is None else shape_text(row.input_shape)
    leaving = "–" if row.output_shape is None else shape_text(row.output_shape)
    lines = [f"{number(entering)} → {number(leaving, 'result')}"]
    if row.receptive_field is not None:
        lines[0] += f" · sees {number(shape_text(row.receptive_field))}"
    held = ", frozen" if row.frozen else ""
    counts = [f"{number(_count(row.parameters))} parameters{held}"] if row.parameters else []
    counts += [f"{number(_count(row.macs))} multiply\N{NON-BREAKING HYPHEN}adds"] if row.macs else []
    return "<br>".join([*lines, " · ".join(counts)] if counts else lines)
