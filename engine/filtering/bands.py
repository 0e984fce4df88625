"""Work cut into bands and shared with a few helper threads; cv2 and numpy let go of the interpreter while they run.

The caller works too and takes whatever no helper has taken, so a busy machine never makes it wait for a helper that
has not started.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from queue import Empty, SimpleQueue

Band = tuple[int, int]
Work = Callable[[int, int], None]
IDLE_SECONDS = 0.2
"""A helper that has had nothing to do for so long ends; a live picture comes far more often."""


PROBE = 32
"""Every so many calls the way that lately did worse is tried again."""
WORTH_SHARING = 1e6
"""Nanoseconds of work from which a second core pays: waking a helper takes about 60,000."""
BAND_NUMBERS = 160_000
NOTED = 3e5
"""Nanoseconds below which the time that work takes says nothing."""
LONG = 3e6
"""Nanoseconds from which work counts as long; short and long work find out separately whether sharing pays."""


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
    return list(pairwise(edges))


class _Habit:
    """Whether a second core is worth waking just now: it is not while something else keeps it busy.

    `pace` is the processor time got per second of waiting, alone and with helpers, as it lately was.
    """

    def __init__(self) -> None:
        self._pace = {False: 1.0, True: 1.6}
        self._calls = 0

    def choose(self) -> bool:
        """True to share; now and then the way that did worse, to see whether that has changed."""
        self._calls += 1
        sharing = self._pace[True] > 1.05 * self._pace[False]
        return sharing != (self._calls % PROBE == 0)

    def note(self, shared: bool, processor: float, wall: float) -> None:
        """Remember how it went."""
        self._pace[shared] += 0.3 * (min(processor / max(wall, 1e-6), workers()) - self._pace[shared])


class _Job:
    """Bands still to do, how many threads are at one, and the processor seconds they have taken."""

    def __init__(self, work: Work, bands: Sequence[Band]) -> None:
        self.processor = 0.0
        self._work = work
        self._bands = deque(bands)
        self._busy = 0
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def help(self) -> None:
        """Do bands until none is left; an error goes to the caller."""
        while (band := self._take()) is not None:
            begun = time.thread_time()
            try:
                self._work(*band)
            except BaseException as error:
                self._error = self._error or error
                self._bands.clear()
            finally:
                self._give_back(time.thread_time() - begun)

    def run(self, cancelled: Callable[[], bool] | None) -> None:
        """The caller's share: bands, then a wait for those that helpers are at."""
        try:
            while (band := self._take()) is not None:
                begun = time.thread_time()
                try:
                    if cancelled is not None and cancelled():
                        raise Cancelled
                    self._work(*band)
                finally:
                    self._give_back(time.thread_time() - begun)
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

    def _give_back(self, processor: float) -> None:
        with self._changed:
            self._busy -= 1
            self.processor += processor
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
_habits = {False: _Habit(), True: _Habit()}


def over_rows(work: Work, rows: int, numbers: int, cost: float) -> None:
    """Call `work(first, last + 1)` over all rows of something that needs no halo, in bands that stay in the cache.

    Args:
        work: must write only to its own rows.
        rows: how many there are.
        numbers: in all of them.
        cost: nanoseconds for one number.
    """
    nanoseconds = cost * numbers
    parts = max(numbers // BAND_NUMBERS, 1)
    if nanoseconds >= WORTH_SHARING and sharing_pays(nanoseconds):
        share_bands(work, split(rows, max(parts, workers())), nanoseconds)
    else:
        run_bands(work, split(rows, parts), nanoseconds)


def sharing_pays(nanoseconds: float) -> bool:
    """Whether work of this length is to go to helpers too, by what was lately seen of such work."""
    return workers() > 1 and _habits[nanoseconds >= LONG].choose()


def run_bands(
    work: Work, bands: Sequence[Band], nanoseconds: float, cancelled: Callable[[], bool] | None = None
) -> None:
    """Call `work(first, last + 1)` for every band, one after the other.

    Args:
        work: what to do.
        bands: taken in their order.
        nanoseconds: what it should take.
        cancelled: asked before each band.

    Raises:
        Cancelled: as soon as `cancelled()` is true.
    """
    processor, wall = time.thread_time(), time.perf_counter()
    for band in bands:
        if cancelled is not None and cancelled():
            raise Cancelled
        work(*band)
    if nanoseconds >= NOTED:
        _habits[nanoseconds >= LONG].note(False, time.thread_time() - processor, time.perf_counter() - wall)


def share_bands(
    work: Work, bands: Sequence[Band], nanoseconds: float, cancelled: Callable[[], bool] | None = None
) -> None:
    """Call `work(first, last + 1)` for every band, together with helper threads.

    Args:
        work: must write to memory that no other band writes to.
        bands: taken in their order.
        nanoseconds: what one thread should take for all of them.
        cancelled: asked in the caller's thread before each of its bands.

    Raises:
        Cancelled: as soon as `cancelled()` is true; no band is running any more when it is raised.
    """
    job = _Job(work, bands)
    begun = time.perf_counter()
    _helpers.call(job, len(bands) - 1)
    job.run(cancelled)
    _habits[nanoseconds >= LONG].note(True, job.processor, time.perf_counter() - begun)
