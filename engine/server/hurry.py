"""A storm of edits: while they come faster than the whole picture is worked on, a smaller one goes ahead of it."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from engine.frames import Frame
from engine.protocol import Event, Result
from engine.server.resolution import reduced_frame

SLOW = 0.03
"""Seconds of work from which somebody who moves a slider waits for the whole picture."""


class Hurry:
    """Knows how long the whole takes, whether edits have overtaken it, and which has been shown ahead."""

    def __init__(self) -> None:
        self._overtaken = False
        self._seconds = 0.0
        self._ahead = -1
        self._small: tuple[int, int, Frame] | None = None

    def wants(self, show: int) -> bool:
        """Whether something is to be shown of this `Show` before the whole."""
        return self._overtaken and self._seconds >= SLOW and not self.is_ahead(show)

    def is_ahead(self, show: int) -> bool:
        """Whether something was: the whole may then be given up at any moment, and the screen is not blank."""
        return show == self._ahead

    def whole(self, seconds: float, overtaken: bool) -> None:
        """The whole was worked out in that time; `overtaken` if a newer edit has come meanwhile."""
        self._seconds, self._overtaken = seconds, overtaken

    def gave_up(self) -> None:
        """The whole was not worked out, since a newer edit has come."""
        self._overtaken = True

    def ahead(self, show: int, event: Event) -> Event | None:
        """What was made of the smaller frame, marked as such; None if the kernel has needed the whole."""
        self._ahead = show
        if isinstance(event, Result) and any(plane.live for plane in event.planes):
            return msgspec.structs.replace(event, preview=True)
        return None

    def smaller(self, frame: Frame, number: int, factor: int) -> Frame | None:
        """Frame `number` made so many times smaller, kept for the next edit; None if it is not."""
        if factor == 1:
            return None
        if self._small is None or self._small[:2] != (number, factor):
            self._small = number, factor, replace(frame, pixels=reduced_frame(frame.pixels, factor))
        return self._small[2]

    def forget(self) -> None:
        """The source has changed."""
        self._small, self._overtaken, self._seconds = None, False, 0.0
