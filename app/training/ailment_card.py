"""One finding of the doctor: words, the kernels that are meant, and buttons with what helps."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout

from app.training.doctor_words import REMEDIES, headline, since, why
from app.training.line import Line
from app.widgets.colours import signed_colour
from app.widgets.fonts import number_font
from app.widgets.menu_entry import unticked
from app.widgets.painted import PaintedWidget
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.protocol import Ailment, SickKernel

SIDE, GAP, FOOT = 40, 10, 14


class AilmentCard(QFrame):
    """Says by `wanted` which remedy is to be applied."""

    wanted = Signal(object, str)

    def __init__(self, found: Ailment) -> None:
        super().__init__()
        self.found = found
        title, self._since = QLabel(headline(found)), Line("faint")
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        set_role(title, "problem")
        reason = QLabel(why(found))
        reason.setWordWrap(True)
        set_role(reason, "second")
        self.buttons = [self._button(remedy) for remedy in found.remedies]
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addWidget(title)
        column.addWidget(reason)
        if found.kernels:
            column.addWidget(Kernels(found.kernels))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._since, 1)
        for button in self.buttons:
            row.addWidget(button)
        column.addLayout(row)
        self.show_found(found)

    def show_found(self, found: Ailment) -> None:
        """The same finding at a later step."""
        self.found = found
        self._since.set_line(since(found))

    def set_able(self, able: bool) -> None:
        """Whether a run goes on that could be told something."""
        for button in self.buttons:
            button.setEnabled(able)

    def _button(self, remedy: str) -> QPushButton:
        label, tip = REMEDIES[remedy]  # type: ignore[index]
        button = QPushButton(label)
        describe(button, f"{label}: {self.found.layer}", f"{tip} It is written into the run's log.")
        button.clicked.connect(unticked(partial(self._want, remedy)))
        return button

    def _want(self, remedy: str) -> None:
        self.wanted.emit(self.found, remedy)


class Kernels(PaintedWidget):
    """Small kernels in a row, each with its number, in the colours of all kernels."""

    def __init__(self, kernels: tuple[SickKernel, ...]) -> None:
        super().__init__()
        self._kernels = kernels
        self.setFixedHeight(SIDE + FOOT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        numbers = ", ".join(str(kernel.filter) for kernel in kernels)
        describe(self, f"Kernels {numbers}", "Of each filter that is meant the plane with the largest weights.")

    def sizeHint(self) -> QSize:
        """As many as there are."""
        return QSize(len(self._kernels) * (SIDE + GAP), SIDE + FOOT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Those that there is room for."""
        painter, table = QPainter(self), tokens()
        painter.setFont(number_font(10))
        for place, kernel in enumerate(self._kernels[: max(self.width() // (SIDE + GAP), 1)]):
            left = place * (SIDE + GAP)
            peak = max((abs(value) for row in kernel.weights for value in row), default=0.0)
            rows, columns = len(kernel.weights), max(len(kernel.weights[0]), 1)
            cell = max(SIDE // max(rows, columns), 1)
            for down, row in enumerate(kernel.weights):
                for across, value in enumerate(row):
                    where = QRect(left + across * cell, down * cell, cell, cell)
                    painter.fillRect(where, signed_colour(value, peak, table))
            painter.setPen(table.colour("second"))
            painter.drawText(QRect(left, SIDE, SIDE, FOOT), Qt.AlignmentFlag.AlignLeft, f"{kernel.filter}")
