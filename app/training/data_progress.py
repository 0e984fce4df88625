"""How far the reading or the download of a data set is, with a button that ends it; in sight only while it lasts."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.training.line import Line
from app.widgets.tips import describe

_THOUSAND = 1000


class ProgressRow(QWidget):
    """A line of words over a bar, and Stop."""

    stopped = Signal()

    def __init__(self, tip: str) -> None:
        super().__init__()
        self.words = Line("second")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        describe(self.bar, "Progress of the data", "How much of it is done.")
        self.stop = QPushButton("Stop")
        describe(self.stop, "Stop reading", tip)
        self.stop.clicked.connect(self._stop)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self.words)
        left.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addLayout(left, 1)
        row.addWidget(self.stop)
        self.hide()

    def tell(self, words: str, done: int = 0, total: int = 0) -> None:
        """Show how far it is; without a total the bar says only that something goes on."""
        self.bar.setRange(0, _THOUSAND if total else 0)
        self.bar.setValue(round(_THOUSAND * min(done / total, 1.0)) if total else 0)
        self.words.set_line(words)
        self.show()

    def _stop(self) -> None:
        self.hide()
        self.stopped.emit()
