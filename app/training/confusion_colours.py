"""The colours of a confusion matrix: blue where the network is right, orange where it is mistaken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from app.widgets.colours import mixed
from app.widgets.tokens import Tokens

Matrix = NDArray[np.int64]
Ramps = NDArray[np.uint32]
STEPS = 256


def levels(counts: Matrix) -> Matrix:
    """The colour of each cell as an index into `ramps`, by its share of its row.

    Args:
        counts: [true class][guessed class].
    """
    whole = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    share = counts / whole
    # A few mistakes among hundreds must still be seen.
    found: Matrix = np.rint((STEPS - 1) * np.sqrt(share)).astype(np.int64)
    diagonal = np.arange(min(counts.shape))
    found[diagonal, diagonal] = STEPS + np.rint((STEPS - 1) * share[diagonal, diagonal]).astype(np.int64)
    return found


def ramps(table: Tokens) -> Ramps:
    """0xffRRGGBB of each level: first those of mistakes, then those of right guesses."""
    start = table.colour("raised")
    ends = (table.colour("positive"), table.colour("accent_fill"))
    made = [mixed(start, end, step / (STEPS - 1)).rgba() for end in ends for step in range(STEPS)]
    return np.array(made, np.uint32)


def colour(value: int) -> QColor:
    """A colour of `ramps` for painting."""
    return QColor.fromRgba(value)


def image(levels: Matrix, ramps: Ramps) -> QImage:
    """One pixel a cell; it owns its memory."""
    pixels = np.ascontiguousarray(ramps[levels])
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32).copy()
