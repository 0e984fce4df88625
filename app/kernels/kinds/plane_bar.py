"""Which plane of a layer's input or output is shown: its channel, and the slice of a volume."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app.widgets.fonts import number_font
from app.widgets.number_field import NumberField
from app.widgets.theme import set_role
from app.widgets.tips import describe

Plane = tuple[int, int]
"""(channel, slice)."""


class PlaneBar(QWidget):
    """Shows nothing where there is nothing to choose."""

    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._channels, self._slices = 1, 1
        tip = f"Which channel of the {name.lower()} is shown; they are counted from 0."
        self.channel = NumberField(0, 0, 1, True, "", f"{name} channel", tip)
        self.slices = QSlider(Qt.Orientation.Horizontal)
        self.place = QLabel()
        self.place.setFont(number_font(12))
        set_role(self.place, "second")
        describe(self.slices, f"{name} slice", f"Which slice of the {name.lower()} volume is shown, from the front on.")
        self._words = QLabel("channel"), QLabel("slice")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(6)
        controls: tuple[QWidget, ...] = (self.channel, self.slices)
        for label, control in zip(self._words, controls, strict=True):
            set_role(label, "second")
            label.setBuddy(control)
            row.addWidget(label)
            row.addWidget(control, int(control is self.slices))
        row.addWidget(self.place)
        row.addStretch(1)
        self.channel.value_changed.connect(self._set)
        self.slices.valueChanged.connect(self._set)
        self.set_counts(1, 1)

    def plane(self) -> Plane:
        """What is shown."""
        return int(self.channel.value()), self.slices.value()

    def index(self) -> int:
        """The plane's number, channels first."""
        channel, place = self.plane()
        return channel * self._slices + place

    def set_counts(self, channels: int, slices: int) -> None:
        """How many channels and slices there are. Of another number of slices the middle one is shown first."""
        begins = max(slices, 1) != self._slices
        self._channels, self._slices = max(channels, 1), max(slices, 1)
        self.channel.set_range(0, self._channels - 1)
        with QSignalBlocker(self.slices):
            self.slices.setRange(0, self._slices - 1)
        self.set_plane(
            min(int(self.channel.value()), self._channels - 1), self._slices // 2 if begins else self.slices.value()
        )
        for part in (self._words[0], self.channel):
            part.setVisible(self._channels > 1)
        for other in (self._words[1], self.slices, self.place):
            other.setVisible(self._slices > 1)
        self.setVisible(self._channels > 1 or self._slices > 1)

    def set_plane(self, channel: int, place: int) -> None:
        """Show this one."""
        self.channel.set_value(min(max(channel, 0), self._channels - 1))
        with QSignalBlocker(self.slices):
            self.slices.setValue(place)
        self._write()

    def _set(self, _value: object) -> None:
        self._write()
        self.changed.emit()

    def _write(self) -> None:
        self.place.setText(f"{self.slices.value()} of {self._slices}")
        self.slices.setAccessibleDescription(f"Slice {self.slices.value()} of {self._slices}, counted from 0.")
