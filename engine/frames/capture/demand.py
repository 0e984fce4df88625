"""Which frames are worth converting when more of them come than are taken.

Converting a frame that nobody will look at takes the time from the one that somebody waits for. The one worth it is
the newest at the moment when the owner is done with the one before, and the beat of that can be learned.
"""

from __future__ import annotations

HELD = 1
"""Frames that the owner keeps when none waits to be taken: the one it works on."""
YOUNG = 0.008
"""Seconds during which a frame that waits is not replaced."""
_MARGIN = 0.001
_WEIGHT = 0.2
_LONGEST = 0.25


class Demand:
    """Learns how long after a frame was taken the next one is early enough. Moments are seconds of one clock."""

    def __init__(self) -> None:
        self._arrived = self._taken = self._handed = -_LONGEST
        self._interval = _LONGEST  # between two frames that come
        self.delay = 0.0
        """Seconds after a frame was taken during which the next one would only wait."""

    def arrive(self, now: float, out: int) -> bool:
        """A frame has come, while `out` of those before it are with the owner. Whether it is worth handing over."""
        self._interval += _WEIGHT * (min(now - self._arrived, _LONGEST) - self._interval)
        self._arrived = now
        if out > HELD:
            return now - self._handed >= YOUNG
        return now - self._taken >= self.delay

    def hand_over(self, now: float) -> None:
        """A frame was handed over."""
        self._handed = now

    def take_back(self, now: float, out: int) -> None:
        """The owner has let go of a frame and has `out` of them now: it took the one that waited, or a newer one did.

        What waited too long is handed over later the next time, as long as a frame more fits in between; what was
        taken at once may have been missed, and comes much earlier.
        """
        if out > HELD:
            return
        self._taken = now
        early = now - self._handed - self._interval - _MARGIN
        self.delay = min(self.delay + _WEIGHT * early, _LONGEST) if early > 0 else self.delay / 2
