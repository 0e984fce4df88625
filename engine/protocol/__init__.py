"""What the window and the engine say to each other: small immutable records, as msgpack over a pipe.

Pictures do not travel here: they are in `engine.buffers`, and a `Result` says in which slot.
"""

from __future__ import annotations

from functools import cache

import msgspec

from engine.protocol.events import (
    Died,
    Explained,
    Guess,
    Hello,
    Histogram,
    Histograms,
    Maps,
    PatchOf,
    Pong,
    PoolCells,
    Problem,
    Readout,
    Result,
    Saved,
    SourceState,
    Taken,
    Term,
    Thumbnails,
    Weights,
    WeightsRead,
)
from engine.protocol.kinds import ExplainKind, KindExplained, KindMaps, Line
from engine.protocol.message import Box, MapFigures, Message, Page, Plane, Range
from engine.protocol.network import ExplainUnit, Link, Part, UnitExplained
from engine.protocol.requests import (
    Explain,
    LookAtData,
    Patch,
    Ping,
    Probe,
    Quit,
    Release,
    Save,
    Show,
    Train,
    TrainAction,
    Transport,
)
from engine.protocol.studies import Form, Law, Laws, MatrixForms, MatrixTold
from engine.protocol.training import EpochDone, Points, Samples, Training

Question = Probe | Explain | ExplainKind | ExplainUnit
Request = Show | Release | Question | Patch | Transport | Save | Train | LookAtData | Ping | Quit
Event = (
    Hello
    | Taken
    | Pong
    | Result
    | Maps
    | KindMaps
    | Laws
    | MatrixTold
    | Training
    | Points
    | EpochDone
    | Samples
    | Thumbnails
    | Histograms
    | Readout
    | Explained
    | KindExplained
    | UnitExplained
    | PatchOf
    | SourceState
    | Problem
    | Saved
    | WeightsRead
    | Died
)

_encoder = msgspec.msgpack.Encoder()


# Made when first needed: requests hold whole projects, so that their decoder takes four milliseconds to make, and the
# window, which reads none, would wait for it before its first paint.
@cache
def _request_decoder() -> msgspec.msgpack.Decoder[Request]:
    return msgspec.msgpack.Decoder(Request)


@cache
def _event_decoder() -> msgspec.msgpack.Decoder[Event]:
    return msgspec.msgpack.Decoder(Event)


def encode(message: Message) -> bytes:
    """A message as bytes for the pipe."""
    return _encoder.encode(message)


def decode_request(data: bytes) -> Request:
    """What the window said."""
    return _request_decoder().decode(data)


def decode_event(data: bytes) -> Event:
    """What the engine said."""
    return _event_decoder().decode(data)


__all__ = [
    "Box",
    "Died",
    "EpochDone",
    "Event",
    "Explain",
    "ExplainKind",
    "ExplainUnit",
    "Explained",
    "Form",
    "Guess",
    "Hello",
    "Histogram",
    "Histograms",
    "KindExplained",
    "KindMaps",
    "Law",
    "Laws",
    "Line",
    "Link",
    "LookAtData",
    "MapFigures",
    "Maps",
    "MatrixForms",
    "MatrixTold",
    "Message",
    "Page",
    "Part",
    "Patch",
    "PatchOf",
    "Ping",
    "Plane",
    "Points",
    "Pong",
    "PoolCells",
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
    "UnitExplained",
    "Weights",
    "WeightsRead",
    "decode_event",
    "decode_request",
    "encode",
]
