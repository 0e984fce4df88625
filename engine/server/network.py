"""The pages that need torch: one live network, trained and looked at. Imported when the first of them is opened."""

from __future__ import annotations

from collections.abc import Callable

from engine.forward import LiveNetwork
from engine.protocol import Event, LookAtData, Train
from engine.server.apart import Apart
from engine.server.coach import Coach
from engine.server.datalook import DataLook
from engine.server.names import ClassNames
from engine.server.network_task import NetworkTask
from engine.server.paint import Painter
from engine.server.runner import Here
from engine.server.slots import SlotPool
from engine.server.weights_reader import WeightsReader
from engine.train.device import keep_freed_memory


class Studio:
    """What the Network and the Train page share in the engine."""

    def __init__(
        self,
        emit: Callable[[Event], None],
        wake: Callable[[], None],
        painter: Painter,
        slots: SlotPool,
        apart: bool,
    ) -> None:
        keep_freed_memory()
        network = LiveNetwork()
        self._names = ClassNames(wake)
        self.task = NetworkTask(painter, network, self._names)
        self._coach = Coach(emit, wake, network, Apart() if apart else Here())
        self._reader = WeightsReader(emit, wake, network)
        self._look = DataLook(emit, wake, painter, slots, self._names)

    @property
    def busy(self) -> bool:
        """Whether something goes on that wants to be looked after often."""
        return self._coach.running

    def handle(self, request: Train | LookAtData) -> bool:
        """Do what is asked for; whether the network has other weights now."""
        if isinstance(request, Train) and request.action == "weights":
            self._reader.read(request, self._coach.running)
            return False
        if isinstance(request, Train):
            return self._coach.handle(request)
        # Who looks at data is on the Train page.
        self._coach.prepare()
        self._look.handle(request)
        return False

    def tick(self) -> bool:
        """Take over what threads have done meanwhile; whether the network has other weights or class names now."""
        self._look.tick()
        read = self._reader.tick()
        if read is not None:
            self._coach.adopt(read)
        named, learned = self._names.tick(), self._coach.tick()
        return named or learned or read is not None

    def close(self) -> None:
        """Stop the training, leaving a checkpoint."""
        self._coach.close()
