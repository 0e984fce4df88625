"""What the window and the engine say to each other: small immutable records, as msgpack over a pipe.

Pictures do not travel here: they are in `engine.buffers`, and a `Result` says in which slot.
"""

from __future__ import annotations

import msgspec

from engine.protocol.events import (
    Died,
    Guess,
    Hello,
    Maps,
    Pong,
    Problem,
    Readout,
    Result,
    Saved,
    SourceState,
    Taken,
    Term,
    Thumbnails,
)
from engine.protocol.message import Box, Message, Page, Plane, Range
from engine.protocol.requests import LookAtData, Ping, Probe, Quit, Release, Save, Show, Train, TrainAction, Transport
from engine.protocol.training import EpochDone, Points, Samples, Training

Request = Show | Release | Probe | Transport | Save | Train | LookAtData | Ping | Quit
Event = (
    Hello
    | Taken
    | Pong
    | Result
    | Maps
    | Training
    | Points
    | EpochDone
    | Samples
    | Thumbnails
    | Readout
    | SourceState
    | Problem
    | Saved
    | Died
)

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


__all__ = [
    "Box",
    "Died",
    "EpochDone",
    "Event",
    "Guess",
    "Hello",
    "LookAtData",
    "Maps",
    "Message",
    "Page",
    "Ping",
    "Plane",
    "Points",
    "Pong",
    "Probe",
    "Problem",
    "Quit",
    "Range",
    "Readout",
    "Release",
    "Request",
    "Result",
    "Samples",
    "Save",
    "Saved",
    "Show",
    "SourceState",
    "Taken",
    "Term",
    "Thumbnails",
    "Train",
    "TrainAction",
    "Training",
    "Transport",
    "decode_event",
    "decode_request",
    "encode",
]
