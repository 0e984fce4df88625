"""What every source of frames offers, and what it says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.spec.source import Source

State = Literal["opening", "still", "playing", "paused", "lost", "failed", "ended"]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture from a source.

    Attributes:
        pixels: uint8 [H, W, 3], RGB, C-contiguous and read-only; it stays as it is for as long as it is held.
        number: rises with every frame the source captured; a gap is a number of dropped frames.
        stamp: `time.monotonic()` when the frame arrived.
        position: its place in the clip, folder or pattern, from 0.
    """

    pixels: Pixels
    number: int
    stamp: float
    position: int


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source is doing, told truthfully.

    Attributes:
        state: "lost" is being tried again, "failed" is not until `play()`.
        message: one sentence for people when lost or failed, else empty.
        height, width: size of the newest frame in pixels, 0 before the first.
        channels: of the pictures as they came: 1 grey, 3 colour, 4 with alpha.
        captured: frames that arrived, those dropped included.
        dropped: frames that nobody took before a newer one came.
        fps: frames a second, measured from the newest frames' time stamps; 0 before there are two.
        position: of the newest frame, from 0.
        count: how many there are; 0 when that is not known or has no meaning.
        note: what else a person should know, such as "16-bit grey"; may be empty.
        label: what the newest frame truly shows, where a data set says so: the name of its class.
    """

    state: State
    message: str = ""
    height: int = 0
    width: int = 0
    channels: int = 0
    captured: int = 0
    dropped: int = 0
    fps: float = 0.0
    position: int = 0
    count: int = 0
    note: str = ""
    label: str = ""


class FrameSource(Protocol):
    """An open source. Every method may be called from any thread, returns at once and does not raise.

    A closed source gives no more frames.
    """

    def take(self) -> Frame | None:
        """The newest frame that was not taken yet, or None."""

    def status(self) -> SourceStatus:
        """How the source is doing now."""

    def update(self, spec: Source) -> bool:
        """Go on with a changed description; False if the source has to be opened anew for it."""

    def play(self) -> None:
        """Go on; start a clip that has ended over; try a failed source again."""

    def pause(self) -> None:
        """Hold the newest frame."""

    def seek(self, index: int) -> None:
        """Go to a place in the clip or folder, from 0; one outside it means its nearest end."""

    def step(self, delta: int) -> None:
        """Pause, and go that many pictures forward (or back if negative)."""

    def close(self) -> None:
        """Let go of everything, within two seconds at worst. Closing twice is closing once."""
