"""The Kernel page's work: one kernel over the frame, and the gallery of all kernels when there is time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.buffers import View
from engine.display.levels import Levels
from engine.filtering.picture import FilterResult, apply_filter
from engine.frames import Frame
from engine.protocol import Event, Probe, Result, Show
from engine.server.gallery import Gallery
from engine.server.paint import Painter, levels_of
from engine.server.readout import read_cell
from engine.server.slots import SlotPool
from engine.server.task import Job


class KernelTask:
    """Keeps the last result, for readouts and for saving."""

    views: tuple[View, ...] = ("map",)

    def __init__(self, painter: Painter, slots: SlotPool) -> None:
        self._painter = painter
        self._slots = slots
        self._gallery = Gallery(painter)
        self._result: FilterResult | None = None
        self._source: tuple[int, str] | None = None
        self._seen: NDArray[np.float32] | None = None

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

    def compute(self, job: Job) -> Event:
        """Filter the frame and paint the map."""
        self._gallery.outdated = True
        self._result = None
        project = job.show.project
        source = (job.number, project.filter.channels)
        seen = self._seen if source == self._source else None
        result = self._result = apply_filter(job.frame.pixels, project.filter, job.stale, seen)
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
        return read_cell(self._result, show.project.filter, probe) if self._result is not None else None

    def idle(self, show: Show, frame: Frame, number: int) -> tuple[Event | None, bool]:
        """Thumbnails; maps that share a range must all be shown in a new one."""
        if not show.gallery:
            return None, False
        before, room = self._gallery.shared, self._slots.available("gallery")
        thumbnails = self._gallery.make(frame.pixels, number, show, room, self._levels(show))
        return thumbnails, self._gallery.shared is not None and self._gallery.shared != before

    def _levels(self, show: Show) -> Levels | None:
        if self._result is None or show.project.view.scale == "own":
            return None
        levels = levels_of(self._result.map, show.project)
        return levels if isinstance(levels, Levels) else None
