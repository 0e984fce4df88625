"""What lies over the map while the input shines through."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.widgets.fields import Slider
from app.widgets.theme import set_role

BELOW = 12
START = 60


class BlendBar(QFrame):
    """A slider from the input to the map, at the lower edge of its parent."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        set_role(self, "panel")
        self.setAutoFillBackground(True)
        self.slider = Slider(0, 100, 1, "%", True, "Map over input", "0 % shows the input alone, 100 % the map alone.")
        self.slider.set_value(START)
        # Tab would go to the number behind the proxy and leave the handle out.
        self.slider.setFocusProxy(None)  # type: ignore[arg-type]  # the stub knows no "none"
        self.slider.value_changed.connect(self._change)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(8)
        for part in (_label("input"), self.slider, _label("map")):
            row.addWidget(part)
        parent.installEventFilter(self)
        self._place()

    def share(self) -> float:
        """How opaque the map is, 0 to 1."""
        return self.slider.value() / 100

    def _change(self, _value: object) -> None:
        self.changed.emit()

    def _place(self) -> None:
        parent = self._over
        self.adjustSize()
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - BELOW)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the edge."""
        if event.type() == QEvent.Type.Resize and watched is self._over:
            self._place()
        return super().eventFilter(watched, event)


def _label(text: str) -> QLabel:
    label = QLabel(text)
    set_role(label, "second")
    return label
