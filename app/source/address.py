"""A line for a stream's address."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from app.widgets.tips import describe

HELP = "Address of a network stream: http, https, rtsp, rtmp, udp or tcp. Press Enter to connect."


class AddressLine(QLineEdit):
    """Takes an address on Enter; Esc puts back what was there."""

    entered = Signal(str)
    left = Signal()
    """Esc was pressed, or the line was left for another control."""

    def __init__(self) -> None:
        super().__init__()
        self._address = ""
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCompleter(completer)
        self.setPlaceholderText("http://camera.local:8080/video")
        self.setMinimumWidth(120)
        describe(self, "Address", HELP)
        self.returnPressed.connect(self._enter)

    def set_address(self, address: str) -> None:
        """Show `address`, unless another one is being typed."""
        self._address = address
        if not (self.isModified() and self.hasFocus()):
            self.setText(address)

    def set_known(self, addresses: Sequence[str]) -> None:
        """Offer these while typing."""
        self._known.setStringList(list(addresses))

    def _enter(self) -> None:
        self.setModified(False)
        self.entered.emit(self.text().strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up."""
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._address)
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Left for another control, but not for another window or the list of known addresses."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.left.emit()
