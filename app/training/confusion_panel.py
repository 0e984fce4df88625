"""The confusion matrix, and beside it what is mistaken most often."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.state.engine_link import EngineLink
from app.training.confusion import ConfusionView
from app.training.line import Line
from app.widgets.theme import set_role
from engine.protocol import EpochDone, Points, Training

_ASIDE = 168
_WIDE = 440
"""Pixels that the matrix and the words beside it need."""


class ConfusionPanel(QFrame):
    """Follows the epochs; a new run empties it."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        set_role(self, "panel")
        self.view = ConfusionView()
        self.said = Line("result")
        self.epoch = Line("second")
        self.worst = QLabel()
        self.worst.setTextFormat(Qt.TextFormat.PlainText)
        self.worst.setWordWrap(True)
        self.worst.setFixedWidth(_ASIDE)
        self.worst.setAlignment(Qt.AlignmentFlag.AlignTop)
        set_role(self.worst, "second")
        self._build()
        self.view.pointed.connect(self.said.set_line)
        link.training.connect(self._hear)

    def _build(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(12, 6, 12, 4)
        header.setSpacing(12)
        header.addWidget(QLabel("Confusion"))
        header.addWidget(self.epoch, 1)
        header.addWidget(self.said, 2)
        body = QHBoxLayout()
        body.setContentsMargins(8, 0, 8, 6)
        body.setSpacing(8)
        body.addWidget(self.view, 1)
        body.addWidget(self.worst)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 1)
        column.setSpacing(0)
        column.addLayout(header)
        column.addLayout(body, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is mistaken most often gives way to the matrix."""
        super().resizeEvent(event)
        self.worst.setVisible(self.width() >= _WIDE)

    def _hear(self, event: Training | Points | EpochDone) -> None:
        if isinstance(event, EpochDone) and event.confusion:
            self.view.set_names(event.class_names)
            self.view.set_counts(event.confusion)
            self.epoch.set_line(f"test pictures, epoch {event.epoch}")
        elif isinstance(event, Points) and event.again:
            self.view.set_counts(())
            self.epoch.set_line("")
        else:
            return
        self._write()

    def _write(self) -> None:
        counts = self.view.counts()
        if not counts.size:
            self.worst.setText("")
            return
        pairs = [
            f"{self.view.name(row)} → {self.view.name(column)}: {counts[row, column]}"
            for row, column in self.view.worst(6)
        ]
        self.worst.setText("\n".join(["Mistaken most often", *pairs]) if pairs else "No mistakes.")
