"""What goes on inside the layers while they learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.training.layer_rows import rows_of
from app.training.layers_view import LayersView
from app.training.line import Line
from app.widgets.theme import set_role

if TYPE_CHECKING:
    from app.training.page import TrainPage

_HOW = (
    "Looks take 2 % of the time at most. The green band is the usual ratio of a step to the weights that it moves, "
    "about 0.001 (Stanford CS231n, notes on learning and evaluation)."
)
_NOTHING = "Figures come while a training goes on and this tab is in sight."


class LayersLook(QFrame):
    """Has the run looked at while it is in sight."""

    def __init__(self, page: TrainPage) -> None:
        super().__init__()
        set_role(self, "panel")
        self._health = page.health
        self.note = Line("second")
        self.said = Line("result")
        self.view = LayersView()
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 6)
        column.setSpacing(4)
        lines = QVBoxLayout()
        lines.setContentsMargins(12, 0, 12, 0)
        lines.setSpacing(2)
        lines.addWidget(self.note)
        lines.addWidget(self.said)
        column.addLayout(lines)
        column.addWidget(self.view, 1)
        self.view.pointed.connect(self.said.set_line)
        self._health.layers_told.connect(self._refresh)
        self._refresh()

    def shown(self) -> None:
        """Somebody looks."""
        self._health.watch(True)
        self._refresh()

    def hidden(self) -> None:
        """Nobody looks."""
        self._health.watch(False)

    def _refresh(self) -> None:
        told = self._health.layers
        if told is None:
            self.view.show_rows([])
            self.note.set_line(_NOTHING)
            return
        self.view.show_rows(rows_of(told, self._health.ratios))
        every = f"{told.every:.2g} s" if told.every > 1 else "second"
        self.note.set_line(f"Step {told.step:,}, looked at every {every}. {_HOW}")
