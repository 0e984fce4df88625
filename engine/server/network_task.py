"""The Network page's work: the network on the frame, and the maps of one layer as a mosaic."""

from __future__ import annotations

import time
from typing import Literal, NamedTuple

import numpy as np

from engine.buffers import View
from engine.display.levels import measure_each
from engine.display.mosaic import Mosaic, paint_mosaic
from engine.display.tables import palette
from engine.forward import LiveNetwork, Seen
from engine.frames import Frame
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
    Show,
    Weights,
)
from engine.server.figures import figures_of
from engine.server.mosaics import paint_maps
from engine.server.names import ClassNames
from engine.server.ordering import Ordering, dead
from engine.server.paint import Painter
from engine.server.readout import read_kernel
from engine.server.strip import Glances, paint_strip
from engine.server.task import Job
from engine.server.units import unit_explained

MAX_KERNELS = 1024
MAX_GUESSES = 10


class _Kernels(NamedTuple):
    """A layer's kernels as a picture, and the `Show` and the version of the weights that it belongs to."""

    state: tuple[int, int]
    planes: tuple[Plane, ...] = ()
    tiles: tuple[Box, ...] = ()
    shape: tuple[int, ...] = ()


class NetworkTask:
    """Runs the newest network on the newest frame. The same live network is trained and looked at."""

    views: tuple[View, ...] = ("maps", "kernels", "strip")

    def __init__(self, painter: Painter, network: LiveNetwork, names: ClassNames) -> None:
        self._painter = painter
        self._network = network
        self._names = names
        self._painted: _Kernels | None = None
        self._ordering = Ordering()
        self._glances = Glances()
        self._made: tuple[int, int] | None = None

    @property
    def waiting(self) -> bool:
        """There is never anything less urgent."""
        return False

    def forget(self) -> None:
        """Let go of the last frame."""
        self._made = None

    def compute(self, job: Job) -> Event:
        """Run the network and paint the maps and kernels of the layer that is looked at."""
        began = time.perf_counter()
        show = job.show
        project = show.project
        self._network.update(project.network, project.planted, project.train.seed)
        self._made = None
        strip = self._glances.due(show)
        seen = self._network.see(job.frame.pixels, show.layer, strip)
        self._made = show.id, job.number
        order = self._ordering.of(seen.maps, project.view, (show.layer, project.network, project.source))
        maps_plane, tiles, shown = paint_maps(self._painter, seen.maps, show, order=order or None)
        kernels = self._kernels(show)
        planes = [*job.planes, maps_plane, *kernels.planes]
        small, strip_tiles = paint_strip(self._painter, seen.also, show) if strip else (None, ())
        self._glances.made(show, bool(strip))
        return Maps(
            id=show.id,
            frame=job.number,
            arrived=job.frame.stamp,
            asked=show.asked,
            planes=(*planes, *([small] if small else [])),
            layer=show.layer,
            shape=seen.shape,
            tiles=tiles,
            kernel_tiles=kernels.tiles,
            kernel_shape=kernels.shape,
            range=shown,
            guesses=_guesses(seen, self._class_names(project.data)),
            weights=self._weights(),
            note=seen.note,
            order=order,
            dead=int(dead(seen.maps).sum()),
            strip=strip,
            strip_tiles=strip_tiles,
            window=seen.window,
            figures=_figures(seen, show) if show.histogram else None,
            seconds=time.perf_counter() - began,
        )

    def without(self, job: Job) -> Event:
        """Only the input's picture."""
        show, self._painted, self._made = job.show, None, None
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
        """The layers at a glance, where the newest frame was not shown among them."""
        return None, self._glances.behind and self._made is not None

    def patch(self, question: Patch) -> PatchOf:
        """One kernel of a layer, as it is now; no planes if there is none."""
        return read_kernel(self._network.kernels(question.layer), question)

    def _class_names(self, data: str) -> tuple[str, ...]:
        """What the outputs mean: the classes that were learned, else those that there are to learn."""
        origin = self._network.origin
        return origin.class_names if origin is not None else self._names.of(data)

    def _weights(self) -> Weights:
        origin, fresh = self._network.origin, self._network.fresh
        if origin is None:
            return Weights()
        kind: Literal["in training", "trained"] = "in training" if origin.going_on else "trained"
        return Weights(kind=kind, run=origin.run, step=origin.step, fresh=fresh, planted=self._network.laid_over)

    def _kernels(self, show: Show) -> _Kernels:
        """The kernels' picture; none if the window has it from the frame before."""
        state = (show.id, self._network.version)
        if self._painted is not None and self._painted.state == state:
            return self._painted._replace(planes=())
        self._painted = self._paint_kernels(show, state)
        return self._painted

    def _paint_kernels(self, show: Show, state: tuple[int, int]) -> _Kernels:
        weights = self._network.kernels(show.layer)
        if weights is None:
            return _Kernels(state)
        shape = weights.shape
        columns = min(shape[1], 32)
        rows = min(shape[0], MAX_KERNELS // columns)
        chosen = np.ascontiguousarray(weights[:rows, :columns]).reshape(-1, *shape[2:])
        mosaic = Mosaic(len(chosen), shape[2], shape[3], rows, columns, 1)
        plane, out = self._painter.plane("kernels", *mosaic.size)
        paint_mosaic(chosen, measure_each(chosen, "diverging"), palette("diverging", show.dark), mosaic, out)
        return _Kernels(state, (plane,), mosaic.tiles(), tuple(shape))


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
