"""A column of settings beside pictures: it scrolls where it must, its result stays in sight."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

WIDTH = 328
GAP = 8


class SideColumn(QWidget):
    """Panels above each other; the last one is outside of what scrolls, since it follows from the others.

    The column is `GAP` wider than its panels: the scroll bar comes and goes there, and nothing moves.
    """

    def __init__(self, *panels: QWidget, result: QWidget, width: int = WIDTH) -> None:
        super().__init__()
        self.setFixedWidth(width + GAP)
        self._panels = _column()
        for panel in panels:
            self._panels.addWidget(panel)
        self._panels.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(_holding(self._panels))
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        # Its controls take the focus, and bring themselves into sight.
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.verticalScrollBar().rangeChanged.connect(self._make_room)
        below = _column()
        below.setContentsMargins(0, 0, GAP, 0)
        below.addWidget(result)
        whole = _column()
        whole.addWidget(self.area, 1)
        whole.addLayout(below)
        self.setLayout(whole)
        self._make_room(0, 0)

    def _make_room(self, _least: int, most: int) -> None:
        bar = self.area.verticalScrollBar().sizeHint().width()
        self._panels.setContentsMargins(0, 0, max(GAP - bar, 0) if most else GAP, 0)


def _column() -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GAP)
    return column


def _holding(layout: QVBoxLayout) -> QWidget:
    holder = QWidget()
    holder.setLayout(layout)
    return holder
