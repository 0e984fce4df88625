"""What the Network page asks of a number in a map, and what the engine says of numbers and maps."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.protocol.message import Message
from engine.protocol.requests import Explain


class ExplainUnit(Explain, frozen=True, kw_only=True):
    """Tell what one number of a layer was computed from, now and with every new frame; `row` None to stop.

    The number is at `cell`, (channel, …), of the layer with the path `layer`; "" is the network's input.
    """

    layer: str = ""
    cell: tuple[int, ...] = ()
    part: int = -1
    """Which of its parts is told number by number; the one that adds most if below 0."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One number on the way: `rule` is how it follows from `before`, which is what its terms sum to, `bias` included.

    `factor` is that of its one term, where it has just one.
    """

    path: str
    type: str
    cell: tuple[int, ...]
    rule: Literal["input", "sum", "largest", "function"]
    value: float
    before: float
    bias: float = 0.0
    factor: float = 1.0


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A share of a sum: what one channel of a layer before adds, or a single number of it, which is at `cell` then."""

    source: int
    channel: int
    total: float
    cell: tuple[int, ...] = ()


class UnitExplained(Message, frozen=True, kw_only=True):
    """One number of a layer, and what it was computed from, in double precision.

    `chain` begins with the number asked for, and follows it back to the first that is made of several. Those are told
    in `parts`, largest first; `rest` is the sum of `left_out` more. Of the part numbered `part`, `values`, `weights`
    are float64 of `shape`, and `places` int64 [*shape, axes] the cells in the layer `sources[source]` that they come
    from, channel first; `inside` is bool, false where zeros stand on the padding. `total` are all parts together,
    without the bias. `problem` is a sentence where the number cannot be told, and then nothing else counts.
    """

    id: int
    show: int
    frame: int
    layer: str
    cell: tuple[int, ...]
    chain: tuple[Link, ...] = ()
    sources: tuple[str, ...] = ()
    count: int = 0
    """Terms of the sum."""
    parts: tuple[Part, ...] = ()
    left_out: int = 0
    rest: float = 0.0
    total: float = 0.0
    part: int = 0
    shape: tuple[int, ...] = ()
    axes: int = 0
    places: bytes = b""
    inside: bytes = b""
    values: bytes = b""
    weights: bytes = b""
    problem: str = ""
