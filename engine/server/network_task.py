"""The Network page's work: the network on the frame, and the maps of one layer as a mosaic."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.buffers import View, budget
from engine.display.contrast import tightened
from engine.display.levels import Levels, MapLevels, measure, measure_each
from engine.display.mosaic import Mosaic, layout, paint_mosaic
from engine.display.tables import palette
from engine.display.thumbnails import widest
from engine.forward import LiveNetwork, Seen
from engine.frames import Frame
from engine.protocol import Box, Event, Guess, Maps, Plane, Probe, Range, Show
from engine.server.paint import Painter, range_of
from engine.server.task import Job
from engine.spec.view import ViewSpec

MAX_MAPS = 4096
MAX_KERNELS = 1024
MAX_GUESSES = 10
ASPECT = 1.3


class NetworkTask:
    """Runs the newest network on the newest frame. The same live network is trained and looked at."""

    views: tuple[View, ...] = ("maps", "kernels")

    def __init__(self, painter: Painter, network: LiveNetwork) -> None:
        self._painter = painter
        self._network = network

    @property
    def waiting(self) -> bool:
        """There is never anything less urgent."""
        return False

    def forget(self) -> None:
        """Nothing is kept between frames."""

    def compute(self, job: Job) -> Event:
        """Run the network and paint the maps and kernels of the layer that is looked at."""
        began = time.perf_counter()
        show = job.show
        self._network.update(show.project.network, show.project.planted)
        seen = self._network.see(job.frame.pixels, show.layer)
        maps_plane, tiles, shown = self._maps(seen.maps, show)
        kernels = self._kernels(show)
        planes = [*job.planes, maps_plane, *([kernels[0]] if kernels else [])]
        return Maps(
            id=show.id,
            frame=job.number,
            arrived=job.frame.stamp,
            asked=show.asked,
            planes=tuple(planes),
            layer=show.layer,
            shape=seen.shape,
            tiles=tiles,
            kernel_tiles=kernels[1] if kernels else (),
            kernel_shape=kernels[2] if kernels else (),
            range=shown,
            guesses=_guesses(seen),
            note=seen.note,
            seconds=time.perf_counter() - began,
        )

    def without(self, job: Job) -> Event:
        """Only the input's picture."""
        show = job.show
        return Maps(
            id=show.id,
            frame=job.number,
            arrived=job.frame.stamp,
            asked=show.asked,
            planes=job.planes,
            layer=show.layer,
        )

    def read(self, probe: Probe, show: Show) -> Event | None:
        """Values of maps are not read one by one yet."""
        return None

    def idle(self, show: Show, frame: Frame, number: int) -> tuple[Event | None, bool]:
        """Nothing."""
        return None, False

    def _maps(self, maps: NDArray[np.float32], show: Show) -> tuple[Plane, tuple[Box, ...], Range]:
        chosen = maps[show.only : show.only + 1] if 0 <= show.only < len(maps) else maps[:MAX_MAPS]
        view = show.project.view
        each = _levels(chosen, view)
        whole = widest(each)
        # A layer of single values would otherwise give each of them a range of its own, and so one of two colours.
        single = chosen.shape[1] * chosen.shape[2] == 1
        levels = whole if single or view.scale == "shared" else MapLevels.of(each)
        height, width = chosen.shape[1:]
        mosaic = layout(len(chosen), height, width, ASPECT, _gap(chosen), budget("maps"))
        plane, out = self._painter.plane("maps", *mosaic.size)
        tables = palette(view.colour_map, show.dark)
        paint_mosaic(chosen, levels, tables, mosaic, out)
        found = measure(maps)
        return plane, mosaic.tiles(), range_of(_measured(whole, found), tables.name(whole.kind))

    def _kernels(self, show: Show) -> tuple[Plane, tuple[Box, ...], tuple[int, ...]] | None:
        weights = self._network.kernels(show.layer)
        if weights is None:
            return None
        shape = weights.shape
        columns = min(shape[1], 32)
        rows = min(shape[0], MAX_KERNELS // columns)
        chosen = np.ascontiguousarray(weights[:rows, :columns]).reshape(-1, *shape[2:])
        mosaic = Mosaic(len(chosen), shape[2], shape[3], rows, columns, 1)
        plane, out = self._painter.plane("kernels", *mosaic.size)
        paint_mosaic(chosen, measure_each(chosen, "diverging"), palette("diverging", show.dark), mosaic, out)
        return plane, mosaic.tiles(), tuple(shape)


def _levels(maps: NDArray[np.float32], view: ViewSpec) -> list[Levels]:
    """The range of each map; all are of one kind, so that one legend is true of all."""
    signed = view.colour_map == "auto" and bool((maps < 0).any())
    colours = "diverging" if signed else view.colour_map
    return [tightened(measure(values, colours), values, view.saturated) for values in maps]


def _gap(maps: NDArray[Any]) -> int:
    return 0 if maps.shape[1] * maps.shape[2] == 1 else max(1, min(maps.shape[1:]) // 14)


def _measured(shown: Levels, found: Levels) -> Levels:
    """The range that is shown, with what was measured on all maps."""
    return msgspec.structs.replace(
        shown, minimum=found.minimum, maximum=found.maximum, mean=found.mean, non_finite=found.non_finite
    )


def _guesses(seen: Seen) -> tuple[Guess, ...]:
    chances = seen.probabilities
    if chances is None:
        return ()
    order = np.argsort(-chances, kind="stable")[:MAX_GUESSES]
    return tuple(Guess(index=int(index), probability=float(chances[index])) for index in order)
