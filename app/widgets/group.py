"""Panels of labelled controls that line up."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.widgets.fonts import title_font
from app.widgets.theme import set_role
from app.widgets.tips import tip_text
from app.widgets.tokens import CONTROL_HEIGHT, GRID


class FieldRow(QWidget):
    """A label on the left and its controls flush right, one control high."""

    def __init__(self, label: str, *controls: QWidget, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel(label)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setToolTip(tip_text(tip))
        self.setMinimumHeight(CONTROL_HEIGHT)
        if controls:
            self.label.setBuddy(controls[0])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.label)
        layout.addStretch(1)
        for control in controls:
            layout.addWidget(control)


class Group(QFrame):
    """A panel with a title in small capitals and rows beneath it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self.title = QLabel(title)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setFont(title_font())
        set_role(self.title, "title")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 10, 12, 12)
        self.body.setSpacing(4)
        self.body.addWidget(self.title)
        self.setAccessibleName(title)

    def set_title(self, title: str) -> None:
        """Another title."""
        self.title.setText(title)
        self.setAccessibleName(title)

    def add_to_title(self, widget: QWidget) -> None:
        """Put something small at the right end of the title's line."""
        row = QHBoxLayout()
        row.setSpacing(4)
        self.body.removeWidget(self.title)
        row.addWidget(self.title, 1)
        row.addWidget(widget)
        self.body.insertLayout(0, row)

    def add(self, widget: QWidget) -> None:
        """A widget over the whole width."""
        self.body.addWidget(widget)

    def add_row(self, label: str, *controls: QWidget, tip: str = "") -> FieldRow:
        """A labelled row of controls, flush right. Returns it, so that it can be hidden or renamed."""
        row = FieldRow(label, *controls, tip=tip)
        self.body.addWidget(row)
        return row
