"""Where pictures come from. A source is described here and opened by `engine.sources`."""

from __future__ import annotations

import math
from itertools import chain
from typing import Annotated, Literal

from engine.errors import SpecError
from engine.spec.fields import Spec, field

PatternKind = Literal["impulse", "step", "checkerboard", "grating", "rings", "noise", "gradient"]
Part = Literal["train", "test"]
Point = tuple[float, float]

_SIDE = field("Size", "Height or width of the made picture.", 1, 4096, "px")


class Picture(Spec, frozen=True, kw_only=True, tag="picture"):
    """A picture file. `path` is a file, or `sample:NAME` for one that ships with the program.

    `page` counts from 0 in files that hold several pictures (animated GIF, many-page TIFF).
    """

    path: str
    page: Annotated[int, field("Picture", "Which picture of a file that holds several.", 0, 100_000)] = 0


class Folder(Spec, frozen=True, kw_only=True, tag="folder"):
    """The pictures of a folder, sorted by name; `index` is the one shown, and play steps through them."""

    path: str
    index: Annotated[int, field("Picture", "Which picture of the folder.", 0, 1_000_000)] = 0
    fps: Annotated[float, field("Rate", "Pictures a second while the folder plays.", 0.1, 60.0, "/s")] = 2.0


class Clip(Spec, frozen=True, kw_only=True, tag="clip"):
    """A video file, played at its own rate times `speed`. `path` may be `sample:NAME`."""

    path: str
    loop: bool = True
    speed: Annotated[float, field("Speed", "1 is the clip's own rate.", 0.05, 16.0, "×")] = 1.0


class Camera(Spec, frozen=True, kw_only=True, tag="camera"):
    """A camera by its number. Size and rate are wishes: 0 leaves them to the camera."""

    index: Annotated[int, field("Camera", "Number of the camera; the first is 0.", 0, 63)] = 0
    height: Annotated[
        int, field("Height", "Wished height of the frames; 0 leaves it to the camera.", 0, 4096, "px")
    ] = 0
    width: Annotated[int, field("Width", "Wished width of the frames; 0 leaves it to the camera.", 0, 4096, "px")] = 0
    fps: Annotated[float, field("Rate", "Wished frames a second; 0 leaves it to the camera.", 0.0, 240.0, "/s")] = 0.0


class Stream(Spec, frozen=True, kw_only=True, tag="stream"):
    """A network stream by its address (http, https, rtsp, rtmp, udp, tcp)."""

    url: str

    def __post_init__(self) -> None:
        Spec.__post_init__(self)
        known = ("http://", "https://", "rtsp://", "rtmp://", "udp://", "tcp://")
        if not self.url.lower().startswith(known):
            raise SpecError(f"{self.url!r} is no stream address; one starts with {', '.join(known)}.")


class Stroke(Spec, frozen=True, kw_only=True):
    """One movement of the pen: its path in (row, column) cells, its width in cells, and its grey value."""

    points: tuple[Point, ...]
    width: Annotated[float, field("Pen", "Width of the pen.", 0.1, 256.0, "px")] = 2.0
    value: Annotated[float, field("Ink", "0 is black, 1 is white.", 0.0, 1.0)] = 1.0

    def __post_init__(self) -> None:
        Spec.__post_init__(self)
        if not all(map(math.isfinite, chain.from_iterable(self.points))):
            raise SpecError("A stroke goes through a point that is no finite number; one on the paper would do.")


class Drawing(Spec, frozen=True, kw_only=True, tag="drawing"):
    """A drawing pad: strokes, in their order, on a flat background."""

    height: Annotated[int, _SIDE] = 128
    width: Annotated[int, _SIDE] = 128
    background: Annotated[float, field("Paper", "0 is black, 1 is white.", 0.0, 1.0)] = 0.0
    strokes: tuple[Stroke, ...] = ()


class Pattern(Spec, frozen=True, kw_only=True, tag="pattern"):
    """A made picture whose values are known exactly; `speed` moves it, in periods or pixels a second."""

    kind: Annotated[
        PatternKind,
        field("Pattern", "What is drawn.", labels={"step": "step edge"}),
    ] = "grating"
    height: Annotated[int, _SIDE] = 256
    width: Annotated[int, _SIDE] = 256
    period: Annotated[float, field("Period", "Length of one wave, ring or square.", 2.0, 1024.0, "px")] = 16.0
    angle: Annotated[
        float, field("Angle", "Direction of change; 0 changes from left to right.", -360.0, 360.0, "°")
    ] = 0.0
    contrast: Annotated[float, field("Contrast", "Difference of lightest and darkest.", 0.0, 1.0)] = 1.0
    noise: Annotated[float, field("Noise", "Standard deviation of noise added to every pixel.", 0.0, 1.0)] = 0.0
    seed: Annotated[int, field("Seed", "The same seed gives the same noise.", 0, 2**31 - 1)] = 0
    speed: Annotated[float, field("Motion", "Periods a second; 0 stands still.", 0.0, 20.0, "/s")] = 0.0


class Sample(Spec, frozen=True, kw_only=True, tag="sample"):
    """One picture of a data set. `data` is named as for `engine.load_data`: a shipped set, or the path of one.

    `index` counts from 0 in its part, in the order that the set is loaded in.
    """

    data: str = "mnist"
    split: Annotated[
        Part,
        field(
            "Part",
            "Which part of the data set: what a network learns from, or what is kept back to test it on.",
            labels={"train": "to learn from", "test": "to test"},
        ),
    ] = "test"
    index: Annotated[int, field("Picture", "Which picture of the part.", 0, 100_000_000)] = 0


FrameSpec = Picture | Folder | Clip | Camera | Stream | Drawing | Pattern
"""What `engine.frames` opens by itself."""
Source = FrameSpec | Sample
