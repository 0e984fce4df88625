"""What the engine and its training process say to each other, as msgpack over a pipe."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.protocol import Train
from engine.spec.events import TrainEvent
from engine.spec.steering import Steered


class Errand(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """One thing said by either side; told apart as the events of a run are."""


class Begin(Errand, frozen=True, kw_only=True, tag="begin"):
    """Take the steps of this run, and tell of them; begin with `weights`, the bytes of a safetensors file, if any.

    `source` and `sha256` say where these come from.
    """

    train: Train
    source: str = ""
    sha256: str = ""
    weights: bytes = b""


class Steer(Errand, frozen=True, kw_only=True, tag="steer"):
    """Do what the method of `engine.train.Controls` with this name does, with `value` or `given` as its argument."""

    order: Literal["pause", "resume", "stop", "want_weights", "set_learning_rate", "step_once", "give_order", "watch"]
    value: float = 0.0
    given: Steered | None = None


class Learned(Errand, frozen=True, kw_only=True, tag="learned"):
    """The weights that were asked for: the bytes of a safetensors file."""

    step: int
    weights: bytes


class Refused(Errand, frozen=True, kw_only=True, tag="refused"):
    """The run cannot go on, or cannot begin: one sentence for the person, and the last that is said of it."""

    message: str


class Over(Errand, frozen=True, kw_only=True, tag="over"):
    """The run has told everything: the last that is said of it."""


Order = Begin | Steer
Report = TrainEvent | Learned | Refused | Over

_encoder = msgspec.msgpack.Encoder()
_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
_reports: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)


def encode(said: Order | Report) -> bytes:
    """Something said as bytes for the pipe."""
    return _encoder.encode(said)


def decode_order(data: bytes) -> Order:
    """What the engine said."""
    return _orders.decode(data)


def decode_report(data: bytes) -> Report:
    """What the training process said."""
    return _reports.decode(data)
