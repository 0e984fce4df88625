"""How far the reading of a data set is, told a few times a second; and its end, where nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.errors import SourceError
from engine.protocol import DataProgress, Event

SECONDS = 0.1
"""Between two times that it is told."""
STOPPED = "The reading was stopped."


class Reading:
    """A `Progress` of one request.

    Args:
        emit: tells the window.
        request: its id.
        data: the data set.
        is_wanted: whether somebody still waits for it.
    """

    def __init__(self, emit: Callable[[Event], None], request: int, data: str, is_wanted: Callable[[], bool]) -> None:
        self._emit = emit
        self._request = request
        self._data = data
        self._is_wanted = is_wanted
        self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """So many of so many are read.

        Raises:
            SourceError: if nobody waits for it.
        """
        if not self._is_wanted():
            raise SourceError(STOPPED)
        if time.monotonic() - self._told >= SECONDS:
            self._told = time.monotonic()
            self._emit(DataProgress(id=self._request, data=self._data, done=done, total=total))
