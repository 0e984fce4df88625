"""A widget under a line that says what it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.widgets.fonts import text_font
from app.widgets.theme import set_role


class Titled(QWidget):
    """A widget under its title, with a few words at the right of that."""

    def __init__(self, title: str, inside: QWidget, font: QFont, gap: int) -> None:
        super().__init__()
        self.title, self.detail = QLabel(title), QLabel()
        self.title.setFont(font)
        self.detail.setFont(text_font(11))
        set_role(self.title, "title")
        set_role(self.detail, "faint")
        for label in (self.title, self.detail):
            label.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout()
        row.setSpacing(gap)
        row.addWidget(self.title)
        row.addWidget(self.detail, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(inside, 1)
