"""The Network page's work: the network on the frame, and the maps of one layer as a mosaic."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np

from engine.buffers import View
from engine.filtering.bands import Cancelled
from engine.forward import LiveNetwork, Seen
from engine.frames import Frame
from engine.presets.learned import learned
from engine.protocol import (
    Box,
    Event,
    Explain,
    ExplainUnit,
    Guess,
    MapFigures,
    Maps,
    Patch,
    PatchOf,
    Plane,
    Probe,
    Range,
    Show,
    Weights,
)
from engine.server.figures import figures_of
from engine.server.kernel_sheet import KernelSheet
from engine.server.names import ClassNames
from engine.server.ordering import Ordering, dead
from engine.server.pace import Pace
from engine.server.paint import Painter
from engine.server.readout import read_kernel
from engine.server.sheet import Sheet
from engine.server.slots import SlotPool
from engine.server.strip import Glances, paint_strip
from engine.server.task import Job
from engine.server.units import unit_explained
from engine.spec.project import Project

MAX_GUESSES = 10
SLICE = 0.004
"""Seconds of work after which something more urgent is looked for, while nobody waits for the rest."""


class _Shown(NamedTuple):
    """The maps as they were painted last, and what is told of them."""

    plane: Plane
    tiles: tuple[Box, ...]
    range: Range
    order: tuple[int, ...]
    dead: int
    seen: Seen


class NetworkTask:
    """Runs the newest network on the newest frame. The same live network is trained and looked at."""

    views: tuple[View, ...] = ("maps", "kernels", "strip")

    def __init__(
        self,
        painter: Painter,
        network: LiveNetwork,
        names: ClassNames,
        slots: SlotPool | None = None,
        wake: Callable[[], None] | None = None,
    ) -> None:
        self._painter = painter
        self._slots = slots
        self._wake = wake
        self._sheet = Sheet(painter)
        self._pace = Pace()
        self._job: Job | None = None
        self._shown: _Shown | None = None
        self._network = network
        self._names = names
        self._kernels = KernelSheet(painter, network)
        self._ordering = Ordering()
        self._glances = Glances()
        self._made: tuple[int, int] | None = None

    @property
    def waiting(self) -> bool:
        """There is never anything less urgent."""
        return False

    @property
    def owes(self) -> bool:
        """Whether `idle` is to be called again soon."""
        return self._pace.owes

    def forget(self) -> None:
        """Let go of the last frame."""
        self._made = self._job = None
        self._pace.forget()

    def compute(self, job: Job) -> Event:
        """Run the network and paint the maps of the layer that is looked at; the rest too, or it follows in `idle`."""
        began = time.perf_counter()
        show = job.show
        project = show.project
        self._network.update(project.network, project.planted, project.train.seed, project.pretrained)
        self._made = self._job = None
        everything = self._pace.at_once(show.id, self._network.macs)
        strip = self._glances.due(show) if everything else ()
        pixels = job.frame.pixels
        seen = self._network.see(pixels, show.layer, strip, guess=everything, at_once=not everything, stale=job.stale)
        self._made, self._job = (show.id, job.number), job
        self._shown = self._paint(seen, show)
        kernels = self._kernels.of(show, wait=not everything)
        planes = (*job.planes, self._shown.plane, *kernels.planes)
        if not everything:
            self._pace.told(False)
            return self._answer(job, planes, began, more=True)
        return self._whole(job, seen, strip, planes, began)

    def _paint(self, seen: Seen, show: Show) -> _Shown:
        """Paint the maps of the layer that is looked at."""
        view = show.project.view
        found = self._sheet.found(seen.maps, seen.stamps)
        order = self._ordering.of(seen.maps, view, (show.layer, show.project.network, show.project.source), found)
        plane, tiles, shown = self._sheet.paint(seen.maps, seen.stamps, show, order)
        return _Shown(plane, tiles, shown, order, int(dead(found).sum()), seen)

    def _whole(self, job: Job, seen: Seen, strip: tuple[str, ...], planes: tuple[Plane, ...], began: float) -> Maps:
        """An answer with everything that is told of a frame."""
        show = job.show
        small, strip_tiles = paint_strip(self._painter, seen.also, show) if strip else (None, ())
        self._glances.made(show, bool(strip))
        self._pace.told(True)
        return self._answer(
            job,
            (*planes, *([small] if small else [])),
            began,
            guesses=_guesses(seen, self.class_names(show.project)),
            strip=strip,
            strip_tiles=strip_tiles,
            figures=_figures(seen, show) if show.histogram else None,
        )

    def _answer(self, job: Job, planes: tuple[Plane, ...], began: float, **more: Any) -> Maps:
        show, shown, kernels = job.show, self._shown, self._kernels.painted
        assert shown is not None
        assert kernels is not None
        return Maps(
            id=show.id,
            frame=job.number,
            arrived=job.frame.stamp,
            asked=show.asked,
            planes=planes,
            layer=show.layer,
            shape=shown.seen.shape,
            tiles=shown.tiles,
            kernel_tiles=kernels.tiles,
            kernel_shape=kernels.shape,
            range=shown.range,
            weights=self.weights(),
            note=shown.seen.note,
            order=shown.order,
            dead=shown.dead,
            window=shown.seen.window,
            seconds=time.perf_counter() - began,
            **more,
        )

    def without(self, job: Job) -> Event:
        """Only the input's picture."""
        show = job.show
        self.forget()
        self._kernels.forget()
        return Maps(
            id=show.id,
            frame=job.number,
            arrived=job.frame.stamp,
            asked=show.asked,
            planes=job.planes,
            layer=show.layer,
        )

    def read(self, question: Probe | Explain, show: Show) -> Event | None:
        """What a number of the maps of the newest frame was computed from."""
        if not isinstance(question, ExplainUnit) or question.row is None or self._made is None:
            return None
        return unit_explained(self._network.explainer(), question, *self._made)

    def idle(self, show: Show, frame: Frame, number: int) -> tuple[Event | None, bool]:
        """What an edit left for later, in slices; else the layers at a glance, where they do not show this frame."""
        job = self._job
        if job is None or (job.show.id, job.number) != (show.id, number):
            return None, False
        if self._kernels.waits and (self._slots is None or self._slots.available("kernels")):
            return self._kernels_alone(job), False
        if not self._pace.owes:
            return None, self._glances.behind and self._made is not None
        room = self._slots is None or all(self._slots.available(view) for view in self.views)
        return self._rest(job) if room and self._pace.is_due else None, False

    def _rest(self, job: Job) -> Event | None:
        """The maps as they are to the last bit, and all that is told besides; None if that takes another slice."""
        began = time.perf_counter()
        until = math.inf if self._pace.is_overdue else began + SLICE
        strip = self._glances.due(job.show)
        try:
            seen = self._network.see(job.frame.pixels, job.show.layer, strip, stale=lambda: time.perf_counter() > until)
        except Cancelled:
            if self._wake is not None:
                self._wake()
            return None
        planes: tuple[Plane, ...] = ()
        if self._shown is None or not np.array_equal(self._shown.seen.stamps, seen.stamps):
            self._shown = self._paint(seen, job.show)
            planes = (self._shown.plane,)
        return self._whole(job, seen, strip, planes, began)

    def patch(self, question: Patch) -> PatchOf:
        """One kernel of a layer, as it is now; no planes if there is none."""
        found = self._network.kernels(question.layer, self._kernels.place)
        return read_kernel(None if found is None else found.reshape(-1, *found.shape[-3:]), question)

    def class_names(self, project: Project) -> tuple[str, ...]:
        """What the outputs mean: the classes that were learned, else those that there are to learn."""
        origin = self._network.origin
        if origin is not None:
            return origin.class_names
        if project.pretrained and self._network.knows_classes:
            return learned(project.pretrained).class_names
        return self._names.of(project.data)

    def weights(self) -> Weights:
        """Which weights the network has now."""
        origin, fresh = self._network.origin, self._network.fresh
        if origin is None and self._network.began.kept:
            lost, laid = self._network.began.fresh, self._network.laid_over
            return Weights(kind="pretrained", run=self._network.pretrained, fresh=lost, planted=laid)
        if origin is None:
            return Weights()
        kind: Literal["in training", "trained", "past"] = "in training" if origin.going_on else "trained"
        if origin.past:
            kind = "past"
        return Weights(kind=kind, run=origin.run, step=origin.step, fresh=fresh, planted=self._network.laid_over)

    def _kernels_alone(self, job: Job) -> Maps:
        """The kernels that the maps were told without."""
        began = time.perf_counter()
        return self._answer(job, self._kernels.of(job.show).planes, began, more=True)


def _figures(seen: Seen, show: Show) -> MapFigures:
    """Of the map that is shown alone, or of all of them."""
    alone = 0 <= show.only < len(seen.maps)
    return figures_of(seen.maps[show.only] if alone else seen.maps)


def _guesses(seen: Seen, names: tuple[str, ...]) -> tuple[Guess, ...]:
    chances = seen.probabilities
    if chances is None:
        return ()
    # A network with fewer outputs than there are classes cannot mean them.
    known = names if len(names) <= len(chances) else ()
    order = [int(index) for index in np.argsort(-chances, kind="stable")[:MAX_GUESSES]]
    return tuple(
        Guess(index=index, probability=float(chances[index]), name=known[index] if index < len(known) else "")
        for index in order
    )
