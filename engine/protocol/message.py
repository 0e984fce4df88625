"""What all messages between window and engine have in common."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.buffers import View

Box = tuple[int, int, int, int]
"""(top, left, height, width) in cells of the whole picture; it may reach outside it, into the padding."""

Page = Literal["kernel", "bank", "network", "train"]
"""Which page looks: it decides what is computed. "bank" is the Kernel page's mosaic of many kernels."""


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One thing said by either side."""


class Plane(msgspec.Struct, frozen=True, kw_only=True):
    """One picture in a slot.

    `height`, `width` are of the pixels in the slot; `rows`, `columns` of the picture they show, which is
    `reduction` times larger.
    """

    view: View
    slot: int
    height: int
    width: int
    rows: int
    columns: int
    reduction: int = 1


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """How values became colours, and what the values were."""

    table: str
    low: float
    high: float
    minimum: float
    maximum: float
    mean: float
    bad_cells: int = 0
    """Cells that are NaN or infinite."""
