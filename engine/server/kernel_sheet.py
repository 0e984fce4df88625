"""The kernels of the layer that is looked at, as a picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.buffers import budget
from engine.display.levels import measure_each
from engine.display.mosaic import Mosaic, paint_mosaic
from engine.display.reduce import reduction
from engine.display.tables import palette
from engine.forward import LiveNetwork
from engine.protocol import Box, Plane, Show
from engine.server.paint import Painter

MAX_KERNELS = 1024


class Kernels(NamedTuple):
    """A picture of kernels, the `Show` and the version of the weights that it belongs to, and of what layer it is."""

    state: tuple[int, int]
    layer: tuple[object, ...]
    planes: tuple[Plane, ...] = ()
    tiles: tuple[Box, ...] = ()
    shape: tuple[int, ...] = ()


class KernelSheet:
    """Paints the kernels when they are others, into a slot of the view "kernels"."""

    def __init__(self, painter: Painter, network: LiveNetwork) -> None:
        self._painter = painter
        self._network = network
        self.painted: Kernels | None = None
        """What was painted last."""
        self.waits = False
        """Whether that is out of date."""
        self.place: tuple[int, int] | None = None
        """(row, column) of the output whose kernels were painted, where each place has its own."""

    def forget(self) -> None:
        """The window has no picture of them any more."""
        self.painted, self.waits = None, False

    def of(self, show: Show, wait: bool = False) -> Kernels:
        """The kernels' picture, without its plane if the window has it.

        It may `wait` where the window has one of the same layer: the maps that an edit changed come first. It does so
        but once, since where edits follow each other there is never time.
        """
        state = (show.id, self._network.version)
        layer = (show.layer, show.place, show.dark, show.project.network, show.project.pretrained)
        before, waited = self.painted, self.waits
        if before is not None and before.state == state:
            return before._replace(planes=())
        self.waits = wait and not waited and before is not None and before.layer == layer
        if before is not None and self.waits:
            return before._replace(planes=())
        self.painted = self._paint(show, Kernels(state, layer))
        return self.painted

    def _paint(self, show: Show, blank: Kernels) -> Kernels:
        self.place = show.place
        found = self._network.kernels(show.layer, show.place)
        if found is None:
            return blank
        weights = found.reshape(-1, *found.shape[-3:])
        shape = weights.shape
        most = min(MAX_KERNELS, max(1, budget("kernels") // ((shape[2] + 1) * (shape[3] + 1))))
        columns = min(shape[1], 32, most)
        rows = min(shape[0], most // columns)
        chosen = np.ascontiguousarray(weights[:rows, :columns]).reshape(-1, *shape[2:])
        mosaic = Mosaic(
            len(chosen), shape[2], shape[3], rows, columns, 1, reduction(shape[2], shape[3], budget("kernels"))
        )
        plane, out = self._painter.plane("kernels", *mosaic.size)
        paint_mosaic(chosen, measure_each(chosen, "diverging"), palette("diverging", show.dark), mosaic, out)
        return blank._replace(planes=(plane,), tiles=mosaic.tiles(), shape=tuple(found.shape))
