"""What window and engine say to each other of data sets: looking closely, varying, fetching, recording."""

from __future__ import annotations

from typing import Literal

from engine.protocol.message import Box, Message, Plane
from engine.spec.data import AugmentSpec
from engine.spec.source import Part


class StudyData(Message, frozen=True, kw_only=True):
    """Tell all that can be seen of a data set; a newer question takes the place of an older one."""

    id: int
    data: str
    dark: bool = True


class VaryData(Message, frozen=True, kw_only=True):
    """Show some samples as they are, and how they may be varied; `draw` is the seed of the chance.

    They are brought to `input_shape` first, where they can be.
    """

    id: int
    data: str
    augment: AugmentSpec
    draw: int = 0
    input_shape: tuple[int, ...] = ()
    dark: bool = True


class StopReading(Message, frozen=True, kw_only=True):
    """Give up reading whatever data set is being read."""

    id: int


class Download(Message, frozen=True, kw_only=True):
    """Fetch a known data set by its name, or stop doing so."""

    id: int
    name: str = ""
    action: Literal["start", "stop"] = "start"


class Record(Message, frozen=True, kw_only=True):
    """Keep frames of the source as pictures of a class.

    "open" chooses the folder, made if need be, and the size (height, width) that frames are brought to; "hold" keeps
    the present frame as one of the class `name`, and those that follow until "let go". "undo" takes the last one back.
    """

    id: int
    action: Literal["open", "hold", "let go", "undo"]
    folder: str = ""
    name: str = ""
    size: tuple[int, int] | None = None


class DataProgress(Message, frozen=True, kw_only=True):
    """So many of so many pictures of a data set are read."""

    id: int
    data: str
    done: int
    total: int


class DataSeen(Message, frozen=True, kw_only=True):
    """All that can be seen of a data set.

    `tiles` lie in the plane of the view "data": the mean of all, the mean of each class, then samples; `labels` are
    the classes of these samples, and `indices` their places in the part `split`. Where numbers are to be told,
    `ranges` has the least, mean and largest of each, and everything is in one class.
    """

    id: int
    data: str
    plane: Plane
    tiles: tuple[Box, ...]
    labels: tuple[int, ...]
    split: Part
    indices: tuple[int, ...]
    class_names: tuple[str, ...]
    train_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
    ranges: tuple[tuple[float, float, float], ...] = ()
    input_shape: tuple[int, ...]
    notes: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    """(file, reason) of the first files that were left out."""
    left_out: int = 0
    """How many were left out in all."""
    in_both: int = 0
    """Inputs for testing that are to be learned from too."""
    repeated: int = 0
    contradicting: int = 0
    bytes: int = 0
    streamed: bool = False
    place: str = ""
    """The folder or file that it was read from; empty if it ships with the program."""


class Varied(Message, frozen=True, kw_only=True):
    """Samples in the view "varied", a row for each: as it is, then varied copies. `message` says why there are none."""

    id: int
    data: str
    plane: Plane | None
    tiles: tuple[Box, ...] = ()
    columns: int = 1
    message: str = ""


class Downloading(Message, frozen=True, kw_only=True):
    """How a download is doing: bytes of bytes while it runs, the folder when it is done, a sentence if it failed."""

    id: int
    name: str
    state: Literal["running", "done", "failed"]
    done: int = 0
    total: int = 0
    folder: str = ""
    message: str = ""


class Recorded(Message, frozen=True, kw_only=True):
    """What is recorded so far, with the last pictures in the view "recorded", newest first.

    `labels` are the classes of these pictures; `message` says what went wrong.
    """

    id: int
    folder: str
    counts: dict[str, int]
    plane: Plane | None = None
    tiles: tuple[Box, ...] = ()
    labels: tuple[str, ...] = ()
    message: str = ""
