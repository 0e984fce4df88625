"""One line of text that is cut where there is no room, and never makes a panel wider or higher."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from app.widgets.tips import tip_text
from app.widgets.tokens import tokens


class Line(QLabel):
    """Cut at its end, or in its middle for paths. The whole of it is in the tool tip."""

    def __init__(self, role: str = "second", cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._role, self._cut = role, cut
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_line(self, text: str, role: str | None = None) -> None:
        """Show this, in the colour of a role."""
        self._role = role or self._role
        if text != self.text():
            self.setText(text)
            self.setToolTip(tip_text(text))
            self.setAccessibleName(text)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words that fit."""
        painter = QPainter(self)
        painter.setPen(tokens().colour(self._role))
        text = self.fontMetrics().elidedText(self.text(), self._cut, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
