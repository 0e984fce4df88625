"""At which resolution a frame is worked on: that of the screen while it moves, its own when somebody reads numbers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.buffers import budget
from engine.display.mosaic import layout
from engine.display.reduce import reduce_frame, reduced_size
from engine.errors import SpecError
from engine.filtering.bands import over_rows
from engine.protocol import Explain, Probe, Show

Pixels = NDArray[np.uint8]
MOST = 8
"""By how much a frame is made smaller at most: a kernel would see another picture altogether."""
SMALLEST = 64
"""Rows and columns that are left at least."""
WIDEST_GAP = 8
"""Pixels between the tiles of a mosaic."""
HALVING = 0.12
"""Nanoseconds for each number of the larger frame."""


def halvings(factor: float) -> int:
    """The largest power of two up to `factor` and `MOST`: halving twice is quicker than to divide by three once.

    Example:
        >>> [halvings(factor) for factor in (0.5, 1, 3.9, 4, 100)]
        [1, 1, 2, 4, 8]
    """
    return 1 << min(math.floor(math.log2(max(factor, 1.0))), MOST.bit_length() - 1)


def screen_reduction(show: Show, height: int, width: int, aspect: float) -> int:
    """By how much a moving frame may be made smaller without anybody seeing it on the Kernel page or in its bank.

    Args:
        show: for page "kernel" it says how much that is, since only the window knows.
        height: of the frame.
        width: of the frame.
        aspect: of the bank's mosaic, whose maps are painted so much smaller.
    """
    if show.page == "bank":
        count = 1 if show.only >= 0 else max(len(show.project.bank), 1)
        wanted = layout(count, height, width, aspect, WIDEST_GAP, budget("maps")).factor
    else:
        wanted = 1 if show.page != "kernel" or show.histogram else show.reduction
    factor = halvings(wanted)
    while factor > 1 and min(reduced_size(height, width, factor)) < SMALLEST:
        factor //= 2
    return factor


def asks(question: object) -> bool:
    """Whether a question is about a cell; otherwise it ends the one before."""
    place = question.view if isinstance(question, Probe) else question.row if isinstance(question, Explain) else None
    return place is not None


def reduced_frame(pixels: Pixels, factor: int) -> Pixels:
    """The means of blocks of factor × factor pixels, factor a power of two; read-only as a source's own frames are.

    Example:
        >>> reduced_frame(np.arange(48, dtype=np.uint8).reshape(4, 4, 3), 2)[..., 0].tolist()
        [[8, 14], [32, 38]]
    """
    if factor & (factor - 1):
        raise SpecError(f"A frame is made smaller by a power of two while it moves, not by {factor}.")
    made = pixels
    while factor > 1:
        made, factor = _half(made), factor // 2
    if made is not pixels:
        made.flags.writeable = False
    return made


def _half(pixels: Pixels) -> Pixels:
    made = np.empty((*reduced_size(pixels.shape[0], pixels.shape[1], 2), 3), np.uint8)

    def work(low: int, high: int) -> None:
        made[low:high] = reduce_frame(pixels[2 * low : 2 * high], 2)

    over_rows(work, len(made), pixels.size, "half", HALVING)
    return made
