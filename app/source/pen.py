"""The pen of the drawing pad: how wide and how light the next stroke will be."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Pen(QObject):
    """A tool in the person's hand rather than a part of the project: undo does not change it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._width = 6.0
        self._value = 1.0

    @property
    def width(self) -> float:
        """Width of the next stroke, in pixels of the drawing."""
        return self._width

    @property
    def value(self) -> float:
        """Ink of the next stroke: 0 is black, 1 is white."""
        return self._value

    def set_width(self, width: float) -> None:
        """Take a pen of another width."""
        self._set(width, self._value)

    def set_value(self, value: float) -> None:
        """Take another ink."""
        self._set(self._width, value)

    def _set(self, width: float, value: float) -> None:
        if (width, value) != (self._width, self._value):
            self._width, self._value = width, value
            self.changed.emit()
