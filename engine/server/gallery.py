"""Live thumbnails: every named kernel on the current frame, when there is nothing more urgent to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from functools import lru_cache
from typing import Any

from numpy.typing import NDArray

from engine.display import thumbnails
from engine.display.levels import Levels
from engine.kernels import kernel, kernel_names
from engine.protocol import Show, Thumbnails
from engine.server.paint import Painter
from engine.spec.edit import with_kernel
from engine.spec.filter import FilterSpec, KernelSpec

Also = Callable[[], Levels | None]
SIDE = 72
EVERY_SECONDS = 0.25
SLICE_SECONDS = 0.001
"""So long is worked on them at a time: a new frame never waits longer."""


@lru_cache(maxsize=1)
def _kernels() -> tuple[KernelSpec, ...]:
    return tuple(kernel(name).spec() for name in kernel_names())


class Gallery:
    """Makes the thumbnails anew at most four times a second, and only when something they show has changed."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._made = 0.0
        self._wanted: tuple[int, tuple[object, ...]] | None = None
        self._making: Generator[None, None, thumbnails.Gallery] | None = None
        self.shared: Levels | None = None
        """The range that the thumbnails were shown in, where they share one."""
        self.outdated = False

    @property
    def waiting(self) -> bool:
        """Whether they will be made soon."""
        return self.outdated

    @property
    def busy(self) -> bool:
        """Whether they are half made."""
        return self._making is not None

    def make(self, frame: NDArray[Any], number: int, show: Show, room: bool, also: Also) -> Thumbnails | None:
        """A slice of the work on the thumbnails of frame `number`.

        Args:
            frame: what the kernel sees of it: the frame itself, or the map of the steps before.
            number: of the frame.
            show: the state of affairs.
            room: whether a slot is free.
            also: tells the range of the feature map, for a shared scale.

        Returns:
            The thumbnails once they are made; None before, and if those that were made are recent or still right.
        """
        if self._making is not None and self._wanted is not None and self._wanted[1] != _looks(show):
            self._making = None
            self.outdated = True
        if self._making is None and not self._begin(frame, number, show, room, also):
            return None
        gallery = self._slice()
        return None if gallery is None else self._paint(gallery)

    def _begin(self, frame: NDArray[Any], number: int, show: Show, room: bool, also: Also) -> bool:
        if not self.outdated or not room or time.monotonic() - self._made < EVERY_SECONDS:
            return False
        self.outdated = False
        wanted = (number, _looks(show))
        if wanted == self._wanted:
            return False
        self._wanted = wanted
        specs = [with_kernel(show.project.filter, each) for each in _kernels()]
        self._making = thumbnails.gallery_steps(frame, specs, SIDE, show.project.view, show.dark, also=also())
        return True

    def _slice(self) -> thumbnails.Gallery | None:
        making, self._making = self._making, None
        assert making is not None
        until = time.perf_counter() + SLICE_SECONDS
        while True:
            try:
                next(making)
            except StopIteration as end:
                made: thumbnails.Gallery = end.value
                return made
            if time.perf_counter() >= until:
                self._making = making
                return None

    def _paint(self, gallery: thumbnails.Gallery) -> Thumbnails:
        self.shared = gallery.shared
        plane, out = self._painter.plane("gallery", *gallery.mosaic.size)
        gallery.paint(out)
        self._made = time.monotonic()
        return Thumbnails(plane=plane, names=kernel_names(), tiles=gallery.mosaic.tiles())


def _looks(show: Show) -> tuple[object, ...]:
    """What the thumbnails depend on, apart from the frame."""
    spec: FilterSpec = show.project.filter
    parts = (spec.channels, spec.operation, spec.dilation, spec.bias, spec.detector)
    return (*parts, show.project.before, show.project.view, show.dark)
