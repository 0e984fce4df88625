"""Wheel and touch pad as whole steps."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent

_NOTCH = 120  # Qt's unit for one click of a wheel; touch pads send fractions of it


class WheelSteps:
    """Collects wheel movement and hands it out in whole notches."""

    def __init__(self) -> None:
        self._rest = 0

    def take(self, event: QWheelEvent) -> int:
        """How many notches to go now; positive is away from the person."""
        delta = event.angleDelta()
        # With Alt held some platforms turn the wheel sideways.
        moved = delta.y() or delta.x()
        if moved * self._rest < 0:
            self._rest = 0
        notches, self._rest = _split(self._rest + moved)
        return notches


def _split(amount: int) -> tuple[int, int]:
    notches = int(amount / _NOTCH)
    return notches, amount - notches * _NOTCH


def step_factor(event: QWheelEvent) -> float:
    """Shift makes steps ten times larger, Ctrl ten times smaller."""
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        return 10.0
    return 0.1 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1.0
