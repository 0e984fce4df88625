"""What the engine says of itself, of its source, and of the pictures that it made."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.protocol.message import Box, MapFigures, Message, Plane, Range


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
    preview: bool = False
    """Whether this is of the frame made smaller, since edits come faster than it is worked on whole; that follows."""


class Thumbnails(Message, frozen=True, kw_only=True):
    """The gallery's picture: every named kernel on the current frame."""

    plane: Plane
    names: tuple[str, ...]
    tiles: tuple[Box, ...]


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """How many cells lie in each of some equally wide bins from `low` to `high`, for each channel.

    NaN and infinite cells are in no bin; `bad_cells` counts them.
    """

    low: float
    high: float
    channels: tuple[tuple[int, ...], ...]
    bad_cells: int = 0


class Histograms(Message, frozen=True, kw_only=True):
    """How often each value occurs in the input, as the first step sees it, and in the feature map."""

    id: int
    """Of the newest `Show` when they were counted."""
    input: Histogram
    map: Histogram


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """One class and how likely the network holds it to be; `name` is empty where nothing is known but its number."""

    index: int
    probability: float
    name: str = ""


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """Which weights made some maps.

    "starting" ones are those that a training would begin with. Those "in training" and those that are "trained" come
    from a run: `run` is its folder (empty if it keeps nothing) and `step` the step after which they were taken; "past"
    ones are of a step that one looks back to. Those that are "pretrained" ship with the program, and `run` is
    their name. The layers in `fresh` have starting weights all the same, because they were added or changed since;
    `planted` kernels were put in since.
    """

    kind: Literal["starting", "in training", "trained", "past", "pretrained"] = "starting"
    run: str = ""
    step: int = 0
    fresh: tuple[str, ...] = ()
    planted: int = 0


class Maps(Message, frozen=True, kw_only=True):
    """What the network makes of the newest frame, at one layer.

    `shape` is the layer's output without the batch. `tiles` lie in the plane of the view "maps", one for each feature
    map (the one that is shown alone, if one is); `kernel_tiles` in that of "kernels", [out_channels × in_channels] row
    by row, which comes again only after another `Show` and with other weights; `kernel_shape` has all six sizes of
    kernels that take turns, whose sets come one after the other. `guesses` are the network's most likely
    classes, where it ends in class scores. `note` says how the frame became the network's input, and `weights` what of
    the network was learned. `order` holds the number of the map in each tile, where tiles are not laid out by number;
    `dead` counts maps that are zero everywhere. `strip_tiles` lie in the plane of the view "strip", one for each layer
    of `strip`. `window` is the (top, left, height, width) of the frame that the network sees, and `figures` are of the
    map that is shown alone, or of all.
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
    weights: Weights = Weights()
    note: str = ""
    order: tuple[int, ...] = ()
    dead: int = 0
    strip: tuple[str, ...] = ()
    strip_tiles: tuple[Box, ...] = ()
    window: Box | None = None
    figures: MapFigures | None = None
    more: bool = False
    """Guesses, layers at a glance and figures follow with the same maps; those from before hold until then."""
    method: str = "network"
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


class PoolCells(msgspec.Struct, frozen=True, kw_only=True):
    """The window that pooling looks at, (`height`, `width`) cells from (`top`, `left`) of the map before pooling on.

    `cells` are float64 [lanes, height, width], the detector's results; NaN where the window lies on padding.
    `winners` are the largest of each lane, counted from the window's first cell.
    """

    top: int
    left: int
    height: int
    width: int
    cells: bytes
    winners: tuple[tuple[int, int], ...]


class Explained(Message, frozen=True, kw_only=True):
    """One cell of the feature map as the sum it is, and what became of the sum; worked out in double precision.

    `rows` and `columns` are where each row and column of the kernel lies on what the kernel sees, below 0 or beyond
    the end in the padding; `held_rows` and `held_columns` are those whose values are there, -1 for zeros. `patch` and
    `products` are float64 [planes, kH, kW], `kernel` the same with one plane where all planes meet the same weights,
    as it is laid down. `sums` are the planes' sums of products. Σ and what follows has one number for each lane:
    `totals`, then with the bias `before`; `turned` is `before` of the kernel's quarter turn, where the detector looks
    at both, and `detected` what the detector made of it. `values` are the map's cell, and `shown` what the map holds.
    """

    id: int
    """Of the `Explain`."""
    show: int
    frame: int
    row: int
    column: int
    size: tuple[int, int]
    """(height, width) of what the kernel sees."""
    at: tuple[int, int]
    """The convolution's cell that is written out."""
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    held_rows: tuple[int, ...]
    held_columns: tuple[int, ...]
    patch: bytes
    kernel: bytes
    products: bytes
    sums: tuple[float, ...]
    totals: tuple[float, ...]
    bias: float
    before: tuple[float, ...]
    turned: tuple[float, ...] = ()
    detected: tuple[float, ...]
    pool: PoolCells | None = None
    values: tuple[float, ...]
    shown: tuple[float, ...]


class PatchOf(Message, frozen=True, kw_only=True):
    """What the chosen step sees in the rectangle of a `Patch`.

    `values` are float32 [height, width], or [height, width, planes] where there are several: colours within 0 and 1.
    Empty, with `planes` 0, if no such rectangle lies in a picture that is there.
    """

    id: int
    top: int
    left: int
    height: int
    width: int
    planes: int = 0
    values: bytes = b""


class SourceState(Message, frozen=True, kw_only=True):
    """How the source is doing, on every change and four times a second while it runs."""

    show: int
    """The first `Show` that asked for this source."""
    state: Literal["opening", "still", "playing", "paused", "lost", "failed", "ended"]
    message: str = ""
    note: str = ""
    label: str = ""
    """The class of the picture, where it is one of a data set."""
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


class WeightsRead(Message, frozen=True, kw_only=True):
    """The weights of a file are in use; `lines` list what was taken and what did not match."""

    id: int
    path: str
    lines: tuple[str, ...]
    complete: bool


class Died(Message, frozen=True, kw_only=True):
    """The engine process ended by itself. `again` says whether a new one was started."""

    message: str
    again: bool
