"""What the capture process and its owner say to each other, and where frames lie in the memory they share."""

from __future__ import annotations

import re
from multiprocessing.connection import Connection
from typing import Literal

import msgspec

SLOTS = 4  # two held by the owner, one that waits to be taken, one being written
MAX_SIDE = 4096

Kind = Literal["clip", "camera", "stream"]


class _Message(msgspec.Struct, frozen=True, array_like=True, tag=True):
    pass


class Open(_Message, frozen=True):
    """Open this. `position` is where a clip goes on; `still_ok` says that a camera's picture may stay the same."""

    kind: Kind
    address: str
    height: int = 0
    width: int = 0
    fps: float = 0.0
    speed: float = 1.0
    loop: bool = True
    position: int = 0
    playing: bool = True
    still_ok: bool = False


class Release(_Message, frozen=True):
    """The slot may be written again."""

    slot: int


class Took(_Message, frozen=True):
    """The frame with this stamp waits no longer: the owner works on it."""

    stamp: float


class Control(_Message, frozen=True):
    """Everything that was asked for since the last one: None means no change."""

    playing: bool | None = None
    position: int | None = None
    delta: int = 0
    speed: float | None = None
    loop: bool | None = None


class Arrived(_Message, frozen=True):
    """A frame lies in the slot, which is now the owner's. `skipped` frames before it were dropped in the process."""

    slot: int
    height: int
    width: int
    channels: int
    stamp: float
    position: int
    count: int
    skipped: int
    playing: bool


class Alive(_Message, frozen=True):
    """Nothing new, and that is as it should be; also the answer to `Open` and `Control`."""

    playing: bool


class Ended(_Message, frozen=True):
    """The clip is at its end and holds its last frame."""

    count: int


class Remark(_Message, frozen=True):
    """Something a person should know of the frames; empty takes the last one back."""

    text: str


class Failed(_Message, frozen=True):
    """It cannot be opened, or gave out; the process waits to be told to open it again.

    `frozen`: it did send pictures, but always the same.
    """

    sentence: str
    frozen: bool = False


class TooSmall(_Message, frozen=True):
    """A frame needs so many bytes; the process ends."""

    bytes: int


Command = Open | Release | Took | Control
Report = Arrived | Alive | Ended | Remark | Failed | TooSmall

_commands: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
_reports: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)
_encode = msgspec.msgpack.Encoder().encode


def send(pipe: Connection, message: Command | Report) -> None:
    """Send a message; OSError if the other side is gone."""
    pipe.send_bytes(_encode(message))


def receive_command(pipe: Connection) -> Command:
    """The next message for the capture process; EOFError if its owner is gone."""
    return _commands.decode(pipe.recv_bytes())


def receive_report(pipe: Connection) -> Report:
    """The next message for the owner; EOFError if the process is gone."""
    return _reports.decode(pipe.recv_bytes())


def public_address(url: str) -> str:
    """An address without the name and password in it.

    Example:
        >>> public_address("rtsp://anna:secret@host/live")
        'rtsp://host/live'
    """
    return re.sub(r"//[^/@]*@", "//", url)
