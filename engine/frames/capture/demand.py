"""Which frames are worth converting when more of them come than are taken.

Converting a frame that nobody will look at takes the time from the one that somebody waits for. The one worth it is
the newest at the moment when the owner is done with the one before, and the beat of that can be learned.
"""

from __future__ import annotations

YOUNG = 0.008
"""Seconds during which a frame that waits is not replaced."""
_MARGIN = 0.001
_WEIGHT = 0.2
_LONGEST = 0.25


class Demand:
    """Learns how long after a frame was taken the next one is early enough. Moments are seconds of one clock."""

    def __init__(self) -> None:
        self._arrived = self._taken = self._handed = -_LONGEST
        self._waits: float | None = None  # stamp of the frame that was handed over and not taken yet
        self._first = 0.0  # when one was handed over first since one was taken
        self._interval = _LONGEST  # between two frames that come
        self.delay = 0.0
        """Seconds after a frame was taken during which the next one would only wait."""

    def arrive(self, now: float) -> bool:
        """A frame has come. Whether it is worth handing over."""
        self._interval += _WEIGHT * (min(now - self._arrived, _LONGEST) - self._interval)
        self._arrived = now
        if self._waits is not None:
            return now - self._handed >= YOUNG
        return now - self._taken >= self.delay

    def hand_over(self, stamp: float, now: float) -> None:
        """A frame was handed over, in the place of the one that waited if there was one."""
        if self._waits is None:
            self._first = now
        self._waits, self._handed = stamp, now

    def take(self, stamp: float, now: float) -> None:
        """The owner has taken the frame with this stamp.

        If the first one handed over waited so long that a later one would have been there in time, it is to be later
        the next time; if it was taken at once it may have been missed, and is to be much earlier.
        """
        if stamp != self._waits:
            return  # a newer one was handed over meanwhile
        waited = now - self._first
        self._taken, self._waits = now, None
        if waited < _MARGIN:
            self.delay /= 2
        elif waited > self._interval + _MARGIN:
            self.delay = min(self.delay + _WEIGHT * (waited - self._interval - _MARGIN), _LONGEST)
