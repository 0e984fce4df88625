"""What the network holds the picture to be, and which weights say so."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.featuremaps.panels import HEADER_HEIGHT, Note
from app.featuremaps.weights_words import weights_help, weights_words
from app.inspect.class_bars import ClassBars
from app.widgets.fields import Toggle
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.protocol import Inspected
from engine.spec.inspect import InspectSpec

COMPUTING = "Computing…"
NO_SCORES = "The network ends in one number, so there are no classes. Explain a unit instead."
_FOLLOW_TIP = "Explain whichever class is the likeliest at the time, instead of the one that was chosen."


class PredictionPanel(QFrame):
    """The bars under a title; the button goes back to the likeliest class."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "panel")
        self.bars = ClassBars(COMPUTING)
        self.weights = Note()
        self.follow = Toggle("Follow the likeliest", None, "Follow the likeliest", _FOLLOW_TIP)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(QLabel("Prediction"))
        head.addWidget(self.weights, 1)
        head.addWidget(self.follow)
        self.weights.setFixedHeight(HEADER_HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 8, 8)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.bars, 1)

    def take(self, event: Inspected) -> None:
        """Show what the network says of a frame."""
        self.bars.set_placeholder(NO_SCORES)
        self.bars.show_answers(event.calm, event.guesses)
        text = weights_words(event.weights)
        if text != self.weights.text():
            self.weights.setText(text)
        describe(self.weights, text, weights_help(event.weights))

    def show_reason(self, reason: str) -> None:
        """There is no prediction; say why."""
        self.bars.set_placeholder(reason)
        self.bars.show_answers((), ())
        self.weights.setText("")

    def show_spec(self, spec: InspectSpec) -> None:
        """Show which class is explained."""
        self.bars.set_chosen(spec.chosen if spec.unit is None else None)
        self.follow.set_value(spec.unit is None and spec.chosen is None)
