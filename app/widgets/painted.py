"""Widgets that paint themselves from the tokens, and so are painted anew with the theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget


class PaintedWidget(QWidget):
    """Paints itself."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.follow_theme()

    def follow_theme(self) -> None:
        """Take the colours of a new theme; one that keeps pictures of its own draws them anew here."""
        self.update()


class PaintedArea(QAbstractScrollArea):
    """Paints what of it is in sight."""

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Something else is in sight."""
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys go."""
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keys go elsewhere."""
        self.viewport().update()
