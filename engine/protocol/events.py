"""What the engine says of itself, of its source, and of the pictures that it made."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.protocol.message import Box, Message, Plane, Range


class Hello(Message, frozen=True, kw_only=True):
    """The engine process is there."""

    pid: int
    threads: int


class Taken(Message, frozen=True, kw_only=True):
    """A `Show` or `Probe` was read; it may still be replaced by a newer one before it is computed."""

    id: int


class Pong(Message, frozen=True, kw_only=True):
    """Still there."""

    id: int


class Result(Message, frozen=True, kw_only=True):
    """The newest spec applied to the newest frame."""

    id: int
    """Of the `Show` it answers."""
    frame: int
    """Number of the frame, rising; an edit of the same frame keeps it."""
    arrived: float
    """time.monotonic() at which the frame arrived."""
    asked: float
    """Of the `Show`."""
    planes: tuple[Plane, ...]
    range: Range | None = None
    method: str = ""
    seconds: float = 0.0


class Thumbnails(Message, frozen=True, kw_only=True):
    """The gallery's picture: every named kernel on the current frame."""

    plane: Plane
    names: tuple[str, ...]
    tiles: tuple[Box, ...]


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """One class and how likely the network holds it to be."""

    index: int
    probability: float


class Maps(Message, frozen=True, kw_only=True):
    """What the network makes of the newest frame, at one layer.

    `shape` is the layer's output without the batch. `tiles` lie in the plane of the view "maps", one for each feature
    map (the one that is shown alone, if one is); `kernel_tiles` in that of "kernels", [out_channels × in_channels] row
    by row. `guesses` are the network's most likely classes, where it ends in class scores. `note` says how the frame
    became the network's input.
    """

    id: int
    frame: int
    arrived: float
    asked: float
    planes: tuple[Plane, ...]
    layer: str
    shape: tuple[int, ...] = ()
    tiles: tuple[Box, ...] = ()
    kernel_tiles: tuple[Box, ...] = ()
    kernel_shape: tuple[int, ...] = ()
    range: Range | None = None
    guesses: tuple[Guess, ...] = ()
    note: str = ""
    seconds: float = 0.0


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One product of an output cell's sum."""

    weight: float
    value: float
    padded: bool


class Readout(Message, frozen=True, kw_only=True):
    """Values at the probed cell, and where they come from.

    For a cell of the map, `terms` are the products of the convolution's cell that it comes from, row by row of the
    kernel (the winner's where max pooling chose it); empty where there are several such cells, or three planes.
    `sums` are then the sums of the planes: of each channel's own map, or of the three that are added. `before` is
    what the convolution gave, bias included, before detector and pooling; a gradient's has two: the kernel's and its
    quarter turn's.
    """

    view: Literal["input", "map"]
    row: int
    column: int
    values: tuple[float, ...]
    terms: tuple[Term, ...] = ()
    sums: tuple[float, ...] = ()
    bias: float = 0.0
    before: tuple[float, ...] = ()


class SourceState(Message, frozen=True, kw_only=True):
    """How the source is doing, on every change and four times a second while it runs."""

    show: int
    """The first `Show` that asked for this source."""
    state: Literal["opening", "still", "playing", "paused", "lost", "failed", "ended"]
    message: str = ""
    note: str = ""
    height: int = 0
    width: int = 0
    channels: int = 0
    captured: int = 0
    processed: int = 0
    dropped: int = 0
    fps: float = 0.0
    position: int = 0
    count: int = 0


class Problem(Message, frozen=True, kw_only=True):
    """What was asked cannot be done; one sentence says why and what would do."""

    id: int
    code: str
    message: str


class Saved(Message, frozen=True, kw_only=True):
    """A `Save` is on the disk."""

    id: int
    path: str


class Died(Message, frozen=True, kw_only=True):
    """The engine process ended by itself. `again` says whether a new one was started."""

    message: str
    again: bool
