"""What the window says."""

from __future__ import annotations

from typing import Literal

from engine.buffers import View
from engine.protocol.message import Box, Message, Page
from engine.spec.project import Project
from engine.spec.steering import Steered


class Show(Message, frozen=True, kw_only=True):
    """Make this the state of affairs. A newer one replaces it, whether or not it was ever shown."""

    id: int
    project: Project
    page: Page = "kernel"
    layer: str = ""
    """Path of the layer whose maps are wanted; the network's input if empty. For page "kinds" it is the number of
    the input's plane."""
    only: int = -1
    """One map of it, large; all of them if below 0. For page "kinds" it is the output's plane."""
    dark: bool = True
    gallery: bool = False
    histogram: bool = False
    """Whether to tell how often each value occurs, in input and map of page "kernel", or in the maps of "network"."""
    strip: tuple[str, ...] = ()
    """Paths of the layers whose maps are wanted small as well, on page "network": those in sight."""
    place: tuple[int, int] | None = None
    """(row, column) of the layer's output whose kernels are wanted on page "network", where each place has its own;
    the middle if None."""
    reduction: int = 1
    """By how much a frame of page "kernel" may be made smaller while it moves: the screen shows no more than that."""
    sight: Box | None = None
    map_sight: Box | None = None
    """The cells of a large input, and of its map, that are to be painted finer than all of them can be, on page
    "kernel"; all of them if None."""
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


class Explain(Message, frozen=True, kw_only=True):
    """Tell all that a cell of the feature map was made from, now and with every new map; `row` None to stop."""

    id: int = 0
    row: int | None = None
    column: int = 0
    inner: tuple[int, int] | None = None
    """Which cell of the pooling window is written out; what pooling chose if None."""
    lane: int = 0
    """Whose choice, where each channel has a map of its own."""
    turned: bool = False
    """Write out the kernel's quarter turn, where the detector looks at both."""


class Patch(Message, frozen=True, kw_only=True):
    """Tell the numbers in a rectangle of what the chosen step sees, once.

    Of a kernel instead, if a `layer` of the network is named: that between the input map `left` and the feature map
    `top`, whole.
    """

    id: int
    top: int
    left: int
    height: int
    width: int
    layer: str = ""


class Transport(Message, frozen=True, kw_only=True):
    """Move through a source that has several frames."""

    action: Literal["play", "pause", "step", "seek"]
    position: int = 0


class Save(Message, frozen=True, kw_only=True):
    """Write the feature map to a file: .npy as it is, .png as it looks."""

    id: int
    path: str


TrainAction = Literal[
    "start",
    "continue",
    "open",
    "pause",
    "resume",
    "stop",
    "rate",
    "step",
    "order",
    "forget",
    "weights",
    "fork",
    "find-rate",
    "leave-rate",
    "curves",
    "watch",
]


class Train(Message, frozen=True, kw_only=True):
    """Train the project's network on its data, or steer the training that runs.

    "start" begins a new run in the empty folder `run`; "continue" goes on with the run in that folder; "open" takes
    its weights over without training. "pause", "resume" and "stop" act within one batch. "rate" sets the learning
    rate to `value`; "step" takes one step and waits; "order" carries out `order` between two steps. "forget" goes back
    to untrained weights. "weights" gives the project's network those that another program has saved in the file `run`,
    as far as they fit. "fork" begins a new run in `run` with the weights that the run in `parent` had after step
    `at`, and with its settings then. "watch" has the layers of runs looked at, or no more where `value` is 0.
    "find-rate" takes some steps of the project at rising rates, "leave-rate" ends that, and "curves" tells what the run
    in the folder `run` has noted. `device` is as for `engine.train`; `epochs` and `value`, if they are not 0, are how
    many epochs a run that is continued is to have in all, and its learning rate from there on. `pretrained` is what the
    window's project names: what is learned or opened is shown while it names the same.
    """

    id: int
    action: TrainAction
    project: Project | None = None
    run: str = ""
    value: float = 0.0
    device: str = "auto"
    epochs: int = 0
    pretrained: str = ""
    order: Steered | None = None
    parent: str = ""
    at: int = 0


class LookAtData(Message, frozen=True, kw_only=True):
    """Show samples of a data set: a name, or the path of a folder or file."""

    id: int
    data: str
    dark: bool = True


class Ping(Message, frozen=True, kw_only=True):
    """Are you there?"""

    id: int


class Quit(Message, frozen=True, kw_only=True):
    """Close everything and end."""
