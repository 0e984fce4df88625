"""A bell on the engine's pipe: the window pulls when there is something, not every few milliseconds in case."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSocketNotifier, Signal


class Bell(QObject):
    """Rings when a descriptor can be read. Knows nothing of what is said."""

    rung = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._notifier: QSocketNotifier | None = None

    @property
    def hangs(self) -> bool:
        """Whether there is a descriptor to listen to; not every system has one."""
        return self._notifier is not None

    def hang(self, descriptor: int | None) -> None:
        """Listen to this descriptor from now on.

        To be called whenever the engine is started anew or gone, before the event loop turns again: it would find the
        old descriptor closed.
        """
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if descriptor is not None:
            self._notifier = QSocketNotifier(descriptor, QSocketNotifier.Type.Read, self)
            self._notifier.activated.connect(self._ring)

    def _ring(self) -> None:
        self.rung.emit()
