"""Live thumbnails: every named kernel on the current frame, when there is nothing more urgent to do."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from numpy.typing import NDArray

from engine.display.levels import Levels
from engine.display.thumbnails import make_gallery
from engine.kernels import kernel, kernel_names
from engine.protocol import Show, Thumbnails
from engine.server.paint import Painter
from engine.spec.edit import with_kernel
from engine.spec.filter import FilterSpec, KernelSpec

SIDE = 72
EVERY_SECONDS = 0.25


@lru_cache(maxsize=1)
def _kernels() -> tuple[KernelSpec, ...]:
    return tuple(kernel(name).spec() for name in kernel_names())


class Gallery:
    """Makes the thumbnails anew at most four times a second, and only when something they show has changed."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._made = 0.0
        self._wanted: object = None
        self.shared: Levels | None = None
        """The range that the thumbnails were shown in, where they share one."""
        self.outdated = False

    @property
    def waiting(self) -> bool:
        """Whether they will be made soon."""
        return self.outdated

    def make(self, frame: NDArray[Any], number: int, show: Show, room: bool, also: Levels | None) -> Thumbnails | None:
        """The thumbnails of frame `number`; None if they are up to date or recent, or if no slot is free.

        `frame` is what the kernel sees of it: the frame itself, or the map of the steps before.
        `also` is the range of the feature map, for a shared scale.
        """
        if not self.outdated or not room or time.monotonic() - self._made < EVERY_SECONDS:
            return None
        self.outdated = False
        wanted = (number, _looks(show))
        if wanted == self._wanted:
            return None
        self._wanted = wanted
        specs = [with_kernel(show.project.filter, each) for each in _kernels()]
        gallery = make_gallery(frame, specs, SIDE, show.project.view, show.dark, also=also)
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
