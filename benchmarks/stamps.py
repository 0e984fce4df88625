"""When each frame was painted, written down beside the window's own counting."""

from __future__ import annotations

import time
from typing import NamedTuple

from app.state.engine_link import EngineLink, Shown
from app.widgets.picture_view import PictureView
from engine.protocol import Result


class Stamp(NamedTuple):
    """One frame on the screen: its number, when it arrived, what the engine worked on it, and when it was painted."""

    frame: int
    arrived: float
    seconds: float
    painted: float

    @property
    def latency(self) -> float:
        """Seconds from the frame's arrival to the end of its paint."""
        return self.painted - self.arrived


class Stamps:
    """Hears what the window hears, and keeps one stamp for every frame that was painted in `view`."""

    def __init__(self, link: EngineLink, view: PictureView) -> None:
        self.found: list[Stamp] = []
        self._result: Result | None = None
        self._pictures: dict[int, Result] = {}
        link.result.connect(self._on_result)
        link.picture.connect(self._on_picture)
        view.painted.connect(self._on_painted)

    def _on_result(self, result: Result) -> None:
        self._result = result

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "map" and self._result is not None:
            # Of several results in one turn only the last has its picture shown.
            self._pictures = {shown.generation: self._result}

    def _on_painted(self, generation: int) -> None:
        now = time.monotonic()
        result = self._pictures.pop(generation, None)
        if result is not None and not (self.found and self.found[-1].frame == result.frame):
            self.found.append(Stamp(result.frame, result.arrived, result.seconds, now))

    def since(self, moment: float) -> list[Stamp]:
        """Of frames painted after time.monotonic() was `moment`."""
        return [stamp for stamp in self.found if stamp.painted >= moment]
