"""What the network holds the picture to be."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.featuremaps.panels import HEADER_HEIGHT
from app.featuremaps.prediction_bars import PredictionBars
from app.widgets.theme import set_role
from app.widgets.tips import tip_text

NO_SCORES = "The network ends in maps. A Linear layer at its end would make one score for each class."
WAITING = "Computing…"
MISFIT = "There is none while a layer does not fit."
_RANDOM = "Nothing has been learned yet: the weights are random, and so is what the network says."


class PredictionPanel(QFrame):
    """The bars under a title, and whether anything was learned for them."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "panel")
        self.bars = PredictionBars("Prediction", WAITING)
        self._learned = QLabel()
        self._learned.setToolTip(tip_text(_RANDOM))
        set_role(self._learned, "faint")
        head = QHBoxLayout()
        head.addWidget(QLabel("Prediction"), 1)
        head.addWidget(self._learned, 0, Qt.AlignmentFlag.AlignRight)
        self._learned.setFixedHeight(HEADER_HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 8)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.bars, 1)

    def set_trained(self, trained: bool) -> None:
        """Whether the network's weights were learned."""
        self._learned.setText("" if trained else "not trained: random weights")
