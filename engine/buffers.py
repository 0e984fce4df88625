"""The shared memory in which pictures travel from the engine process to the window.

Each view has a ring of three slots: one is on the screen and belongs to the window until the next one is adopted,
the other two are the engine's credit. The memory is nameless, made by the window and handed to the engine at its
start: a killed process leaves nothing behind, and a new engine process gets the same memory again.
"""

from __future__ import annotations

from multiprocessing.heap import Arena
from typing import Literal, get_args

View = Literal[
    "input",
    "map",
    "gallery",
    "maps",
    "kernels",
    "samples",
    "layer",
    "strip",
    "data",
    "varied",
    "recorded",
    "mistakes",
]

VIEWS: tuple[View, ...] = get_args(View)
SLOTS = 3
PIXEL_BUDGET = 4 * 1024 * 1024
"""Most pixels of a picture on the screen; larger ones are shown reduced."""

BYTES_PER_PIXEL = 4
_LARGE: tuple[View, ...] = ("input", "map", "maps", "layer")


def budget(view: View) -> int:
    """Most pixels of a picture in this view."""
    return PIXEL_BUDGET if view in _LARGE else PIXEL_BUDGET // 4


def _offsets() -> tuple[dict[tuple[View, int], int], int]:
    table: dict[tuple[View, int], int] = {}
    position = 0
    for view in VIEWS:
        for slot in range(SLOTS):
            table[view, slot] = position
            position += budget(view) * BYTES_PER_PIXEL
    return table, position


_OFFSETS, TOTAL_BYTES = _offsets()


class PictureBuffers:
    """Three RGB32 pictures for every view, in memory that two processes see."""

    def __init__(self) -> None:
        # Pages that nothing was written to take no memory.
        self._arena = Arena(TOTAL_BYTES)

    def slot(self, view: View, slot: int, height: int, width: int) -> memoryview:
        """The bytes of a picture in a slot: height × width × 4, rows without gaps."""
        if height * width > budget(view):
            raise ValueError(f"{height}×{width} pixels do not fit into a slot of the {view} view")
        start = _OFFSETS[view, slot]
        return memoryview(self._arena.buffer)[start : start + height * width * BYTES_PER_PIXEL]
