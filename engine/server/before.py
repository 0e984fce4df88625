"""What the steps before the chosen one make of the frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.filtering.chain import apply_chain
from engine.protocol import Probe, Readout, Show
from engine.server.readout import read_pixel
from engine.server.task import Job
from engine.spec.geometry import blamed


class Before:
    """What the chosen step sees: the frame, or the map of the steps before it, kept while frame and steps stay."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._map: NDArray[np.float32] | None = None
        self._frame: NDArray[np.uint8] | None = None

    def map(self, job: Job) -> NDArray[Any]:
        """What the chosen step sees of the job's frame."""
        steps = job.show.project.before
        if not steps:
            # A frame that is held is a slot that the capture cannot write into.
            self._key, self._map, self._frame = (), None, None
            return job.frame.pixels
        self._frame = job.frame.pixels
        if self._map is None or self._key != (job.number, steps, job.frame.pixels.shape):
            with blamed(0, 2 if len(steps) == 1 else 1):  # more than one are told apart by the chain itself
                self._map = apply_chain(job.frame.pixels, steps, job.stale).map
            self._key = (job.number, steps, job.frame.pixels.shape)
        return self._map

    def latest(self, pixels: NDArray[np.uint8], number: int, show: Show) -> NDArray[Any]:
        """The same of the frame that was worked on last; until there is one, the frame itself."""
        kept = self._map is not None and self._key[:2] == (number, show.project.before)
        return self._map if kept and self._map is not None else pixels

    def read(self, probe: Probe, channels: str) -> Readout | None:
        """What the first step sees at a cell."""
        return None if self._frame is None else read_pixel(self._frame, channels, probe)
