"""What the engine says of a training that is steered: its log, the search for a rate, and the curves of other runs."""

from __future__ import annotations

from typing import Literal

from engine.protocol.message import Message
from engine.spec.steering import Entry, Standing


class Log(Message, frozen=True, kw_only=True):
    """New lines of a run's log: orders that were carried out, or a sentence that a person should know."""

    step: int = 0
    time: float = 0.0
    """In seconds since 1970, of the sentence; each order has its own."""
    entries: tuple[Entry, ...] = ()
    message: str = ""
    begins: Standing | None = None
    """What a run is trained with that begins, goes on or was opened: the log starts anew with it."""


class RateTest(Message, frozen=True, kw_only=True):
    """How the search for a learning rate is doing: all rates that were tried so far, and the smoothed losses."""

    state: Literal["running", "done", "stopped", "failed"]
    rates: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    share: float = 0.0
    """How much of it is done, from 0 to 1."""
    suggestion: float | None = None
    rule: str = ""
    message: str = ""
    """Why it failed."""


class Curves(Message, frozen=True, kw_only=True):
    """All that the run in a folder has noted; only a sentence in `message` if it cannot be read."""

    run: str
    steps: tuple[int, ...] = ()
    losses: tuple[float, ...] = ()
    accuracies: tuple[float, ...] = ()
    rates: tuple[float, ...] = ()
    gradients: tuple[float, ...] = ()
    test_steps: tuple[int, ...] = ()
    test_losses: tuple[float, ...] = ()
    test_accuracies: tuple[float, ...] = ()
    message: str = ""
