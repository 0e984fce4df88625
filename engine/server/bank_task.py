"""The bank's work: many kernels over the same picture, their feature maps side by side."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.buffers import View
from engine.errors import SpecError
from engine.filtering.bank import apply_bank
from engine.protocol import Event, Maps, Range
from engine.server.before import Before
from engine.server.mosaics import paint_maps
from engine.server.paint import Painter
from engine.server.task import AtOnce, Job
from engine.server.warm_up import LOADED
from engine.spec.edit import with_kernel
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.geometry import blamed

if TYPE_CHECKING:
    from engine.filtering.bank_on_torch import Tiles

ASPECT = 1.7
"""Of the place in the window; the settings are beside it, no second picture."""


class _Made(NamedTuple):
    """Maps to be shown; `tiles` where they are only what the screen shows of maps on a graphics card."""

    maps: NDArray[np.float32]
    tiles: Tiles | None = None
    reduction: int = 1

    @property
    def size(self) -> tuple[int, ...]:
        """(height, width) of the whole maps."""
        return self.maps.shape[1:] if self.tiles is None else self.tiles.size

    @property
    def where(self) -> str:
        """Said of them where it is not the processor that made them."""
        return "" if self.tiles is None else " on the graphics card"

    def measured(self, shown: Range) -> Range:
        """The range, with what was measured on the whole maps."""
        found = self.tiles
        if found is None:
            return shown
        return msgspec.structs.replace(
            shown, minimum=found.minimum, maximum=found.maximum, mean=found.mean, bad_cells=found.non_finite
        )


class BankTask(AtOnce):
    """Applies every kernel of the bank with the settings of the chosen step."""

    views: tuple[View, ...] = ("maps",)

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._before = Before()
        self._memory: NDArray[np.float32] | None = None

    def forget(self) -> None:
        """Let go of what was kept of the last frame, and of the memory for its maps."""
        self._before = Before()
        self._memory = None

    def compute(self, job: Job) -> Event:
        """Filter the frame by every kernel and paint the maps as a mosaic."""
        began = time.perf_counter()
        show, project = job.show, job.show.project
        if not project.bank:
            raise SpecError("The bank is empty; put a kernel into it or choose a bank.")
        specs = bank_specs(project.filter, project.bank)
        if 0 <= show.only < len(specs) and project.view.scale == "own":
            # Nobody sees the others, and the colours of this one do not depend on them.
            specs, show = specs[show.only : show.only + 1], msgspec.structs.replace(show, only=-1)
        made = self._on_card(job, specs, show.only) or self._small(job, specs) or _Made(self._maps(job, specs))
        direction = project.filter.detector.kind == "direction"
        plane, tiles, shown = paint_maps(self._painter, made.maps, show, direction, ASPECT)
        return msgspec.structs.replace(
            _answer(job),
            planes=(*job.planes, plane),
            shape=(len(project.bank), *made.size),
            tiles=tiles,
            range=made.measured(shown),
            note=_note(specs[0].padding != project.filter.padding, made.reduction),
            method=f"bank of {len(project.bank)}{made.where}",
            seconds=time.perf_counter() - began,
        )

    def _on_card(self, job: Job, specs: list[FilterSpec], only: int) -> _Made | None:
        """What the screen shows of the whole maps, made on the graphics card; None if there is none, or no room."""
        if not LOADED.is_set():
            return None
        from engine.server.card import card_tiles

        before = job.show.project.before
        given = self._before.map(job)
        with blamed(len(before), len(before) + 1):
            found = card_tiles(given, specs, 1 if only >= 0 else len(specs), ASPECT, job.stale)
        return None if found is None else _Made(found.maps, found)

    def _maps(self, job: Job, specs: list[FilterSpec]) -> NDArray[np.float32]:
        before = job.show.project.before
        given = self._before.map(job)
        with blamed(len(before), len(before) + 1):
            self._memory = apply_bank(given, specs, job.stale, out=self._memory)
        return self._memory

    def _small(self, job: Job, specs: list[FilterSpec]) -> _Made | None:
        """The maps of a frame made smaller because it moves; None if it is not, or a kernel needs the whole."""
        if job.small is None:
            return None
        try:
            return _Made(self._maps(replace(job, frame=job.small), specs), reduction=job.reduction)
        except SpecError:
            return None

    def without(self, job: Job) -> Event:
        """Only the input's picture."""
        return _answer(job)


def _note(padded: bool, reduction: int) -> str:
    texts = ["padding same, so that the maps have one size"] * padded
    texts += [f"worked out at 1/{reduction} of the resolution while the picture moves"] * (reduction > 1)
    return "; ".join(texts)


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
