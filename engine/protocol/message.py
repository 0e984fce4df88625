"""What all messages between window and engine have in common."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.buffers import View

Box = tuple[int, int, int, int]
"""(top, left, height, width) in cells of the whole picture; it may reach outside it, into the padding."""

Page = Literal["kernel", "bank", "kinds", "laws", "matrix", "network", "train", "inspect"]
"""Which page looks: it decides what is computed. All but the last three are looks of the Kernel page."""


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
    part: Box | None = None
    """The cells that the pixels show, where only those in sight were painted: finer than all of them could be."""
    live: bool = False
    """Whether the frame was made so much smaller before it was worked on, as one that moves is: a kernel then lies on
    the smaller picture, and the whole is shown once the frame stands still or somebody reads numbers."""


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


class MapFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of the finite ones among `count` numbers; `counts` are how many lie in equally wide bins from `low` to `high`.

    `zeros` is the share of numbers that are exactly zero, `bad_cells` how many are NaN or infinite.
    """

    count: int
    minimum: float
    maximum: float
    mean: float
    deviation: float
    zeros: float
    bad_cells: int
    low: float
    high: float
    counts: tuple[int, ...]
