"""Kernels as small pictures: a pixel a weight, in the colours of signs."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage

from app.widgets.tokens import DARK, LIGHT
from engine.spec.filter import Plane


def kernel_image(plane: Plane, dark: bool) -> QImage:
    """The weights of a plane: blue below zero, orange above, the strongest in full colour."""
    table = DARK if dark else LIGHT
    weights = np.array(plane, np.float64)
    share = weights / max(float(np.abs(weights).max()), 1e-300)
    neutral, below, above = (_channels(table.colour(role)) for role in ("raised", "negative", "positive"))
    full = np.where(share[..., np.newaxis] < 0, below, above)
    mixed = np.rint(neutral + (full - neutral) * np.abs(share)[..., np.newaxis]).astype(np.uint32)
    pixels = 0xFF000000 | mixed[..., 0] << 16 | mixed[..., 1] << 8 | mixed[..., 2]
    height, width = pixels.shape
    data = np.ascontiguousarray(pixels, np.uint32)
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def _channels(colour: QColor) -> np.ndarray:
    return np.array([colour.red(), colour.green(), colour.blue()], np.float64)
