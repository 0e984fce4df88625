"""A line of text that gives way: shortened where there is no room, whole in its tool tip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.widgets.tips import describe

LEAST_WIDTH = 24


class ElidedLabel(QLabel):
    """Asks for the room its text needs and makes do with less."""

    def __init__(self, name: str, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._name = name
        self._mode = mode
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        describe(self, name)

    def whole(self) -> str:
        """The text, however much of it is seen."""
        return self._whole

    def set_whole(self, text: str, tip: str = "") -> None:
        """Show `text`; `tip` says more."""
        self._whole = text
        describe(self, f"{self._name}: {text}" if text else self._name, tip or text)
        self._elide()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for all of it."""
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 4, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for a first letter."""
        return QSize(min(LEAST_WIDTH, self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        self.setText(elided(self, self._whole, self.width(), self._mode))


def elided(widget: QWidget, text: str, width: int, mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> str:
    """`text` in the widget's font, shortened to `width` pixels. A name keeps its beginning and its suffix."""
    return widget.fontMetrics().elidedText(text, mode, width)
