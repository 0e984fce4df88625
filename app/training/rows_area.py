"""Rows above each other that scroll where there are many."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget


class RowsArea(QScrollArea):
    """As wide as it is given; the keys go to what is in the rows."""

    def __init__(self) -> None:
        super().__init__()
        holder = QWidget()
        self.rows = QVBoxLayout(holder)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(2)
        self.rows.addStretch(1)
        self.setWidget(holder)
        self.setWidgetResizable(True)
        for part in (holder, self.viewport()):
            part.setAutoFillBackground(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def put(self, place: int, row: QWidget) -> None:
        """Have a row at a place, be it new or from another place."""
        if self.rows.indexOf(row) != place:
            self.rows.removeWidget(row)
            self.rows.insertWidget(place, row)

    def drop(self, row: QWidget) -> None:
        """A row is no longer wanted."""
        self.rows.removeWidget(row)
        row.hide()
        row.deleteLater()
