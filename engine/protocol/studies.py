"""What the engine says of the theorems on convolution and of a layer's matrix."""

from __future__ import annotations

import msgspec

from engine.protocol.message import Box, Message, Plane
from engine.spec.kind import Sharing


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """One equation, both of whose sides were computed; see `engine.kinds.bench.Meter`.

    `apart` is the largest difference of the two sides, `peak` the largest value in them. `tiles` are the left side,
    the right one and their difference, in the plane of the view "maps"; `full` is the difference that has the full
    colour. If `problem` says why it cannot be measured, there is nothing else.
    """

    name: str
    statement: str = ""
    residual: float = 0.0
    holds: bool = False
    expected: bool = False
    sentence: str = ""
    problem: str = ""
    apart: float = 0.0
    peak: float = 0.0
    full: float = 0.0
    tiles: tuple[Box, ...] = ()


class Laws(Message, frozen=True, kw_only=True):
    """The theorems on convolution, measured on the newest frame in grey, made `reduction` times smaller.

    `tolerance` is the largest residual that is nothing but rounding.
    """

    id: int
    frame: int
    arrived: float
    asked: float
    planes: tuple[Plane, ...]
    laws: tuple[Law, ...] = ()
    height: int = 0
    width: int = 0
    reduction: int = 1
    tolerance: float = 0.0
    method: str = "laws"
    seconds: float = 0.0


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The matrix of a layer; see `engine.kinds.matrix.LayerMatrix`.

    `index` is int32 [rows, columns]. The layer has `weights`, of which `met` stand in the matrix; the others meet
    nothing but padding. `nonzeros` entries have a weight, and `crowded` ones the sum of several. If `problem` says why
    there is no matrix, there is nothing else.
    """

    kind: Sharing
    rows: int = 0
    columns: int = 0
    index: bytes = b""
    weights: int = 0
    met: int = 0
    nonzeros: int = 0
    crowded: int = 0
    problem: str = ""


class MatrixForms(msgspec.Struct, frozen=True, kw_only=True):
    """The matrix M at hand, float32 `entries` [rows, columns], beside those of the other ways to share weights."""

    form: Form
    entries: bytes
    kernel_size: tuple[int, int]
    others: tuple[Form, ...]


class MatrixTold(Message, frozen=True, kw_only=True):
    """A patch x of the newest frame, the map that the layer makes of it, and M·vec(x) + b beside it.

    The patch begins at (`top`, `left`) of the picture; `seen` is float32 [height, width], `map` and `product` float32
    [map_height, map_width], `apart` their largest difference. `forms` come with the first answer to every `Show`, and
    again when the matrix becomes another one.
    """

    id: int
    frame: int
    arrived: float
    asked: float
    planes: tuple[Plane, ...]
    top: int = 0
    left: int = 0
    height: int = 0
    width: int = 0
    map_height: int = 0
    map_width: int = 0
    seen: bytes = b""
    map: bytes = b""
    product: bytes = b""
    apart: float = 0.0
    bias: float = 0.0
    forms: MatrixForms | None = None
    method: str = "matrix"
    seconds: float = 0.0
