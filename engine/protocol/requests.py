"""What the window says."""

from __future__ import annotations

from typing import Literal

from engine.buffers import View
from engine.protocol.message import Message, Page
from engine.spec.project import Project


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


TrainAction = Literal["start", "continue", "open", "pause", "resume", "stop", "rate", "forget"]


class Train(Message, frozen=True, kw_only=True):
    """Train the project's network on its data, or steer the training that runs.

    "start" begins a new run in the empty folder `run`; "continue" goes on with the run in that folder; "open" takes
    its weights over without training. "pause", "resume" and "stop" act within one batch. "rate" sets the learning
    rate to `value`. "forget" goes back to untrained weights.
    """

    id: int
    action: TrainAction
    project: Project | None = None
    run: str = ""
    value: float = 0.0


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
