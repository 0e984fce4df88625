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
from functools import lru_cache
from itertools import pairwise
from queue import Empty, SimpleQueue

Band = tuple[int, int]
Work = Callable[[int, int], None]
IDLE_SECONDS = 0.2
"""A helper that has had nothing to do for so long ends; a live picture comes far more often."""


TRIALS = 4
AGAIN_ALONE, AGAIN_SHARED = 64, 24
"""After so many calls of the other way, working alone and sharing are tried again to see if they now do better."""
FORGETTING = 0.5
"""How much of what was known of a way its newest call replaces: a core is busy for moments."""
MOST_HABITS = 256
WORTH_SHARING = 8e5
"""Nanoseconds of work from which a second core pays: waking a helper takes about 80,000."""
WATCHING = 150e-6
"""Seconds that the caller stays awake for helpers that are at their last band: being woken takes as long."""
BAND_NUMBERS = 160_000


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


class Habit:
    """Whether a second core is worth waking for one kind of work just now: not while something else keeps it busy.

    `_seconds` is how long the work lately took, alone and shared.
    """

    def __init__(self) -> None:
        self._seconds: dict[bool, float] = {}
        self._calls = self._since = 0

    def choose(self) -> bool:
        """True to share; at first both in turn, then the better, and now and then the worse to see if it still is."""
        self._calls += 1
        if self._calls <= TRIALS:
            return self._calls % 2 == 1
        sharing = 1.1 * self._seconds.get(True, 1.0) < self._seconds.get(False, 1.0)
        self._since += 1
        if self._since < (AGAIN_ALONE if sharing else AGAIN_SHARED):
            return sharing
        self._since = 0
        return not sharing

    def note(self, shared: bool, seconds: float) -> None:
        """Remember how long the work took."""
        before = self._seconds.get(shared, seconds)
        self._seconds[shared] = before + FORGETTING * (seconds - before)


@lru_cache(maxsize=MOST_HABITS)
def _habit(kind: str, nanoseconds: float) -> Habit:
    """What is known of work of that kind and size."""
    return Habit()


class _Job:
    """Bands still to do, and how many of them are not done."""

    def __init__(self, work: Work, bands: Sequence[Band]) -> None:
        self._work = work
        self._bands = deque(bands)
        self._left = len(bands)
        self._error: BaseException | None = None
        self._counting, self._end = threading.Lock(), threading.Event()

    def help(self) -> None:
        """Do bands until none is left; an error goes to the caller."""
        while (band := self._take()) is not None:
            try:
                self._work(*band)
            except BaseException as error:
                self._error = self._error or error
                self._drop()
            finally:
                self._strike_off()

    def run(self, cancelled: Callable[[], bool] | None) -> None:
        """The caller's share: bands, then a wait for those that helpers are at."""
        try:
            while (band := self._take()) is not None:
                try:
                    if cancelled is not None and cancelled():
                        raise Cancelled
                    self._work(*band)
                finally:
                    self._strike_off()
        finally:
            self._drop()
            self._await_helpers()
        if self._error is not None:
            raise self._error

    def _take(self) -> Band | None:
        try:
            return self._bands.popleft()
        except IndexError:
            return None

    def _drop(self) -> None:
        """Nobody is to begin another band."""
        while self._take() is not None:
            self._strike_off()

    def _strike_off(self) -> None:
        with self._counting:
            self._left -= 1
        if self._left == 0:
            self._end.set()

    def _await_helpers(self) -> None:
        patience = time.perf_counter() + WATCHING
        while self._left and time.perf_counter() < patience:
            time.sleep(0)  # lets go of the interpreter, not of the core
        if self._left:
            self._end.wait()


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


def run_bands(work: Work, bands: Sequence[Band], cancelled: Callable[[], bool] | None = None) -> None:
    """Call `work(first, last + 1)` for every band, one after the other.

    Raises:
        Cancelled: as soon as `cancelled()`, asked before each band, is true.
    """
    for band in bands:
        if cancelled is not None and cancelled():
            raise Cancelled
        work(*band)


def share_bands(work: Work, bands: Sequence[Band], cancelled: Callable[[], bool] | None = None) -> None:
    """Call `work(first, last + 1)` for every band, together with helper threads.

    Args:
        work: must write to memory that no other band writes to.
        bands: taken in their order.
        cancelled: asked in the caller's thread before each of its bands.

    Raises:
        Cancelled: as soon as `cancelled()` is true; no band is running any more when it is raised.
    """
    job = _Job(work, bands)
    _helpers.call(job, len(bands) - 1)
    job.run(cancelled)


def in_bands(
    work: Work,
    alone: Sequence[Band],
    shared: Sequence[Band],
    kind: str,
    nanoseconds: float,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Do all of the work the quicker way: band after band of `alone`, or those of `shared` together with helpers.

    Args:
        work: called with (first, last + 1) of each band.
        alone: bands for one thread.
        shared: bands for several; fewer than two if that is out of the question.
        kind: a name for work whose `nanoseconds` are equally right.
        nanoseconds: what one undisturbed thread should take.
        cancelled: asked between bands.
    """
    if len(shared) < 2 or workers() < 2:
        run_bands(work, alone, cancelled)
        return
    habit = _habit(kind, nanoseconds)
    together = habit.choose()
    begun = time.perf_counter()
    if together:
        share_bands(work, shared, cancelled)
    else:
        run_bands(work, alone, cancelled)
    habit.note(together, time.perf_counter() - begun)


def over_rows(
    work: Work, rows: int, numbers: int, kind: str, cost: float, cancelled: Callable[[], bool] | None = None
) -> None:
    """Call `work(first, last + 1)` over all rows of something that needs no halo, in bands that stay in the cache.

    Args:
        work: must write only to its own rows.
        rows: how many there are.
        numbers: in all of them.
        kind: a name for this work.
        cost: nanoseconds for one number.
        cancelled: asked between bands.
    """
    parts = max(numbers // BAND_NUMBERS, 1)
    shared = split(rows, max(parts, workers())) if cost * numbers >= WORTH_SHARING else ()
    in_bands(work, split(rows, parts), shared, kind, cost * numbers, cancelled)
