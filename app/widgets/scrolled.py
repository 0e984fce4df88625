"""Panels above each other that scroll where there is not enough room for their height."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.widgets.side import GAP


def scrolled(width: int, *panels: QWidget) -> QScrollArea:
    """A column of panels, `width` pixels wide; the keys go to what is in them."""
    holder, area = QWidget(), QScrollArea()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GAP)
    for panel in panels:
        column.addWidget(panel)
    column.addStretch(1)
    area.setWidget(holder)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFixedWidth(width)
    return area
