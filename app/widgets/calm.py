"""Words and numbers that change with every frame are written a few times a second: nobody can read them faster."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

CALM_MS = 100


class Calm(QObject):
    """Calls `write` at once, then at most every `CALM_MS`; the last wish is never left out."""

    def __init__(self, write: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._write = write
        self._wished = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._come_due)

    @property
    def waits(self) -> bool:
        """Whether something that has changed is still to be written."""
        return self._wished

    def wish(self) -> None:
        """Something has changed that `write` writes."""
        if self._timer.isActive():
            self._wished = True
        else:
            self.now()

    def now(self) -> None:
        """Write at once, whatever was written when."""
        self._wished = False
        self._timer.start(CALM_MS)
        self._write()

    def _come_due(self) -> None:
        if self._wished:
            self.now()
