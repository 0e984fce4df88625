"""A colour for each weight: the same wherever the weight stands."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from app.kernels.matrix.told import Index

Rgb = NDArray[np.uint8]
GOLDEN = 0.618034
"""Multiples of it, without their whole part, lie as evenly as can be, however many there are."""
LIGHT = {True: (0.62, 0.42, 0.76), False: (0.55, 0.38, 0.72)}
"""Lightness of a single kernel's colours, and the range of those of several, in dark and in light."""
SATURATION = 0.62
MANY = 9
"""Kernels from which on their hues go round as well."""


@lru_cache(maxsize=16)
def weight_colours(kernels: int, taps: int, dark: bool) -> Rgb:
    """[kernels · taps, 3]: hues tell the weights of a kernel apart, lightness tells kernels apart."""
    single, low, high = LIGHT[dark]
    number = np.arange(kernels)[:, np.newaxis]
    light = low + (high - low) * ((number * GOLDEN) % 1) if kernels > 1 else np.full((1, 1), single)
    turn = number / kernels if kernels > MANY else 0.0
    hue = (np.arange(taps)[np.newaxis] / taps + 0.03 + turn) % 1
    return _rgb(np.broadcast_to(hue, (kernels, taps)), np.broadcast_to(light, (kernels, taps))).reshape(-1, 3)


def _rgb(hue: NDArray[np.float64], light: NDArray[np.float64]) -> Rgb:
    """Red, green and blue of hue and lightness.

    Source: Joblove and Greenberg, Color spaces for computer graphics (1978), the double cone of hue and lightness.
    """
    chroma = (1 - np.abs(2 * light - 1)) * SATURATION
    sixths = (hue[..., np.newaxis] * 6 + np.array([0.0, 4.0, 2.0])) % 6
    ramp = np.clip(np.abs(sixths - 3) - 1, 0, 1) - 0.5
    made: Rgb = np.rint((light[..., np.newaxis] + chroma[..., np.newaxis] * ramp) * 255).astype(np.uint8)
    return made


def matrix_image(index: Index, colours: Rgb, empty: QColor) -> QImage:
    """A pixel an entry; entries without a weight are `empty`."""
    table = np.concatenate([colours, [[empty.red(), empty.green(), empty.blue()]]]).astype(np.uint32)
    packed = 0xFF000000 | table[:, 0] << 16 | table[:, 1] << 8 | table[:, 2]
    pixels = np.ascontiguousarray(packed[np.where(index < 0, len(colours), index)], np.uint32)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
