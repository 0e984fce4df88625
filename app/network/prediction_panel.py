"""What the network holds the picture to be."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.featuremaps.panels import HEADER_HEIGHT, Note
from app.featuremaps.prediction_bars import PredictionBars
from app.featuremaps.weights_words import weights_help, weights_words
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.protocol import Weights

NO_SCORES = "The network ends in maps. A Linear layer at its end would make one score for each class."
WAITING = "Computing…"
MISFIT = "There is none while a layer does not fit."


class PredictionPanel(QFrame):
    """The bars under a title, and which weights they come from."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "panel")
        self.bars = PredictionBars("Prediction", WAITING)
        self.weights = Note()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(QLabel("Prediction"))
        head.addWidget(self.weights, 1)
        self.weights.setFixedHeight(HEADER_HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 8)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.bars, 1)

    def set_weights(self, weights: Weights | None) -> None:
        """Say which weights the bars come from; None while there are none."""
        text = weights_words(weights) if weights is not None else ""
        if text != self.weights.text():
            self.weights.setText(text)
        describe(self.weights, text, weights_help(weights) if weights is not None else "")
