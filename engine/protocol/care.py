"""What window and engine say to each other of how a network is doing: its layers, its illnesses, its mistakes."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.protocol.message import Box, Message, Plane
from engine.spec.events import LayerFigures
from engine.spec.project import Project

Remedy = Literal["redraw", "leaky", "clip", "slower"]
"""What can be done to a run that goes on: filters drawn anew, ReLU that leaks, gradients clipped, a smaller rate."""


class Examine(Message, frozen=True, kw_only=True):
    """Have the filter doctor look at the project's network now and then while it learns; None has it stop."""

    id: int
    project: Project | None = None


class AskMistakes(Message, frozen=True, kw_only=True):
    """Show test pictures of the true class `cell[0]` that are taken for `cell[1]`; the surest mistakes if None.

    `again` has the network as it is now tried on all of them; else what it said the last time is good enough.
    """

    id: int
    project: Project
    cell: tuple[int, int] | None = None
    again: bool = False
    dark: bool = True

    @property
    def data(self) -> str:
        """The data set whose test part is tried."""
        return self.project.data


class Layers(Message, frozen=True, kw_only=True):
    """How the layers did in a step of the training, and how many seconds lie between two such looks at least."""

    step: int
    layers: tuple[LayerFigures, ...]
    every: float = 1.0


class SickKernel(msgspec.Struct, frozen=True, kw_only=True):
    """The strongest plane of a filter: its rows of weights."""

    filter: int
    plane: int
    weights: tuple[tuple[float, ...], ...]


class Ailment(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with a layer since a step; `filters` are those that have it, empty where the whole layer has.

    `source` is the layer whose weights are meant, empty where that is unknown.
    """

    layer: str
    illness: str
    filters: tuple[int, ...]
    since: int
    of: int = 0
    """How many filters there are."""
    source: str = ""
    kernels: tuple[SickKernel, ...] = ()
    redraw: tuple[int, ...] = ()
    """The filters that would begin again: of those that are the same all but the first."""
    remedies: tuple[Remedy, ...] = ()


class Examined(Message, frozen=True, kw_only=True):
    """What the doctor has found at a step; `message` says why it could not look."""

    step: int
    found: tuple[Ailment, ...] = ()
    message: str = ""


class Mistakes(Message, frozen=True, kw_only=True):
    """Test pictures in the view "mistakes", the surest guess first, as the network of this step takes them.

    Of each its place in the test part, true class, guess, and the guess's probability. `count` is how many there are
    in all, `tried` how many test pictures were tried, `total` how many there are. `message` says why there are none.
    """

    id: int
    data: str
    step: int = 0
    cell: tuple[int, int] | None = None
    plane: Plane | None = None
    tiles: tuple[Box, ...] = ()
    indices: tuple[int, ...] = ()
    classes: tuple[int, ...] = ()
    guesses: tuple[int, ...] = ()
    probabilities: tuple[float, ...] = ()
    count: int = 0
    tried: int = 0
    total: int = 0
    confusion: tuple[tuple[int, ...], ...] = ()
    class_names: tuple[str, ...] = ()
    message: str = ""


class Trying(Message, frozen=True, kw_only=True):
    """So many of so many test pictures were tried for `AskMistakes`."""

    id: int
    done: int
    total: int
