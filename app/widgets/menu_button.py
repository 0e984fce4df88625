"""A button with an arrow that says that a menu opens; the menu is filled anew each time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QStyle, QStyleOptionToolButton, QStylePainter, QToolButton

from app.widgets.fonts import text_font
from app.widgets.number_field import draw_chevron
from app.widgets.tokens import tokens

LEFT, RIGHT, LEAST = 10, 26, 90
"""Pixels before the text, and behind it for the arrow; and the least of all."""


class MenuButton(QToolButton):
    """Shows what is chosen; `fill` is given the empty menu."""

    def __init__(self, fill: Callable[[QMenu], None]) -> None:
        super().__init__()
        self._fill = fill
        self.clicked.connect(self._open)

    def filled_menu(self) -> QMenu:
        """The menu as it is now; whoever asks lets go of it."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._fill(menu)
        return menu

    def _open(self, _checked: bool = False) -> None:
        menu = self.filled_menu()
        menu.exec(self.mapToGlobal(self.rect().bottomLeft()))
        menu.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The down arrow opens, as on any button with a menu."""
        if event.key() == Qt.Key.Key_Down:
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Room for the text and the arrow."""
        words = QFontMetrics(text_font()).horizontalAdvance(self.text())
        return QSize(words + 2 + LEFT + RIGHT, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """A part of the text is enough."""
        return QSize(min(self.sizeHint().width(), LEAST), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button, as much of the text as there is room for, and the arrow."""
        painter, option = QStylePainter(self), QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        inner = self.rect().adjusted(LEFT, 0, -RIGHT, 0)
        painter.setPen(tokens().colour("text"))
        painter.setFont(text_font())
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens().colour("second"), 1.3))
        draw_chevron(painter, QPoint(self.width() - 13, self.height() // 2), 1)
