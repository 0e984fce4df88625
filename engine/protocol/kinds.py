"""What the look at the kinds of convolution asks, and what the engine says of the layer."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.protocol.events import Maps
from engine.protocol.message import Message, Range
from engine.protocol.requests import Explain

Side = Literal["output", "input"]


class ExplainKind(Explain, frozen=True, kw_only=True):
    """Tell all that goes into an output cell of the layer, or, of an input cell, all that it goes into.

    The cell is (`channel`, …, `row`, `column`); a volume's has its `depth` in between, a signal's has no row. `row`
    None is the end of asking.
    """

    side: Side = "output"
    channel: int = 0
    depth: int = 0
    other: int = 0
    """The channel of the other side whose products are told one by one."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A signal to be drawn: float32 values of every sample, or, with `every` above 1, (lowest, highest) of so many."""

    values: bytes
    count: int
    every: int = 1


class KindMaps(Maps, frozen=True, kw_only=True):
    """What a layer of some kind makes of its input: one plane of each, in the views "layer" and "maps".

    `shape` is the output's, with the channels first. A signal comes as two lines, and has no pictures.
    """

    input_shape: tuple[int, ...] = ()
    input_range: Range | None = None
    input_plane: int = 0
    plane: int = 0
    """Which planes are shown: channels first, then the slices of each."""
    signal: Line | None = None
    response: Line | None = None


class KindExplained(Message, frozen=True, kw_only=True):
    """One cell of a layer and its products; those on channel `other` of the other side one by one.

    `places` are int64 [n, axes], the cells of the other side, below 0 or beyond the end in the padding; `zero` is
    bool [n], where the value is a zero of the padding. `values`, `factors` and `products` are float64 [n], in the order
    of a block of `shape` numbers along the axes. `channels` are those of the other side that have a part, and
    `channel_sums` the sums of their products. `kernel` says which kernel it is, where places have kernels of their
    own. `problem` is one sentence where the cell cannot be told, and then nothing else counts.
    """

    id: int
    show: int
    frame: int
    side: Side
    cell: tuple[int, ...]
    other: int = 0
    places: bytes = b""
    zero: bytes = b""
    values: bytes = b""
    factors: bytes = b""
    products: bytes = b""
    shape: tuple[int, ...] = ()
    kernel: tuple[int, ...] = ()
    count: int = 0
    """Products in all channels."""
    channels: tuple[int, ...] = ()
    channel_sums: tuple[float, ...] = ()
    total: float = 0.0
    bias: float = 0.0
    value: float = 0.0
    """Of the cell: for an input cell the number that is laid down, for an output cell the sum."""
    problem: str = ""
