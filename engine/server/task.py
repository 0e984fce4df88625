"""What a page asks of the engine: one kind of computation on the newest frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.buffers import View
from engine.frames import Frame
from engine.protocol import Event, Explain, Plane, Probe, Show


@dataclass(frozen=True, eq=False)
class Job:
    """The newest spec and the newest frame, met.

    `planes` holds the frame's own picture if it has not been sent yet; what a task makes goes beside it. `small` is
    the frame made `reduction` times smaller where it moves and nobody would see the difference.
    """

    show: Show
    frame: Frame
    number: int
    planes: tuple[Plane, ...]
    stale: Callable[[], bool]
    reduction: int = 1
    small: Frame | None = None


class Task(Protocol):
    """Knows nothing of threads, pipes or sources. Errors for people are raised."""

    views: tuple[View, ...]
    """Of which a slot must be free before `compute`."""

    def compute(self, job: Job) -> Event:
        """Do the work; raises `Cancelled` when it turns out stale."""

    def without(self, job: Job) -> Event:
        """What to say when nothing came of it but the frame's own picture."""

    def read(self, question: Probe | Explain, show: Show) -> Event | None:
        """The values at a cell of what was computed last, or all that went into one."""

    def idle(self, show: Show, frame: Frame, number: int) -> tuple[Event | None, bool]:
        """Something less urgent, and whether the work must be done again because of it."""

    def forget(self) -> None:
        """The source has changed: what was computed is no longer about anything."""

    @property
    def waiting(self) -> bool:
        """Whether `idle` will soon have something."""


class AtOnce:
    """What tasks have in common that tell all they know with the picture, and do nothing between two frames."""

    @property
    def waiting(self) -> bool:
        """Never."""
        return False

    def forget(self) -> None:
        """Nothing is kept of a source."""

    def read(self, question: Probe | Explain, show: Show) -> Event | None:
        """Nobody asks for single cells here."""
        return None

    def idle(self, show: Show, frame: Frame, number: int) -> tuple[Event | None, bool]:
        """Nothing."""
        return None, False
