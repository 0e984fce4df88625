"""What the network holds the picture to be."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from app.featuremaps.panels import HEADER_HEIGHT
from app.featuremaps.prediction_bars import PredictionBars
from app.widgets.theme import set_role

NO_SCORES = "The network ends in maps. A Linear layer at its end would make one score for each class."
WAITING = "Computing…"


class PredictionPanel(QFrame):
    """The bars under a title."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "panel")
        self.bars = PredictionBars("Prediction", WAITING)
        title = QLabel("Prediction")
        title.setFixedHeight(HEADER_HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 8)
        column.setSpacing(0)
        column.addWidget(title)
        column.addWidget(self.bars)
        column.addStretch(1)
