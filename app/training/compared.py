"""The other runs that are drawn beside the one at hand, each in a colour of its own."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.training.plot import OtherRun
from app.training.run_curves import RunCurves, curves_from
from app.training.series import Series
from engine.protocol import Curves

ABOUT = "compare"
ROLES = ("second", "positive", "ok", "negative", "problem")
"""Their colours; the first is for the earlier run of this session."""


class Compared(QObject):
    """Asks the engine for runs from their folders, and keeps them until they are dismissed."""

    changed = Signal()

    def __init__(self, link: EngineLink, notices: Notices) -> None:
        super().__init__()
        self._link = link
        self._notices = notices
        self.runs: dict[str, RunCurves] = {}
        """By the roles of their colours."""
        link.training.connect(self._hear)

    def add(self, folder: str) -> None:
        """Have a run read."""
        if not folder or any(run.run == folder for run in self.runs.values()):
            return
        self._notices.clear(ABOUT)
        self._link.train("curves", run=folder)

    def keep_earlier(self, run: RunCurves) -> None:
        """The run of a moment ago stays in sight."""
        self.runs[ROLES[0]] = run
        self.changed.emit()

    def dismiss(self, role: str) -> None:
        """One is no longer wanted."""
        self.runs.pop(role, None)
        self.changed.emit()

    def others(self, name: str) -> tuple[OtherRun, ...]:
        """Them, as far as they have something under this name."""
        return tuple(
            OtherRun(role, run.lines[name], run.tests.get(name, Series()))
            for role, run in self.runs.items()
            if len(run.lines[name])
        )

    def _hear(self, event: object) -> None:
        if not isinstance(event, Curves):
            return
        if event.message:
            self._notices.problem(event.message, ABOUT)
            return
        # The one that was added first makes room.
        free = [role for role in ROLES[1:] if role not in self.runs]
        role = free[0] if free else next(role for role in self.runs if role != ROLES[0])
        self.runs.pop(role, None)
        self.runs[role] = curves_from(event)
        self.changed.emit()
