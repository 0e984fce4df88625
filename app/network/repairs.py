"""What would help, as buttons."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.widgets.tips import describe
from app.widgets.tokens import CONTROL_HEIGHT
from engine.spec.summary import Repair

GAP = 4


class RepairButtons(QWidget):
    """One button a repair, best first, in as many rows as they need."""

    wanted = Signal(object)
    """The `Repair` whose button was pressed."""

    def __init__(self, repairs: Sequence[Repair], about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.repairs = tuple(repairs)
        self.buttons = [self._made(repair, about) for repair in repairs]

    def _made(self, repair: Repair, about: str) -> QPushButton:
        button = QPushButton(repair.label, self)
        describe(button, f"{about}: {repair.label}", "Change this, and it fits.")
        button.clicked.connect(partial(self._press, repair))
        return button

    def _press(self, repair: Repair, _checked: bool = False) -> None:
        self.wanted.emit(repair)

    def heightForWidth(self, width: int) -> int:
        """How high the rows are."""
        return self._arrange(width, move=False)

    def hasHeightForWidth(self) -> bool:
        """Rows depend on the width."""
        return True

    def sizeHint(self) -> QSize:
        """One row; more where they are narrow."""
        return QSize(200, CONTROL_HEIGHT if self.buttons else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons in rows."""
        super().resizeEvent(event)
        self._arrange(self.width(), move=True)

    def _arrange(self, width: int, move: bool) -> int:
        x = y = 0
        for button in self.buttons:
            button.ensurePolished()
            size = button.sizeHint()
            wide = min(size.width(), width)
            if x and x + wide > width:
                x, y = 0, y + CONTROL_HEIGHT + GAP
            if move:
                button.resize(wide, CONTROL_HEIGHT)
                button.move(QPoint(x, y))
            x += wide + GAP
        return y + CONTROL_HEIGHT if self.buttons else 0
