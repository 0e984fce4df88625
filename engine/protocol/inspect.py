"""What the Inspect page asks of the engine, and what the engine says of a network's answer."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.protocol.events import Guess, Weights
from engine.protocol.message import Box, Message, Plane, Range
from engine.spec.attribution import Target

Stage = Literal["waiting", "working", "shown", "stopped", "failed"]


class Inspect(Message, frozen=True, kw_only=True):
    """Do something once on page "inspect".

    "explain" begins the explanation of the newest frame, however slow it is and whether or not the frame moves.
    "stop" gives up what is being worked on. "sanity" tries how far the explanation that is shown can be trusted.
    """

    id: int
    action: Literal["explain", "stop", "sanity"]


class HeatTold(msgspec.Struct, frozen=True, kw_only=True):
    """An explanation that the plane of view "maps" shows, laid over the very frame that it was made from.

    `score` is the number that was explained, `layer` the one whose maps Grad-CAM used. `seconds` is what it took, and
    `rate` how many come in a second while the picture moves; 0 while it stands still.
    """

    method: str
    target: Target
    score: float
    range: Range
    layer: str = ""
    frame: int = 0
    seconds: float = 0.0
    rate: float = 0.0


class SanityTold(msgspec.Struct, frozen=True, kw_only=True):
    """How far an explanation can be trusted; see `engine.explain.deletion` and `randomised`.

    Both curves stand over the same `shares` of cells that were changed. `alike` is the rank correlation with the
    explanation of the same network with random weights.
    """

    shares: tuple[float, ...]
    deletion: tuple[float, ...]
    insertion: tuple[float, ...]
    deletion_area: float
    insertion_area: float
    alike: float


class Inspected(Message, frozen=True, kw_only=True):
    """What the network says of the newest frame, and the explanation where there is a new one.

    `guesses` are the likeliest classes of this frame, and `calm` the likeliest with their probabilities smoothed over
    time, both likeliest first; an answer with `again` tells nothing new of either. `heat` comes with its picture.
    `progress` are runs of the network, done and in all, of a slow explanation or a sanity check. `problem` says why
    there is no explanation. `everywhere` says whether the network can be laid over a whole frame.
    """

    id: int
    frame: int
    arrived: float
    asked: float
    planes: tuple[Plane, ...]
    again: bool = False
    guesses: tuple[Guess, ...] = ()
    calm: tuple[Guess, ...] = ()
    rate: float = 0.0
    note: str = ""
    weights: Weights = Weights()
    window: Box | None = None
    stage: Stage = "waiting"
    progress: tuple[int, int] = (0, 0)
    checking: bool = False
    heat: HeatTold | None = None
    sanity: SanityTold | None = None
    problem: str = ""
    everywhere: bool = False
    method: str = "inspect"
    seconds: float = 0.0
