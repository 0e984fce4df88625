"""The row of tools under a kernel's grid."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from app.widgets.icons import icon
from app.widgets.number_field import draw_chevron
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.spec.edit import mirror, rotate, unit_sum, zero_mean
from engine.spec.filter import FilterSpec

Change = Callable[[FilterSpec], FilterSpec]
ICON = QSize(16, 16)
ROOM = 2 * "\N{EN SPACE}"


class Tool(NamedTuple):
    """One button: an icon or a text, its name, its tip, what undo calls it, and what it does."""

    icon: str
    text: str
    name: str
    help: str
    act: str
    change: Change


TOOLS: tuple[Tool, ...] = (
    Tool("rotate", "", "Turn", "Turn the kernel by 90° clockwise.", "turn the kernel", rotate),
    Tool("flip", "", "Mirror", "Swap left and right.", "mirror the kernel", mirror),
    Tool("", "Σ=1", "Sum 1", "Divide by the sum: a flat picture keeps its brightness.", "make the sum 1", unit_sum),
    Tool("", "−μ", "Mean 0", "Subtract the mean: a flat picture gives zero.", "make the mean 0", zero_mean),
)
_MORE = "Turn by any angle, scale, stretch, combine kernels, draw, take a patch of the picture, type, open, save."


class KernelTools(QWidget):
    """Buttons that change the whole kernel, one that offers more, and room for one control at the right."""

    used = Signal(object)
    """The `Tool` whose button was pressed."""

    def __init__(self, right: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for tool in TOOLS:
            row.addWidget(self._button(tool))
        self.more = MoreButton("More", "More tools", _MORE)
        row.addWidget(self.more)
        row.addStretch(1)
        row.addWidget(right)

    def _button(self, tool: Tool) -> QToolButton:
        button = QToolButton()
        button.setText(tool.text)
        if tool.icon:
            button.setIcon(icon(tool.icon))
            button.setIconSize(ICON)
        describe(button, tool.name, tool.help)
        button.clicked.connect(partial(self._press, tool))
        return button

    def _press(self, tool: Tool, _checked: bool = False) -> None:
        self.used.emit(tool)


class MoreButton(QToolButton):
    """A button with an arrow that says that a menu opens; whoever owns it makes the menu when it is pressed."""

    def __init__(self, text: str, name: str, help: str) -> None:
        super().__init__()
        # Room for the arrow: the style sheet centres the text.
        self.setText(text + ROOM)
        describe(self, name, help)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The down arrow opens, as on any button with a menu."""
        if event.key() == Qt.Key.Key_Down:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button, its text to the left of the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens().colour("second"), 1.3))
        draw_chevron(painter, QPoint(self.width() - 11, self.height() // 2), 1)
