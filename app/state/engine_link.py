"""The one object of the window that talks to the engine: it offers the newest project and pulls what came of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage

from app.state.answers import ANSWERS, PASSED_ON, PICTURED, Answer
from app.state.bell import Bell
from app.state.document import Document
from app.state.engine_side import Engine
from app.state.figures import Latency
from app.state.notices import Notices
from app.state.shown import Shown as Shown
from app.state.tally import Tally
from engine.buffers import View
from engine.protocol import (
    Died,
    EpochDone,
    Event,
    Explain,
    Hello,
    LookAtData,
    Page,
    Patch,
    Plane,
    Points,
    Probe,
    Problem,
    Release,
    Result,
    Save,
    SeldomRequest,
    Show,
    SourceState,
    Train,
    TrainAction,
    Training,
    Transport,
)
from engine.spec.project import Project
from engine.spec.source import Source

BUSY_MS = 4
IDLE_MS = 30
NO_FRAME = -1
SILENT_SECONDS = 5.0
MAX_SOURCES = 64
MAIN = ("map", "maps")
"""The views whose paint is what a person waits for: latency is measured there."""


class EngineLink(QObject):
    """Follows the document; pulls results at its own clock; never waits for the engine."""

    picture = Signal(str, object)
    """(view, Shown): a new picture for a view."""
    result = Signal(object)
    """Result: after its pictures were handed out."""
    maps = Signal(object)
    """Maps: what the network makes of the newest frame, after its pictures were handed out."""
    kinds = Signal(object)
    """KindMaps: what a layer of some kind makes of its input, after its pictures were handed out."""
    laws = Signal(object)
    """Laws: the theorems on convolution, measured on the newest frame."""
    matrix = Signal(object)
    """MatrixTold: a patch of the newest frame times the matrix of the layer."""
    inspected = Signal(object)
    """Inspected: what the network says of the newest frame, and where in it that came from."""
    training = Signal(object)
    """Training, Points, EpochDone, Log, RateTest or Curves: how the training is doing, and what it was told."""
    past = Signal(object)
    """LookedBack or WalkedThrough."""
    samples = Signal(object)
    data = Signal(object)
    """DataSeen, Varied, Recorded, DataProgress or Downloading."""
    care = Signal(object)
    """Layers, Examined, Mistakes or Trying: how a network is doing."""
    thumbnails = Signal(object)
    histograms = Signal(object)
    readout = Signal(object)
    explained = Signal(object)
    """Explained or KindExplained: a cell of the map that is shown, now and with every new map."""
    unit = Signal(object)
    """UnitExplained: a number of a layer's maps, now and with every new frame."""
    patch = Signal(object)
    """PatchOf: the answer to `ask_patch`."""
    source_state = Signal(object)
    problem = Signal(object)
    saved = Signal(object)
    weights_read = Signal(object)
    engine_state = Signal(str)
    """"starting", "ready", "silent" or "gone"."""

    def __init__(self, engine: Engine, document: Document, notices: Notices) -> None:
        super().__init__()
        self._engine = engine
        self._document = document
        self._notices = notices
        self._shows = 0
        self._project: Project | None = None
        self._dark = True
        self._gallery = True
        self._histogram = False
        self._page: Page = "kernel"
        self._layer = ""
        self._only = -1
        self._aim: Callable[[], tuple[str, int]] | None = None
        self._more: Callable[[], dict[str, Any]] | None = None
        self._answered = 0
        self._live = self._curious = False
        self._saves = self._trains = self._generation = 0
        self._last_asked = 0.0
        self._last_frame = NO_FRAME
        self._sources: deque[tuple[int, Source]] = deque(maxlen=MAX_SOURCES)
        self._state = "starting"
        self.engine_pid = 0
        """Id of the engine process that said Hello last."""
        self.last_source: SourceState | None = None
        self.on_screen: dict[View, Shown] = {}
        """The newest picture of every view: for a page that is made later."""
        self.last_training: Training | None = None
        self.tally = Tally()
        self._replaced_before = 0
        document.changed.connect(self.ask)
        self._bell = Bell(self)
        self._bell.rung.connect(self.pull)
        self._bell.hang(engine.bell)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.pull)
        self._timer.start(BUSY_MS)
        self._set_pace()

    # Asking.

    def ask(self) -> None:
        """Offer the document as it is now."""
        if self._aim is not None:
            self._layer, self._only = self._aim()
        self._shows += 1
        if self._project is None or self._project.source != self._document.project.source:
            self._sources.append((self._shows, self._document.project.source))
        self._project = self._document.project
        self._engine.offer(
            Show(
                id=self._shows,
                project=self._project,
                page=self._page,
                layer=self._layer,
                only=self._only,
                dark=self._dark,
                gallery=self._gallery and self._page == "kernel",
                asked=time.monotonic(),
                **{"histogram": self._histogram, **(self._more() if self._more is not None else {})},
            )
        )
        self._set_pace()

    def source_of(self, show: int) -> Source | None:
        """The source that the `Show` with this id asked for, if that was not too long ago to remember."""
        asked = [source for number, source in self._sources if number <= show]
        return asked[-1] if asked else None

    def look_at(self, page: Page, layer: str = "", only: int = -1) -> None:
        """Have the engine work for this page, and for this layer of the network; `only` shows one map large."""
        if (page, layer, only) != (self._page, self._layer, self._only):
            self._page, self._layer, self._only = page, layer, only
            self.ask()

    def follow(
        self, aim: Callable[[], tuple[str, int]] | None, more: Callable[[], dict[str, Any]] | None = None
    ) -> None:
        """Ask `aim` for the layer and its map with every `Show`, since an edit may give it another path.

        `more` tells other fields of the `Show` that the page in sight has a say in.
        """
        self._aim, self._more = aim, more

    def set_dark(self, dark: bool) -> None:
        """Have maps coloured for the theme."""
        if dark != self._dark:
            self._dark = dark
            self.ask()

    def set_histogram(self, on: bool) -> None:
        """Have the values of input and map counted, or no longer."""
        if on != self._histogram:
            self._histogram = on
            self.ask()

    def probe(self, view: str | None, row: int = 0, column: int = 0) -> None:
        """Ask for the values at a cell."""
        if view in ("input", "map"):
            self._engine.offer(Probe(view="input" if view == "input" else "map", row=row, column=column))
        else:
            self._engine.offer(Probe(view=None))

    def explain(self, question: Explain) -> None:
        """Ask for all that went into a cell of the map; a newer question takes the place of one that waits."""
        self._curious = question.row is not None
        self._engine.offer(question)
        self._set_pace()

    def ask_patch(self, question: Patch) -> None:
        """Ask once for the numbers in a rectangle of what the chosen step sees."""
        self._engine.send(question)

    def transport(self, action: str, position: int = 0) -> None:
        """Play, pause, step or seek the source."""
        assert action in ("play", "pause", "step", "seek")
        self._engine.send(Transport(action=action, position=position))  # type: ignore[arg-type]

    def train(self, action: TrainAction, run: str = "", **more: Any) -> None:
        """Start a training of the project in the folder `run`, or steer the one that runs; see `Train` for the rest."""
        self._trains += 1
        project = self._document.project if action in ("start", "weights", "find-rate") else None
        base = self._document.project.pretrained
        self._engine.send(Train(id=self._trains, action=action, project=project, run=run, pretrained=base, **more))

    def look_at_data(self, data: str) -> None:
        """Ask for samples of a data set."""
        self.about_data(LookAtData, data=data, dark=self._dark)

    def about_data(self, kind: type[SeldomRequest], **what: Any) -> int:
        """Ask for something that is done once, such as to read a data set; returns the id of the request."""
        self._trains += 1
        self._engine.send(kind(id=self._trains, **what))
        return self._trains

    def save(self, path: str) -> None:
        """Have the feature map written to a file."""
        self._saves += 1
        self._engine.send(Save(id=self._saves, path=path))

    def restart(self) -> None:
        """End the engine process and start another with the same document."""
        self._engine.restart()
        self._bell.hang(self._engine.bell)
        self._set_state("starting")
        self.ask()

    def is_newest(self, show: int) -> bool:
        """Whether nothing has been asked for since this `Show`."""
        return show == self._shows

    @property
    def is_settled(self) -> bool:
        """Whether what is on the screen is the document as it is now, and its source has given a frame."""
        state = self.last_source
        if state is None or state.state == "opening" or not state.processed:
            return False
        current = self.source_of(state.show) == self._document.project.source
        return current and self._answered >= self._shows and not self.tally.waiting

    @property
    def shown(self) -> int:
        """Frames that were painted since the window was opened."""
        return self.tally.shown

    @property
    def latency(self) -> Latency:
        """From an edit or a frame's arrival to the paint that shows it."""
        return self.tally.latency

    @property
    def dropped(self) -> int:
        """Frames of the source at hand that were not painted, because a newer one was there first."""
        captured = self.last_source.dropped if self.last_source is not None else 0
        return captured + self.tally.replaced - self._replaced_before

    def close(self) -> None:
        """Stop pulling and end the engine."""
        self._timer.stop()
        self._bell.hang(None)
        self._engine.close()

    # Pulling.

    def pull(self) -> None:
        """Take everything the engine said since the last time."""
        planes: dict[View, Plane] = {}
        for event in self._engine.poll():
            if isinstance(event, Answer):
                self._take_result(event, planes)
            elif type(event) in PICTURED:
                self._keep_newest(getattr(event, "plane", None), planes)
                getattr(self, PICTURED[type(event)]).emit(event)
            else:
                self._hear(event)
        for view, plane in planes.items():
            self._adopt(view, plane)
        self._watch_silence()

    def _take_result(self, result: Answer, planes: dict[View, Plane]) -> None:
        if not (isinstance(result, Result) and result.preview):
            self._answered = max(self._answered, result.id)
        for plane in result.planes:
            self._keep_newest(plane, planes)
        if any(plane.view in MAIN for plane in result.planes):
            self._count(result)
        self._last_asked = max(self._last_asked, result.asked)
        getattr(self, ANSWERS[type(result)]).emit(result)
        self._set_pace()

    def _count(self, result: Answer) -> None:
        new_frame, self._last_frame = result.frame != self._last_frame, result.frame
        # Neither asked for nor a new frame: training has changed the weights, and nobody waits for that.
        since: float | None = result.arrived if new_frame else None
        if result.asked > self._last_asked:
            since = result.asked
        self.tally.computed(new_frame, since, self._generation + 1)

    def _keep_newest(self, plane: Plane | None, planes: dict[View, Plane]) -> None:
        if plane is None:
            return
        older = planes.get(plane.view)
        if older is not None:
            self._engine.send(Release(view=older.view, slot=older.slot))
        planes[plane.view] = plane

    def _adopt(self, view: View, plane: Plane) -> None:
        memory = self._engine.buffers.slot(view, plane.slot, plane.height, plane.width)
        image = QImage(memory, plane.width, plane.height, plane.width * 4, QImage.Format.Format_RGB32)
        if view in MAIN:
            self._generation += 1
        before = self._engine.held.get(view)
        self._engine.held[view] = plane.slot
        self.on_screen[view] = Shown(plane, image, self._generation)
        self.picture.emit(view, self.on_screen[view])
        if before is not None and before != plane.slot:
            self._engine.send(Release(view=view, slot=before))

    def painted(self, generation: int) -> None:
        """The map view has finished painting the picture with this number."""
        self.tally.painted(generation)

    def unseen(self, generation: int) -> None:
        """The picture with this number is not painted, since nobody would see it: nothing waits for it."""
        self.tally.unseen(generation)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Hello):
            self._last_frame, self.engine_pid = NO_FRAME, event.pid
            self._set_state("ready")
        elif isinstance(event, SourceState):
            self._hear_source(event)
        elif type(event) in PASSED_ON:
            getattr(self, PASSED_ON[type(event)]).emit(event)
        elif isinstance(event, Problem):
            self._answered = max(self._answered, event.id)
            self.problem.emit(event)
        elif isinstance(event, (Training, Points, EpochDone)):
            self._hear_training(event)
        elif isinstance(event, Died):
            self._hear_death(event)

    def _hear_source(self, state: SourceState) -> None:
        if self.last_source is None or self.last_source.show != state.show:
            self._replaced_before = self.tally.replaced
        self.last_source = state
        self._live = state.state in ("playing", "opening")
        self.source_state.emit(state)
        self._set_pace()

    def _hear_death(self, event: Died) -> None:
        self._bell.hang(self._engine.bell)
        self._set_state("starting" if event.again else "gone")
        self._notices.problem(event.message, "engine")
        if event.again:
            self.ask()

    def _hear_training(self, event: Training | Points | EpochDone) -> None:
        if isinstance(event, Training):
            self.last_training = event
        self.training.emit(event)

    def _watch_silence(self) -> None:
        if self._state == "ready" and self._engine.silent_for > SILENT_SECONDS:
            self._set_state("silent")
        elif self._state == "silent" and self._engine.silent_for < 1.0:
            self._set_state("ready")

    def _set_state(self, state: str) -> None:
        if state != self._state:
            self._state = state
            self.engine_state.emit(state)

    def _set_pace(self) -> None:
        busy = self._live or self._curious or self._answered < self._shows or self._state != "ready"
        pace = BUSY_MS if busy and not self._bell.hangs else IDLE_MS
        if self._timer.interval() != pace:
            self._timer.setInterval(pace)
