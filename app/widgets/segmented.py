"""Two to four exclusive buttons side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.widgets.flow import FlowLayout
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import CONTROL_HEIGHT

Option = tuple[object, str]
_MOVES: dict[int, int] = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
}


class _Segment(QPushButton):
    """One of the buttons; the arrow keys are its owner's business."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go to the neighbour."""
        if event.key() in _MOVES:
            self.stepped.emit(_MOVES[event.key()])
        else:
            super().keyPressEvent(event)


class Segmented(QWidget):
    """One of a few (value, label) options, all in sight. Tab reaches it once, the arrow keys choose."""

    value_changed = Signal(object)

    def __init__(
        self,
        options: Sequence[Option],
        name: str = "Choice",
        tip: str = "",
        parent: QWidget | None = None,
        wraps: bool = False,
    ) -> None:
        super().__init__(parent)
        self._values = [value for value, _ in options]
        self._value: object = None
        self._group = QButtonGroup(self)
        layout = FlowLayout(self) if wraps else QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for index, (_, label) in enumerate(options):
            layout.addWidget(self._made(index, label, name, tip))
        self._group.idClicked.connect(self._clicked)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        if wraps:
            policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.setMinimumHeight(CONTROL_HEIGHT)
        describe(self, name, tip)
        self.set_value(self._values[0])

    def _made(self, index: int, label: str, name: str, tip: str) -> QPushButton:
        button = _Segment(label)
        button.setCheckable(True)
        set_role(button, "segment")
        set_role(button, "first" if index == 0 else "last" if index == len(self._values) - 1 else "middle", "place")
        describe(button, f"{name}: {label}", tip)
        button.stepped.connect(self._stepped)
        self._group.addButton(button, index)
        return button

    def set_label(self, value: object, label: str) -> None:
        """Call an option otherwise."""
        button = self._group.button(self._values.index(value))
        button.setText(label)
        button.setAccessibleName(f"{self.accessibleName()}: {label}")

    def value(self) -> object:
        """The value shown."""
        return self._value

    def set_value(self, value: object) -> None:
        """Show `value`; no button is down if it is none of the options."""
        self._value = value
        known = self._values.index(value) if value in self._values else -1
        self._group.setExclusive(False)
        for index, button in enumerate(self._group.buttons()):
            button.setChecked(index == known)
            reached = index == max(known, 0)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if reached else Qt.FocusPolicy.ClickFocus)
        self._group.setExclusive(True)
        self.setFocusProxy(self._group.button(max(known, 0)))

    def _stepped(self, by: int) -> None:
        known = self._values.index(self._value) if self._value in self._values else 0
        self._clicked(min(max(known + by, 0), len(self._values) - 1))
        self._group.button(max(self._group.checkedId(), 0)).setFocus(Qt.FocusReason.OtherFocusReason)

    def _clicked(self, index: int) -> None:
        value = self._values[index]
        if value != self._value:
            self.set_value(value)
            self.value_changed.emit(value)
