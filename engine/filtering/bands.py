"""Work cut into bands and shared with a few helper threads; cv2 and numpy let go of the interpreter while they run.

The caller works too and takes whatever no helper has taken, so a busy machine never makes it wait for a helper that
has not started.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

Band = tuple[int, int]
Work = Callable[[int, int], None]
IDLE_SECONDS = 0.5
"""A helper that has had nothing to do for so long ends; a live picture comes far more often."""


class Cancelled(Exception):
    """The work was given up because its result is no longer wanted."""


def workers() -> int:
    """How many threads work at most, the caller's included."""
    return os.cpu_count() or 1


def split(rows: int, parts: int, least: int = 1) -> list[Band]:
    """`rows` cut into at most `parts` bands (first, last + 1) of nearly equal size, each of at least `least` rows.

    Example:
        >>> split(10, 3)
        [(0, 3), (3, 6), (6, 10)]
    """
    parts = max(1, min(parts, rows // max(least, 1)))
    edges = [rows * part // parts for part in range(parts + 1)]
    return list(zip(edges, edges[1:], strict=False))


class _Job:
    """Bands still to do, and how many threads are at one."""

    def __init__(self, work: Work, bands: Sequence[Band]) -> None:
        self._work = work
        self._bands = deque(bands)
        self._busy = 0
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def help(self) -> None:
        """Do bands until none is left; an error goes to the caller."""
        while (band := self._take()) is not None:
            try:
                self._work(*band)
            except BaseException as error:
                self._error = self._error or error
                self._bands.clear()
            finally:
                self._give_back()

    def run(self, cancelled: Callable[[], bool] | None) -> None:
        """The caller's share: bands, then a wait for those that helpers are at."""
        try:
            while (band := self._take()) is not None:
                try:
                    if cancelled is not None and cancelled():
                        raise Cancelled
                    self._work(*band)
                finally:
                    self._give_back()
        finally:
            self._bands.clear()
            with self._changed:
                self._changed.wait_for(lambda: self._busy == 0)
        if self._error is not None:
            raise self._error

    def _take(self) -> Band | None:
        with self._changed:
            if not self._bands:
                return None
            self._busy += 1
            return self._bands.popleft()

    def _give_back(self) -> None:
        with self._changed:
            self._busy -= 1
            if self._busy == 0:
                self._changed.notify_all()


class _Helpers:
    """Threads that wait for jobs: made when first needed, ended when idle."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._count = 0

    def call(self, job: _Job, wanted: int) -> None:
        """Ask up to `wanted` helpers to join the job."""
        with self._lock:
            fresh = min(wanted, workers() - 1) - self._count
            self._count += max(fresh, 0)
        for _ in range(fresh):
            threading.Thread(target=self._loop, name="filter-helper", daemon=True).start()
        for _ in range(min(wanted, workers() - 1)):
            self._jobs.put(job)

    def _loop(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=IDLE_SECONDS)
            except Empty:
                with self._lock:
                    self._count -= 1
                return
            job.help()
            del job


_helpers = _Helpers()


def run_bands(
    work: Work, bands: Sequence[Band], parallel: bool = False, cancelled: Callable[[], bool] | None = None
) -> None:
    """Call `work(first, last + 1)` for every band, on several threads if `parallel`.

    Args:
        work: must write to memory that no other band writes to.
        bands: taken in their order.
        parallel: False for work so small that waking a helper would cost more than it brings.
        cancelled: asked in the caller's thread before each band.

    Raises:
        Cancelled: as soon as `cancelled()` is true; no band is running any more when it is raised.
    """
    if not parallel or len(bands) < 2 or workers() < 2:
        for band in bands:
            if cancelled is not None and cancelled():
                raise Cancelled
            work(*band)
        return
    job = _Job(work, bands)
    _helpers.call(job, len(bands) - 1)
    job.run(cancelled)
