"""What the window needs of an engine, be it the process or the inline one of tests."""

from __future__ import annotations

from typing import Protocol

from engine.buffers import PictureBuffers, View
from engine.protocol import Event, Explain, Probe, Request, Show


class Engine(Protocol):
    """What the link needs of an engine: the process, or the inline one of tests."""

    buffers: PictureBuffers
    held: dict[View, int]

    @property
    def bell(self) -> int | None: ...
    @property
    def silent_for(self) -> float: ...
    def offer(self, request: Show | Probe | Explain) -> None: ...
    def send(self, request: Request) -> None: ...
    def poll(self) -> list[Event]: ...
    def restart(self) -> None: ...
    def close(self) -> None: ...
