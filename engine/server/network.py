"""The pages that need torch: one live network, trained and looked at. Imported when the first of them is opened."""

from __future__ import annotations

from collections.abc import Callable

from engine.forward import LiveNetwork
from engine.frames import Frame
from engine.nn.room import keep_freed_memory
from engine.protocol import (
    AskMistakes,
    CareRequest,
    DataRequest,
    Download,
    Event,
    Examine,
    Inspect,
    LookAtData,
    LookBack,
    PastRequest,
    Record,
    StopReading,
    StudyData,
    Train,
    VaryData,
    WalkThrough,
)
from engine.server.apart import Apart
from engine.server.coach import Coach
from engine.server.datalook import DataLook
from engine.server.datastudy import DataStudy
from engine.server.doctoring import Doctoring
from engine.server.fetching import Fetching
from engine.server.inspecting.task import InspectTask
from engine.server.mistakes import MistakesStudy
from engine.server.names import ClassNames
from engine.server.network_task import NetworkTask
from engine.server.paint import Painter
from engine.server.past import LookingBack
from engine.server.recording import Recording
from engine.server.runner import Here
from engine.server.slots import SlotPool
from engine.server.slowly import Slowly
from engine.server.weights_reader import WeightsReader

OTHER_WEIGHTS = ("start", "continue", "fork", "open", "forget", "weights")
"""What gives the network other weights ends looking back."""


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
        self.task = NetworkTask(painter, network, self._names, slots, wake)
        self.inspect = InspectTask(painter, slots, network, self.task, wake)
        self._coach = Coach(emit, wake, network, Apart() if apart else Here())
        self._reader = WeightsReader(emit, wake, network)
        self._look = DataLook(emit, wake, painter, slots, self._names)
        self._study = DataStudy(emit, wake, painter, slots)
        self._fetching = Fetching(emit)
        self._recording = Recording(emit, wake, painter, slots)
        self._doctor = Doctoring(emit, wake, network)
        self._mistakes = MistakesStudy(emit, wake, painter, slots, network)
        self._back = LookingBack(emit, network)
        self._slowly = Slowly(emit, wake, network)

    @property
    def busy(self) -> bool:
        """Whether something goes on that wants to be looked after often."""
        return self._coach.running or self.task.owes or self.inspect.waiting

    def handle(
        self, request: Train | DataRequest | CareRequest | PastRequest | Inspect, frame: Frame | None = None
    ) -> bool:
        """Do what is asked for; whether the network has other weights now. `frame` is the present one."""
        if isinstance(request, LookBack):
            return self._back.handle(request)
        if isinstance(request, Train) and request.action in OTHER_WEIGHTS:
            self._back.return_to_now()
        if isinstance(request, Train) and request.action == "weights":
            self._reader.read(request, self._coach.running)
            return False
        if isinstance(request, Train):
            return self._coach.handle(request)
        if isinstance(request, Inspect):
            return self.inspect.handle(request)
        if isinstance(request, WalkThrough):
            self._slowly.handle(request)
        elif isinstance(request, Examine):
            self._doctor.handle(request)
        elif isinstance(request, AskMistakes):
            self._mistakes.handle(request)
        elif isinstance(request, Record):
            self._recording.handle(request, frame)
        else:
            self._look_at(request)
        return False

    def _look_at(self, request: LookAtData | StudyData | VaryData | StopReading | Download) -> None:
        if isinstance(request, LookAtData):
            # Who looks at data is on the Train page.
            self._coach.prepare()
            self._look.handle(request)
        elif isinstance(request, Download):
            self._fetching.handle(request)
        elif isinstance(request, StopReading):
            self._look.stop()
            self._study.stop()
        else:
            self._study.handle(request)

    def take(self, frame: Frame) -> None:
        """A new frame has come."""
        self._recording.take(frame)

    def tick(self) -> bool:
        """Take over what threads have done meanwhile; whether the network has other weights or class names now."""
        self._look.tick()
        self._study.tick()
        self._recording.tick()
        read = self._reader.tick()
        if read is not None:
            self._coach.adopt(*read)
        named, learned = self._names.tick(), self._coach.tick()
        self._doctor.tick()
        self._mistakes.tick()
        self._slowly.tick()
        return named or learned or read is not None

    def close(self) -> None:
        """Stop the training, leaving a checkpoint."""
        self.inspect.close()
        self._recording.close()
        self._fetching.close()
        self._coach.close()
