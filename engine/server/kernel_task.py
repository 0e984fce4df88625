"""The Kernel page's work: a kernel over the frame, after other steps if there are any, and the gallery of kernels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.buffers import View
from engine.display.levels import Levels
from engine.errors import SpecError
from engine.filtering.picture import FilterResult, apply_filter
from engine.frames import Frame
from engine.protocol import Event, Explain, Patch, PatchOf, Probe, Result, Show
from engine.server.before import Before
from engine.server.explaining import explained
from engine.server.gallery import Gallery
from engine.server.histograms import Counting
from engine.server.paint import Painter, levels_of, of_larger
from engine.server.readout import read_cell, read_patch
from engine.server.resolution import asks
from engine.server.slots import SlotPool
from engine.server.task import Job
from engine.spec.geometry import ChainGeometry, blamed


class KernelTask:
    """Keeps the last result, for readouts and for saving."""

    views: tuple[View, ...] = ("map",)

    def __init__(self, painter: Painter, slots: SlotPool) -> None:
        self._painter = painter
        self._slots = slots
        self._gallery = Gallery(painter)
        self._counting = Counting()
        self._result: FilterResult | None = None
        self._source: tuple[Any, ...] | None = None
        self._seen: NDArray[np.float32] | None = None
        self._kept: tuple[tuple[Any, ...], FilterResult] | None = None
        self._before = Before()
        self._made: tuple[Show, int] | None = None
        self._small_before = Before()
        self._coarse: Job | None = None
        self._painted: NDArray[np.float32] | None = None

    @property
    def values(self) -> NDArray[Any] | None:
        """The feature map at its own resolution, if there is one."""
        result = self._sharp
        return result.map if result else None

    @property
    def waiting(self) -> bool:
        """Whether new thumbnails are due soon."""
        return self._gallery.outdated

    @property
    def busy(self) -> bool:
        """Whether `idle` is to be called again soon: it has begun something."""
        return self._gallery.busy

    def forget(self) -> None:
        """Let go of the last result."""
        self._result = self._source = self._seen = self._made = self._kept = None
        self._coarse = self._painted = None
        self._before, self._small_before = Before(), Before()
        self._counting.forget()

    def compute(self, job: Job) -> Event:
        """Filter the frame, made smaller if it moves, and paint the map."""
        self._gallery.outdated = True
        self._result = self._coarse = self._painted = None
        self._counting.forget()
        small = None if job.small is None else self._filter_small(job, job.small)
        result, size = small or (self._filter(job), None)
        self._painted = result.map
        sight = job.show.map_sight if size is None else None
        show = job.show
        plane, shown = self._painter.map(result.map, show.project, show.dark, self._gallery.shared, sight, job.stale)
        if size is None:
            self._counting.take(job.frame, result, shown)
        else:
            plane = of_larger(plane, size)
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

    def _filter(self, job: Job) -> FilterResult:
        """The map at its own resolution, which is kept."""
        project = job.show.project
        if self._kept is not None and self._kept[0] == (job.number, project.before, project.filter):
            # Only how it is shown has changed.
            self._result, self._made = self._kept[1], (job.show, job.number)
            return self._kept[1]
        self._kept = None
        given = self._before.map(job)
        source = (job.number, project.before, project.filter.channels)
        seen = self._seen if source == self._source else None
        with blamed(len(project.before), len(project.before) + 1):
            result = self._result = apply_filter(given, project.filter, job.stale, seen)
        self._source, self._seen, self._made = source, result.input, (job.show, job.number)
        self._kept = (job.number, project.before, project.filter), result
        return result

    def _filter_small(self, job: Job, small: Frame) -> tuple[FilterResult, tuple[int, int]] | None:
        """The map of the smaller frame, and the size of the whole one's; None if the kernel needs the whole."""
        project = job.show.project
        try:
            size = ChainGeometry(project.steps, (job.frame.pixels.shape[0], job.frame.pixels.shape[1])).map_size
            given = self._small_before.map(replace(job, frame=small))
            result = apply_filter(given, project.filter, job.stale)
        except SpecError:
            return None
        self._coarse = job
        return result, size

    @property
    def _sharp(self) -> FilterResult | None:
        """The result at its own resolution: numbers are never read from the smaller one."""
        if self._coarse is not None:
            job, self._coarse = self._coarse, None
            self._result = self._filter(replace(job, stale=_never))
        return self._result

    def without(self, job: Job) -> Event:
        """Only the input's picture."""
        return Result(
            id=job.show.id, frame=job.number, arrived=job.frame.stamp, asked=job.show.asked, planes=job.planes
        )

    def read(self, question: Probe | Explain, show: Show) -> Event | None:
        """The values at a cell, and the sum that it is."""
        result = self._sharp if asks(question) else None
        if result is None:
            return None
        if isinstance(question, Explain):
            return self._explain(question, result)
        if question.view == "input" and show.project.before:
            return self._before.read(question, show.project.before[0].channels)
        return read_cell(result, show.project.filter, question)

    def patch(self, question: Patch) -> PatchOf:
        """The numbers in a rectangle of what the chosen step saw last."""
        return read_patch(self._seen if self._sharp is not None else None, question)

    def count(self, show: Show, stale: Callable[[], bool]) -> Event | None:
        """How often each value occurs in what was computed last, if that is asked for and due."""
        return self._counting.make(show, stale)

    def counts_soon(self, show: Show) -> bool:
        """Whether `count` will soon have something."""
        return self._counting.waits(show)

    def _explain(self, question: Explain, result: FilterResult) -> Event | None:
        """A cell of the map that was made last, whatever has been asked for since."""
        if self._made is None:
            return None
        show, frame = self._made
        return explained(result, show.project.filter, question, show.id, frame)

    def idle(self, show: Show, frame: Frame, number: int) -> tuple[Event | None, bool]:
        """Thumbnails; maps that share a range must all be shown in a new one."""
        if not show.gallery:
            return None, False
        before, room = self._gallery.shared, self._slots.available("gallery")
        steps = self._before if self._coarse is None else self._small_before
        given = steps.latest(frame.pixels, number, show)
        thumbnails = self._gallery.make(given, number, show, room, partial(self._levels, show))
        return thumbnails, self._gallery.shared is not None and self._gallery.shared != before

    def _levels(self, show: Show) -> Levels | None:
        if self._painted is None or show.project.view.scale == "own":
            return None
        levels = levels_of(self._painted, show.project)
        return levels if isinstance(levels, Levels) else None


def _never() -> bool:
    """Numbers that somebody asked for are worked out to the end."""
    return False
