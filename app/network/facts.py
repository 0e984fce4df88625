"""What a layer makes of its input, in figures, and what seems not to be meant."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.network.places import INPUT
from app.network.reading import Reading
from app.network.repairs import RepairButtons
from app.network.stack import Stack
from app.network.words import count_text
from app.state.document import Document
from app.widgets.fonts import NUMBER_FAMILY, text_font
from app.widgets.group import Group
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.spec.layers import shape_text
from engine.spec.summary import Finding, Repair, Row

_TIP = (
    "Shapes are channels × height × width. Parameters are what the layer learns, multiply-adds what it computes for "
    "one picture. The receptive field is how much of the input one value of its maps depends on."
)


class FactsTable(QLabel):
    """A layer's figures, line by line."""

    def __init__(self) -> None:
        self._row: Row | None = None
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setFont(text_font(12))
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        describe(self, "What the layer makes", _TIP)

    def show_row(self, row: Row) -> None:
        """Tell of this layer."""
        self._row = row
        self.setText(_table(row))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._row is not None:
            self.setText(_table(self._row))


class FactsPanel(Group):
    """One table, and a sentence with buttons for each problem and doubt."""

    def __init__(self, document: Document, stack: Stack, reading: Reading) -> None:
        super().__init__("What it makes")
        self._stack = stack
        self._reading = reading
        self._told: tuple[Finding, ...] = ()
        self.table = FactsTable()
        self.add(self.table)
        self._findings = QVBoxLayout()
        self._findings.setSpacing(4)
        self.body.addLayout(self._findings)
        document.changed.connect(self.refresh)
        stack.chosen.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Tell of the chosen layer as it is now."""
        path = self._stack.chosen.path
        row = self._reading.row(path) if path != INPUT else None
        self.setVisible(row is not None)
        if row is None:
            return
        self.table.show_row(row)
        told = (*self._reading.problems(path), *self._reading.warnings(path))
        if told != self._told:
            self._told = told
            self._tell(told)

    def _tell(self, findings: tuple[Finding, ...]) -> None:
        while self._findings.count():
            item = self._findings.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        problems = len(self._reading.problems(self._stack.chosen.path))
        for place, finding in enumerate(findings):
            self._findings.addWidget(self._finding(finding, place < problems))

    def _finding(self, finding: Finding, is_problem: bool) -> QWidget:
        holder, text = QWidget(), QLabel(finding.message)
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        set_role(text, "problem" if is_problem else "result")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(text)
        if finding.repairs:
            buttons = RepairButtons(finding.repairs, finding.id)
            buttons.setFixedHeight(buttons.heightForWidth(self.width() - 24))
            buttons.wanted.connect(self._repair)
            column.addWidget(buttons)
        return holder

    def _repair(self, repair: Repair) -> None:
        self._stack.repair(self._stack.chosen.path, repair)


def _table(row: Row) -> str:
    entering = "–" if row.input_shape is None else shape_text(row.input_shape)
    leaving = "–" if row.output_shape is None else shape_text(row.output_shape)
    lines = [("Shape", f"{entering} → <b style='color:{tokens().result}'>{leaving}</b>")]
    if row.parameters:
        lines.append(("Parameters", count_text(row.parameters)))
    if row.macs:
        lines.append(("Multiply-adds", count_text(row.macs)))
    if row.receptive_field is not None:
        lines.append(("Receptive field", escape(shape_text(row.receptive_field))))
    cells = "".join(
        f"<tr><td style='color:{tokens().second}; padding-right:12px'>{name}</td>"
        f"<td style=\"font-family:'{NUMBER_FAMILY}'\">{value}</td></tr>"
        for name, value in lines
    )
    return f'<table cellspacing="0" cellpadding="1">{cells}</table>'
