"""What the window and the engine say to each other: small immutable records, as msgpack over a pipe.

Pictures do not travel here: they are in `engine.buffers`, and a `Result` says in which slot.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from engine.protocol.care import (
    Ailment,
    AskMistakes,
    Examine,
    Examined,
    Layers,
    Mistakes,
    Remedy,
    SickKernel,
    Trying,
)
from engine.protocol.data import (
    DataProgress,
    DataSeen,
    Download,
    Downloading,
    Record,
    Recorded,
    StopReading,
    StudyData,
    Varied,
    VaryData,
)
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
from engine.protocol.inspect import HeatTold, Inspect, Inspected, SanityTold
from engine.protocol.kinds import ExplainKind, KindExplained, KindMaps, Line
from engine.protocol.live import Curves, Log, RateTest
from engine.protocol.message import Box, MapFigures, Message, Page, Plane, Range
from engine.protocol.network import ExplainUnit, Link, Part, UnitExplained
from engine.protocol.past import (
    Figure,
    Lesson,
    LookBack,
    LookedBack,
    Moment,
    Numbers,
    PastEvent,
    PastRequest,
    Stage,
    WalkedThrough,
    WalkThrough,
)
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

if TYPE_CHECKING:
    from engine.protocol.parts import RequestDecoder

Question = Probe | Explain | ExplainKind | ExplainUnit
DataRequest = LookAtData | StudyData | VaryData | StopReading | Download | Record
CareRequest = Examine | AskMistakes
SeldomRequest = DataRequest | CareRequest | PastRequest | Inspect
CareEvent = Layers | Examined | Mistakes | Trying
DataEvent = DataProgress | DataSeen | Varied | Downloading | Recorded
Request = (
    Show | Release | Question | Patch | Transport | Save | Train | DataRequest | CareRequest | PastRequest | Inspect
    | Ping | Quit
)  # fmt: skip
Event = (
    Hello
    | Taken
    | Pong
    | Result
    | Maps
    | KindMaps
    | Laws
    | MatrixTold
    | Inspected
    | Training
    | Points
    | EpochDone
    | Log
    | RateTest
    | Curves
    | Samples
    | DataEvent
    | CareEvent
    | PastEvent
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
def _request_decoder() -> RequestDecoder[Request]:
    from engine.protocol.parts import RequestDecoder

    return RequestDecoder(Request)


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
    "Ailment",
    "AskMistakes",
    "Box",
    "CareEvent",
    "CareRequest",
    "Curves",
    "DataEvent",
    "DataProgress",
    "DataRequest",
    "DataSeen",
    "Died",
    "Download",
    "Downloading",
    "EpochDone",
    "Event",
    "Examine",
    "Examined",
    "Explain",
    "ExplainKind",
    "ExplainUnit",
    "Explained",
    "Figure",
    "Form",
    "Guess",
    "HeatTold",
    "Hello",
    "Histogram",
    "Histograms",
    "Inspect",
    "Inspected",
    "KindExplained",
    "KindMaps",
    "Law",
    "Laws",
    "Layers",
    "Lesson",
    "Line",
    "Link",
    "Log",
    "LookAtData",
    "LookBack",
    "LookedBack",
    "MapFigures",
    "Maps",
    "MatrixForms",
    "MatrixTold",
    "Message",
    "Mistakes",
    "Moment",
    "Numbers",
    "Page",
    "Part",
    "PastEvent",
    "PastRequest",
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
    "RateTest",
    "Readout",
    "Record",
    "Recorded",
    "Release",
    "Remedy",
    "Request",
    "Result",
    "Samples",
    "SanityTold",
    "Save",
    "Saved",
    "SeldomRequest",
    "Show",
    "SickKernel",
    "SourceState",
    "Stage",
    "StopReading",
    "StudyData",
    "Taken",
    "Term",
    "Thumbnails",
    "Train",
    "TrainAction",
    "Training",
    "Transport",
    "Trying",
    "UnitExplained",
    "Varied",
    "VaryData",
    "WalkThrough",
    "WalkedThrough",
    "Weights",
    "WeightsRead",
    "decode_event",
    "decode_request",
    "encode",
]
