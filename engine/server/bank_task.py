"""The bank's work: many kernels over the same picture, their feature maps side by side."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.buffers import View
from engine.errors import SpecError
from engine.filtering.picture import apply_filter
from engine.frames import Frame
from engine.protocol import Event, Explain, Maps, Probe, Show
from engine.server.before import Before
from engine.server.mosaics import paint_maps
from engine.server.paint import Painter
from engine.server.task import Job
from engine.spec.edit import with_kernel
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.geometry import blamed

ASPECT = 1.7
"""Of the place in the window; the settings are beside it, no second picture."""


class BankTask:
    """Applies every kernel of the bank with the settings of the chosen step."""

    views: tuple[View, ...] = ("maps",)

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._before = Before()

    @property
    def waiting(self) -> bool:
        """There is never anything less urgent."""
        return False

    def forget(self) -> None:
        """Let go of what was kept of the last frame."""
        self._before = Before()

    def compute(self, job: Job) -> Event:
        """Filter the frame by every kernel and paint the maps as a mosaic."""
        began = time.perf_counter()
        show, project = job.show, job.show.project
        if not project.bank:
            raise SpecError("The bank is empty; put a kernel into it or choose a bank.")
        given = self._before.map(job)
        specs = bank_specs(project.filter, project.bank)
        if 0 <= show.only < len(specs) and project.view.scale == "own":
            # Nobody sees the others, and the colours of this one do not depend on them.
            specs, show = specs[show.only : show.only + 1], msgspec.structs.replace(show, only=-1)
        with blamed(len(project.before), len(project.before) + 1):
            maps = bank_maps(given, specs, job)
        direction = project.filter.detector.kind == "direction"
        plane, tiles, shown = paint_maps(self._painter, maps, show, direction, ASPECT)
        return msgspec.structs.replace(
            _answer(job),
            planes=(*job.planes, plane),
            shape=(len(project.bank), *maps.shape[1:]),
            tiles=tiles,
            range=shown,
            note="" if specs[0].padding == project.filter.padding else "padding same, so that the maps have one size",
            method=f"bank of {len(project.bank)}",
            seconds=time.perf_counter() - began,
        )

    def without(self, job: Job) -> Event:
        """Only the input's picture."""
        return _answer(job)

    def read(self, question: Probe | Explain, show: Show) -> Event | None:
        """Maps of a bank are not read one by one: choosing a kernel shows its map large."""
        return None

    def idle(self, show: Show, frame: Frame, number: int) -> tuple[Event | None, bool]:
        """Nothing."""
        return None, False


def _answer(job: Job) -> Maps:
    show, frame = job.show, job.frame
    return Maps(id=show.id, frame=job.number, arrived=frame.stamp, asked=show.asked, planes=job.planes, layer="")


def bank_specs(settings: FilterSpec, bank: tuple[KernelSpec, ...]) -> list[FilterSpec]:
    """The filter that each kernel of a bank stands for.

    Maps in a mosaic have one size and one channel: colours are seen as grey values where each would make a map of its
    own, and kernels of different sizes are padded so that the picture keeps its size.
    """
    one = msgspec.structs.replace(settings, channels="grey") if settings.channels == "each" else settings
    if len({kernel.size for kernel in bank}) > 1:
        one = msgspec.structs.replace(one, padding="same")
    return [with_kernel(one, kernel) for kernel in bank]


def bank_maps(given: NDArray[Any], specs: list[FilterSpec], job: Job) -> NDArray[np.float32]:
    """The map of every filter, [N, H', W']; the picture is converted once."""
    first = apply_filter(given, specs[0], job.stale)
    maps = np.empty((len(specs), *first.map.shape), np.float32)
    maps[0] = first.map
    for place, spec in enumerate(specs[1:], start=1):
        maps[place] = apply_filter(given, spec, job.stale, first.input).map
    return maps
