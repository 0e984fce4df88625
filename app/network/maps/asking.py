"""Asks the engine what a number was computed from, and remembers the way down to it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from app.state.engine_link import EngineLink
from engine.protocol import ExplainUnit, UnitExplained

Cell = tuple[int, ...]


class Place(NamedTuple):
    """A number of the network: its layer's path, "" for the input, and its cell, channel first."""

    path: str
    cell: Cell


class UnitAsking(QObject):
    """The newest question is the one that counts; its answer comes again with every new frame."""

    told = Signal(object)
    """UnitExplained: the answer to the newest question."""
    moved = Signal()
    """Another number is asked for, or none."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self._link = link
        self._trail: list[Place] = []
        self._number = 0
        self._part = -1
        self._on = True
        self._open = False
        link.unit.connect(self._heard)
        link.engine_state.connect(self._engine_changed)

    @property
    def place(self) -> Place | None:
        """The number that is asked for."""
        return self._trail[-1] if self._trail else None

    @property
    def trail(self) -> tuple[Place, ...]:
        """The numbers on the way down, the one that was picked first."""
        return tuple(self._trail)

    @property
    def is_open(self) -> bool:
        """Whether an answer is awaited."""
        return self._open

    def set_on(self, on: bool) -> None:
        """Whether anybody is there to read: the page is in sight."""
        self._on = on
        if on:
            self._ask()
        else:
            self._link.explain(ExplainUnit(row=None))

    def pick(self, place: Place) -> None:
        """Begin anew with this number."""
        self._go([place])

    def go_down(self, place: Place) -> None:
        """On to a number that the last one was computed from."""
        self._go([*self._trail, place])

    def go_back(self) -> None:
        """Back to the number before."""
        if len(self._trail) > 1:
            self._go(self._trail[:-1])

    def leave(self) -> None:
        """Ask for nothing."""
        if self._trail:
            self._trail, self._open = [], False
            self._link.explain(ExplainUnit(row=None))
            self.moved.emit()

    def choose_part(self, part: int) -> None:
        """Tell another part of the number term by term."""
        self._part = part
        self._ask()

    def _go(self, trail: list[Place]) -> None:
        if trail == self._trail:
            return
        self._trail, self._part = trail, -1
        self._ask()
        self.moved.emit()

    def _ask(self) -> None:
        place = self.place
        if place is None or not self._on:
            return
        self._number, self._open = self._number + 1, True
        self._link.explain(ExplainUnit(id=self._number, row=0, layer=place.path, cell=place.cell, part=self._part))

    def _heard(self, event: UnitExplained) -> None:
        if self._trail and event.id == self._number:
            self._open = False
            self.told.emit(event)

    def _engine_changed(self, state: str) -> None:
        """Another engine was never asked."""
        if state == "ready":
            self._ask()
