"""What of a network is told at once, and what later: an edit's own maps wait for nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable

LIGHT = 50e6
"""Multiplications up to which a whole network is computed before anybody could tell the difference."""
QUIET = 0.05
"""Seconds after the last edit in which the next may come: nothing long is begun then."""
LONGEST = 0.5
"""Seconds of edits without a pause after which the rest is told all the same."""
SECONDS = 1 / 15
"""Between two pictures of the rest while the frame moves."""


class Pace:
    """Decides whether the rest is part of the first answer, and when it follows."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._show = -1
        self._edited = self._told = self._since = -1e9
        self._owes = False

    def at_once(self, show: int, macs: int) -> bool:
        """Whether all is to be told of this `Show` now."""
        edited, self._show = show != self._show, show
        now = self._clock()
        if edited:
            self._edited = now
        late = self._owes and now - self._since >= 2 * LONGEST
        return macs <= LIGHT or late or (not edited and now - self._told >= SECONDS)

    def told(self, everything: bool) -> None:
        """An answer was given."""
        if everything:
            self._told = self._clock()
        elif not self._owes:
            self._since = self._clock()
        self._owes = not everything

    def forget(self) -> None:
        """Nothing is owed any more."""
        self._owes = False

    @property
    def owes(self) -> bool:
        """Whether the rest is still to be told."""
        return self._owes

    @property
    def is_due(self) -> bool:
        """Whether there is time for it now."""
        return self._owes and (self._clock() - self._edited >= QUIET or self.is_overdue)

    @property
    def is_overdue(self) -> bool:
        """Whether it has waited for too long to give way once more."""
        return self._owes and self._clock() - self._since >= LONGEST
