"""A title that unfolds what is under it: for what few people need at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.widgets.group import FieldRow
from app.widgets.theme import set_role
from app.widgets.tips import describe


class Fold(QWidget):
    """A flat button, and rows below it that are in sight only when it is down."""

    unfolded = Signal(bool)

    def __init__(self, title: str, tip: str) -> None:
        super().__init__()
        self._title = title
        self.button = QPushButton()
        self.button.setCheckable(True)
        self.button.setFlat(True)
        set_role(self.button, "flat")
        describe(self.button, title, tip)
        self.button.toggled.connect(self._turn)
        self._rows = QWidget()
        self.body = QVBoxLayout(self._rows)
        self.body.setContentsMargins(0, 0, 0, 4)
        self.body.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.button)
        column.addWidget(self._rows)
        self._turn(False)

    @property
    def is_open(self) -> bool:
        """Whether the rows are in sight."""
        return self.button.isChecked()

    def set_open(self, on: bool) -> None:
        """Bring the rows into sight, or fold them away."""
        self.button.setChecked(on)

    def add_row(self, label: str, *controls: QWidget, tip: str = "") -> FieldRow:
        """A labelled row of controls, flush right."""
        row = FieldRow(label, *controls, tip=tip)
        self.body.addWidget(row)
        return row

    def add(self, widget: QWidget) -> None:
        """A widget over the whole width."""
        self.body.addWidget(widget)

    def _turn(self, on: bool) -> None:
        self._rows.setVisible(on)
        self.button.setText(f"{self._title} {'▾' if on else '▸'}")
        self.unfolded.emit(on)
