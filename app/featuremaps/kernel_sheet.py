"""Kernels laid out anew, so that they fill the place they are shown in: only the window knows how wide that is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from engine.protocol import Box

GAP = 1
BAND_GAP = 3
"""Between bands, in cells, where a column holds several kernels."""


class Sheet(NamedTuple):
    """Kernels of `maps` output and `inputs` input maps: a column an output map, in `bands` below each other."""

    maps: int
    inputs: int
    height: int
    width: int
    bands: int

    @property
    def columns(self) -> int:
        """Output maps in a band."""
        return -(-self.maps // self.bands)

    @property
    def _band(self) -> int:
        return self.inputs * (self.height + GAP) - GAP + (BAND_GAP if self.inputs > 1 else GAP)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in cells."""
        last = BAND_GAP if self.inputs > 1 else GAP
        return self.bands * self._band - last, self.columns * (self.width + GAP) - GAP

    def box(self, tile: int) -> Box:
        """Where a kernel lies; they count row by row of [maps × inputs]."""
        number, source = divmod(tile, self.inputs)
        band, column = divmod(number, self.columns)
        return (
            band * self._band + source * (self.height + GAP),
            column * (self.width + GAP),
            self.height,
            self.width,
        )

    def boxes(self) -> tuple[Box, ...]:
        """Where every kernel lies."""
        return tuple(self.box(tile) for tile in range(self.maps * self.inputs))


@lru_cache(maxsize=64)
def best_sheet(maps: int, inputs: int, height: int, width: int, aspect: float) -> Sheet:
    """The sheet whose kernels are largest in a place `aspect` times as wide as high.

    Example:
        >>> best_sheet(6, 1, 5, 5, 2.0).bands, best_sheet(16, 6, 5, 5, 2.0).bands
        (2, 1)
    """

    def cell(sheet: Sheet) -> float:
        rows, columns = sheet.size
        return min(1 / rows, aspect / columns)

    return max((Sheet(maps, inputs, height, width, bands) for bands in range(1, maps + 1)), key=cell)


def relaid(image: QImage, boxes: Sequence[Box], sheet: Sheet, background: int) -> QImage:
    """The kernels of a picture on a sheet, as a picture of its own; `background` is 0xffRRGGBB."""
    line = image.bytesPerLine() // 4
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), line)
    made: NDArray[np.uint32] = np.full(sheet.size, background, np.uint32)
    for tile, (top, left, height, width) in enumerate(boxes):
        row, column, _, _ = sheet.box(tile)
        made[row : row + height, column : column + width] = pixels[top : top + height, left : left + width]
    rows, columns = sheet.size
    return QImage(made.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()
