"""A run whose numbers ran away: where, and the way back to its last good step with half the rate."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.training.line import Line
from app.training.run_state import RunState
from app.widgets.menu_entry import unticked
from app.widgets.number_text import shown
from app.widgets.tips import describe

_TIP = (
    "Go on from the last checkpoint in which every number was finite, with half the learning rate. What came after it "
    "is given up; the log keeps what was told."
)


class RescueLine(QWidget):
    """In sight only where a run diverged and there is something to go back to."""

    def __init__(self, run: RunState) -> None:
        super().__init__()
        self._run = run
        self.words = Line("text")
        self.back = QPushButton("Roll back")
        describe(self.back, "Roll back", _TIP)
        self.back.clicked.connect(unticked(run.roll_back))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(QLabel("Diverged"))
        row.addWidget(self.words, 1)
        row.addWidget(self.back)
        run.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say where it went wrong, and what the button would do."""
        now = self._run.now
        lost = self._run.can_roll_back
        self.setVisible(lost)
        if lost:
            where = f"in {now.bad_layer}" if now.bad_layer else "in the loss"
            half = shown(now.failed_rate / 2, 3)
            self.words.set_line(f"after step {now.step:,}, {where}: back to step {now.good_step:,} at the rate {half}")
