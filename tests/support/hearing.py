"""What an engine says of a network and its training, kept for a test to look at."""

from __future__ import annotations

from app.state.engine_link import EngineLink
from engine.protocol import EpochDone, Maps, Points, Training


class Heard:
    """Everything that the engine said of the network and its training."""

    def __init__(self, link: EngineLink) -> None:
        self.maps: list[Maps] = []
        self.training: list[Training] = []
        self.points: list[int] = []
        self.epochs: list[EpochDone] = []
        link.maps.connect(self.maps.append)
        link.training.connect(self._hear)

    def _hear(self, event: object) -> None:
        if isinstance(event, Training):
            self.training.append(event)
        elif isinstance(event, Points):
            self.points = [*([] if event.again else self.points), *event.steps]
        elif isinstance(event, EpochDone):
            self.epochs.append(event)

    @property
    def state(self) -> str:
        """What the training does."""
        return self.training[-1].state if self.training else "idle"
