"""The Kernel page's work: a kernel over the frame, after other steps if there are any, and the gallery of kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.buffers import View
from engine.display.levels import Levels
from engine.filtering.chain import apply_chain
from engine.filtering.picture import FilterResult, apply_filter
from engine.frames import Frame
from engine.protocol import Event, Probe, Readout, Result, Show
from engine.server.gallery import Gallery
from engine.server.paint import Painter, levels_of
from engine.server.readout import read_cell, read_pixel
from engine.server.slots import SlotPool
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
        steps, self._frame = job.show.project.before, job.frame.pixels
        if not steps:
            self._key, self._map = (), None
            return job.frame.pixels
        if self._map is None or self._key != (job.number, steps):
            with blamed(0, 2 if len(steps) == 1 else 1):  # more than one are told apart by the chain itself
                self._map = apply_chain(job.frame.pixels, steps, job.stale).map
            self._key = (job.number, steps)
        return self._map

    def latest(self, pixels: NDArray[np.uint8], number: int, show: Show) -> NDArray[Any]:
        """The same of the frame that was worked on last; until there is one, the frame itself."""
        kept = self._map is not None and self._key == (number, show.project.before)
        return self._map if kept and self._map is not None else pixels

    def read(self, probe: Probe, channels: str) -> Readout | None:
        """What the first step sees at a cell."""
        return None if self._frame is None else read_pixel(self._frame, channels, probe)


class KernelTask:
    """Keeps the last result, for readouts and for saving."""

    views: tuple[View, ...] = ("map",)

    def __init__(self, painter: Painter, slots: SlotPool) -> None:
        self._painter = painter
        self._slots = slots
        self._gallery = Gallery(painter)
        self._result: FilterResult | None = None
        self._source: tuple[Any, ...] | None = None
        self._seen: NDArray[np.float32] | None = None
        self._before = Before()

    @property
    def values(self) -> NDArray[Any] | None:
        """The feature map, if there is one."""
        return self._result.map if self._result else None

    @property
    def waiting(self) -> bool:
        """Whether new thumbnails are due soon."""
        return self._gallery.outdated

    def forget(self) -> None:
        """Let go of the last result."""
        self._result = self._source = self._seen = None
        self._before = Before()

    def compute(self, job: Job) -> Event:
        """Filter the frame and paint the map."""
        self._gallery.outdated = True
        self._result = None
        project = job.show.project
        given = self._before.map(job)
        source = (job.number, project.before, project.filter.channels)
        seen = self._seen if source == self._source else None
        with blamed(len(project.before), len(project.before) + 1):
            result = self._result = apply_filter(given, project.filter, job.stale, seen)
        self._source, self._seen = source, result.input
        plane, shown = self._painter.map(result.map, project, job.show.dark, self._gallery.shared)
        return Result(
            id=job.show.id,
            frame=job.number,
            arrived=job.frame.stamp,
            asked=job.show.asked,
            planes=(*job.planes, plane),
            range=shown,
            method=result.method,
            seconds=result.seconds,
        )

    def without(self, job: Job) -> Event:
        """Only the input's picture."""
        return Result(
            id=job.show.id, frame=job.number, arrived=job.frame.stamp, asked=job.show.asked, planes=job.planes
        )

    def read(self, probe: Probe, show: Show) -> Event | None:
        """The values at a cell, and the sum that it is."""
        if self._result is None:
            return None
        if probe.view == "input" and show.project.before:
            return self._before.read(probe, show.project.before[0].channels)
        return read_cell(self._result, show.project.filter, probe)

    def idle(self, show: Show, frame: Frame, number: int) -> tuple[Event | None, bool]:
        """Thumbnails; maps that share a range must all be shown in a new one."""
        if not show.gallery:
            return None, False
        before, room = self._gallery.shared, self._slots.available("gallery")
        given = self._before.latest(frame.pixels, number, show)
        thumbnails = self._gallery.make(given, number, show, room, self._levels(show))
        return thumbnails, self._gallery.shared is not None and self._gallery.shared != before

    def _levels(self, show: Show) -> Levels | None:
        if self._result is None or show.project.view.scale == "own":
            return None
        levels = levels_of(self._result.map, show.project)
        return levels if isinstance(levels, Levels) else None
