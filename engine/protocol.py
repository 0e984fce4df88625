"""What the window and the engine say to each other: small immutable records, as msgpack over a pipe.

Pictures do not travel here: they are in `engine.buffers`, and a `Result` says in which slot.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.buffers import View
from engine.spec.project import Project

Box = tuple[int, int, int, int]
"""(top, left, height, width) in cells of the whole picture; it may reach outside it, into the padding."""


Page = Literal["kernel", "network", "train"]
"""Which page looks: it decides what is computed."""


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One thing said by either side."""


# From the window.


class Show(Message, frozen=True, kw_only=True):
    """Make this the state of affairs. A newer one replaces it, whether or not it was ever shown."""

    id: int
    project: Project
    page: Page = "kernel"
    layer: str = ""
    """Path of the layer whose maps are wanted; the network's input if empty."""
    only: int = -1
    """One map of it, large; all of them if below 0."""
    dark: bool = True
    gallery: bool = False
    asked: float = 0.0
    """time.monotonic() of the edit that asked for it."""


class Release(Message, frozen=True, kw_only=True):
    """The window no longer looks at this slot."""

    view: View
    slot: int


class Probe(Message, frozen=True, kw_only=True):
    """Tell the values at this cell, now and with every new picture; None to stop."""

    id: int = 0
    view: Literal["input", "map"] | None
    row: int = 0
    column: int = 0


class Transport(Message, frozen=True, kw_only=True):
    """Move through a source that has several frames."""

    action: Literal["play", "pause", "step", "seek"]
    position: int = 0


class Save(Message, frozen=True, kw_only=True):
    """Write the feature map to a file: .npy as it is, .png as it looks."""

    id: int
    path: str


class Ping(Message, frozen=True, kw_only=True):
    """Are you there?"""

    id: int


class Quit(Message, frozen=True, kw_only=True):
    """Close everything and end."""


# From the engine.


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


# Made by the client when the process is no longer there.


class Died(Message, frozen=True, kw_only=True):
    """The engine process ended by itself. `again` says whether a new one was started."""

    message: str
    again: bool


Request = Show | Release | Probe | Transport | Save | Ping | Quit
Event = Hello | Taken | Pong | Result | Maps | Thumbnails | Readout | SourceState | Problem | Saved | Died

_encoder = msgspec.msgpack.Encoder()
_request_decoder: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_event_decoder: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


def encode(message: Message) -> bytes:
    """A message as bytes for the pipe."""
    return _encoder.encode(message)


def decode_request(data: bytes) -> Request:
    """What the window said."""
    return _request_decoder.decode(data)


def decode_event(data: bytes) -> Event:
    """What the engine said."""
    return _event_decoder.decode(data)
