"""What is captured: how to open it, how patient to be with it, and how to speak of it."""

from __future__ import annotations

import os
from dataclasses import dataclass

from engine.errors import BadFile, SourceError
from engine.frames.capture.messages import Open, public_address
from engine.resources import resolve
from engine.spec.source import Camera, Clip, Stream

Captured = Clip | Camera | Stream


@dataclass(frozen=True)
class Subject:
    """What is captured.

    Attributes:
        order: the message that opens it.
        name: how a sentence begins that speaks of it.
        patience: seconds without a frame after which it is lost.
        hope: how a sentence ends that says it is lost.
        advice: how a sentence ends that says it is given up.
        attempts: how often it may be lost within ten seconds before it is given up; 0 is for ever.
    """

    order: Open
    name: str
    patience: float
    hope: str
    advice: str
    attempts: int = 0

    def lost(self, reason: str) -> str:
        """A sentence on what is being tried again."""
        return f"{self.name} {reason}; {self.hope}."

    def failed(self, reason: str) -> str:
        """A sentence on what is given up."""
        return f"{self.name} {reason}; {self.advice}."


def describe(spec: Captured) -> Subject:
    """The subject that a source describes.

    Raises:
        SourceError: when a clip's file is not there.
    """
    if isinstance(spec, Camera):
        return Subject(
            Open("camera", str(spec.index), height=spec.height, width=spec.width, fps=spec.fps),
            name=f"Camera {spec.index}",
            patience=1.0,
            hope="check its cable, and it goes on as soon as it is back",
            advice="connect one or choose another number",
        )
    if isinstance(spec, Stream):
        return Subject(
            Open("stream", spec.url),
            name=f"The stream {public_address(spec.url)}",
            patience=1.5,
            hope="it goes on as soon as it is back",
            advice="check the address and that its server is running",
        )
    return Subject(
        Open("clip", _clip_file(spec.path), speed=spec.speed, loop=spec.loop),
        name=f"The clip {os.path.basename(spec.path)}",
        patience=2.0,
        hope="trying once more",
        advice="choose another clip",
        attempts=3,
    )


def _clip_file(path: str) -> str:
    try:
        file = resolve(path)
        if file.is_dir():
            raise SourceError(f"{file} is a folder, not a clip; open it as a folder.")
        if not file.exists():
            raise SourceError(f"{file} does not exist; check the name.")
        if not file.is_file():
            raise SourceError(f"{file} is not an ordinary file; give a clip.")
        if file.stat().st_size == 0:
            raise SourceError(f"{file.name} is empty (0 bytes); get another copy of it.")
    except BadFile as error:
        raise SourceError(str(error)) from error
    except OSError as error:
        raise SourceError(f"{path} cannot be opened ({error.strerror}); check its name and permissions.") from error
    # Absolute, so that no part of it can be taken for a protocol.
    return str(file.absolute())
