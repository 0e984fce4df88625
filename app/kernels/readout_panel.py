"""One cell of the map, written out as the sum it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from app.kernels.terms import sum_text, values_text
from app.widgets.fonts import number_font
from app.widgets.theme import set_role
from engine.protocol import Readout

HINT = "Move the cursor over the feature map: each of its cells is a sum of products, written out here."


class ReadoutPanel(QFrame):
    """Weight · pixel for every pixel in the window, the bias, and the sum."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "panel")
        self.setFixedWidth(300)
        self._title = QLabel()
        self._sum = QLabel()
        self._sum.setFont(number_font(10))
        self._sum.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._result = QLabel()
        self._result.setFont(number_font(12))
        set_role(self._result, "result")
        set_role(self._sum, "second")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(2)
        for label in (self._title, self._sum, self._result):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addStretch(1)
        self.setAccessibleName("Cell under the cursor")
        self.clear()

    def clear(self) -> None:
        """Nothing is under the cursor."""
        self._title.setText(HINT)
        self._sum.setText("")
        self._result.setText("")

    def show_readout(self, readout: Readout, columns: int, after: str) -> None:
        """Write a cell out.

        Args:
            columns: of the kernel, so that the sum is laid out as the kernel is.
            after: what comes between the sum and the value: a detector or pooling; empty if nothing.
        """
        self._title.setText(f"<b>{'Map' if readout.view == 'map' else 'Input'} ({readout.row}, {readout.column})</b>")
        self._sum.setText(sum_text(readout, columns) if readout.view == "map" else "")
        through = f"{after} → " if after else ""
        self._result.setText(f"{through}= {values_text(readout)}" if readout.view == "map" else values_text(readout))
