"""What window and engine say to each other of a run's past, and of one batch taken slowly."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.protocol.message import Message
from engine.spec.project import Project


class LookBack(Message, frozen=True, kw_only=True):
    """Show the network as it was in the run in the folder `run` after `step`; as it is now if below 0."""

    id: int
    run: str
    step: int = -1


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A step of which the weights are kept, and how the test after it went, if there was one."""

    step: int
    epoch: int
    test_loss: float | None = None
    test_accuracy: float | None = None


class LookedBack(Message, frozen=True, kw_only=True):
    """The moments of a run, oldest first, and the curves that it has noted.

    The network is shown as it was after `at`; as it is now if below 0. `confusion` was counted at `at`, where a test
    came after it. The moments take `nbytes` on the disk, of `most_bytes`, and no more than `most` are kept. `parent`
    is the run that this one was forked from, after `parent_step`. If `problem` says why there is nothing to see,
    there is nothing else.
    """

    id: int
    run: str
    at: int = -1
    moments: tuple[Moment, ...] = ()
    nbytes: int = 0
    most_bytes: int = 0
    most: int = 0
    parent: str = ""
    parent_step: int = 0
    confusion: tuple[tuple[int, ...], ...] = ()
    class_names: tuple[str, ...] = ()
    steps: tuple[int, ...] = ()
    losses: tuple[float, ...] = ()
    problem: str = ""


class WalkThrough(Message, frozen=True, kw_only=True):
    """Take one step of the project's training slowly, on a copy of the weights that are shown.

    `picture` is the first of `count` training pictures; `layer` the one whose weight `cell`, (output, input, row,
    column), is followed, the first that can be if empty.
    """

    id: int
    project: Project
    picture: int = 0
    count: int = 1
    layer: str = ""
    cell: tuple[int, ...] = ()


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """float32 `data` of `shape`; a channel or a few of a larger whole."""

    shape: tuple[int, ...]
    data: bytes


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What a layer makes of the first picture: its `shape`, the range of all its numbers, and some of its maps."""

    path: str
    shape: tuple[int, ...]
    minimum: float
    maximum: float
    mean: float
    maps: Numbers


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """A picture at the end of the network: outputs, what they become, what they should be, and the loss's slope.

    `chances` are the softmax of the outputs, or their sigmoid, or the outputs themselves, as the loss reads them.
    """

    label: int
    outputs: tuple[float, ...]
    chances: tuple[float, ...]
    wanted: tuple[float, ...]
    loss: float
    slopes: tuple[float, ...]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number of the optimiser's formula, by the letter that it has there."""

    name: str
    value: float


class WalkedThrough(Message, frozen=True, kw_only=True):
    """One step of training, number by number, in double precision.

    `inputs` is [pictures, channels, height, width]; `seen` and `upstream` [pictures, rows, columns] are what the weight
    met and how the loss changes with what it made; `products` their product, whose sum over everything is `slope`.
    `autograd` and `differences` are the same number found in two other ways. `kernel` is [rows, columns] of the layer's
    weights about `cell`. `formula` is the optimiser's, `terms` its numbers. `age` is how many steps the optimiser's
    memory has, and `scale` what clipping has made of every slope.
    """

    id: int
    step: int = -1
    picture: int = 0
    pictures: int = 0
    """How many training pictures there are."""
    inputs: Numbers | None = None
    class_names: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    loss_name: str = ""
    smoothing: float = 0.0
    loss: float = 0.0
    lessons: tuple[Lesson, ...] = ()
    layer: str = ""
    layers: tuple[str, ...] = ()
    """Those whose weights can be followed."""
    kind: Literal["conv", "linear"] = "conv"
    cell: tuple[int, ...] = ()
    weight_shape: tuple[int, ...] = ()
    kernel: Numbers | None = None
    begin: tuple[int, int] = (0, 0)
    stride: tuple[int, int] = (1, 1)
    """Where in the input, padding included, the first cell lies that the weight meets, and how far the next one is."""
    seen: Numbers | None = None
    upstream: Numbers | None = None
    products: Numbers | None = None
    slope: float = 0.0
    autograd: float = 0.0
    differences: float = 0.0
    optimiser: str = ""
    formula: str = ""
    terms: tuple[Figure, ...] = ()
    age: int = 0
    scale: float = 1.0
    before: float = 0.0
    after: float = 0.0
    loss_after: float = 0.0
    notes: tuple[str, ...] = ()
    problem: str = ""


PastRequest = LookBack | WalkThrough
PastEvent = LookedBack | WalkedThrough
