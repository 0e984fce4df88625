"""The real page on a real document and link; the engine is a fake that paints every map in one colour of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.network.chosen import Chosen
from app.network.page import NetworkPage
from app.network.reading import Reading
from app.network.stack import Stack
from app.state.engine_link import EngineLink
from app.widgets.theme import apply_theme
from engine.buffers import SLOTS, PictureBuffers, View
from engine.display.mosaic import Mosaic, layout
from engine.protocol import (
    Event,
    Explain,
    ExplainUnit,
    Guess,
    Maps,
    Plane,
    Probe,
    Problem,
    Range,
    Release,
    Request,
    Show,
    SourceState,
    Weights,
)
from engine.spec.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Residual
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import find_layer
from engine.spec.project import Project
from engine.spec.summary import summary
from tests.app.featuremaps.conftest import mosaic_pixels
from tests.app.kernels.conftest import Desk as KernelDesk
from tests.app.kernels.conftest import named
from tests.app.widgets.conftest import Heard as Spoken

__all__ = ["Spoken", "named"]

PAGE_SIZE = (1208, 728)
"""What is left for the page of a window of 1280×800."""
SMALL = NetworkSpec(
    input_shape=(1, 12, 12),
    layers=(
        Conv2d(out_channels=4, kernel_size=3),
        ReLU(),
        Residual(body=(Conv2d(out_channels=4, kernel_size=3, padding="same"), ReLU())),
        MaxPool2d(kernel_size=2),
        Flatten(),
        Linear(out_features=10),
    ),
)
PATHS = ["", "conv1", "relu1", "res1", "res1.body.conv1", "res1.body.relu1", "pool1", "flatten1", "linear1"]
"""Every line of `SMALL` that can be chosen, from the top."""
GUESSES = (Guess(index=3, probability=0.8), Guess(index=1, probability=0.2))
TALL = Mosaic(1, 6, 9, 1, 1, 1)


class FakeEngine:
    """Answers every `Show` of the Network page at once, by the shape rules alone."""

    def __init__(self) -> None:
        self.buffers = PictureBuffers()
        self.held: dict[View, int] = {}
        self.bell: int | None = None
        self.silent_for = 0.0
        self.offered: list[Show] = []
        self.questions: list[ExplainUnit] = []
        self.released: list[tuple[str, int]] = []
        self.answers = True
        self.weights = Weights()
        self.notes = "512×512 → 12×12, grey"
        self._events: deque[Event] = deque()
        self._taken: dict[View, int] = {}

    def offer(self, request: Show | Probe | Explain) -> None:
        if isinstance(request, ExplainUnit):
            self.questions.append(request)
        if isinstance(request, Show):
            self.offered.append(request)
            if self.answers:
                self.answer(request)

    def send(self, request: Request) -> None:
        if isinstance(request, Release):
            self.released.append((request.view, request.slot))

    def poll(self) -> list[Event]:
        events = list(self._events)
        self._events.clear()
        return events

    def restart(self) -> None: ...

    def close(self) -> None: ...

    def say(self, event: Event) -> None:
        self._events.append(event)

    @property
    def last(self) -> Show:
        return self.offered[-1]

    def answer(self, show: Show) -> None:
        """Say what the engine would say."""
        self.say(SourceState(show=1, state="still", height=6, width=9, channels=3, processed=1))
        network = show.project.network
        found = summary(network)
        if show.page == "network" and found.problems:
            self.say(Problem(id=show.id, code="spec", message="The network cannot run."))
        elif show.page == "network":
            self.say(self._maps(show, network))

    def _maps(self, show: Show, network: NetworkSpec) -> Maps:
        shape = network.input_shape
        if show.layer:
            shape = next(row.output_shape for row in summary(network).rows if row.id == show.layer)  # type: ignore[assignment]
        count, height, width = shape if len(shape) == 3 else (shape[0], 1, 1)
        mosaic = layout(1 if show.only >= 0 else count, height, width)
        planes = [self._paint("input", TALL), self._paint("maps", mosaic)]
        layer = find_layer(network, show.layer) if show.layer else None
        kernels: dict[str, Any] = {}
        if isinstance(layer, Conv2d):
            size = next(row.input_shape for row in summary(network).rows if row.id == show.layer) or (1,)
            rows, columns = layer.out_channels, size[0]
            sheet = Mosaic(rows * columns, *layer.kernel_size, rows, columns, 1)  # type: ignore[misc]
            planes.append(self._paint("kernels", sheet))
            kernels = {"kernel_tiles": sheet.tiles(), "kernel_shape": (rows, columns, *layer.kernel_size)}  # type: ignore[misc]
        return Maps(
            id=show.id,
            frame=1,
            arrived=show.asked,
            asked=show.asked,
            planes=tuple(planes),
            layer=show.layer,
            shape=shape,
            tiles=mosaic.tiles(),
            range=Range(table="diverging", low=-1.5, high=1.5, minimum=-1.5, maximum=1.0, mean=0.0),
            weights=self.weights,
            guesses=GUESSES if len(network.layers) and summary(network).output_shape == (10,) else (),
            note=self.notes,
            window=(0, 1, 6, 6),
            seconds=0.002,
            **kernels,
        )

    def _paint(self, view: View, mosaic: Mosaic) -> Plane:
        slot = self._taken[view] = (self._taken.get(view, -1) + 1) % SLOTS
        height, width = mosaic.size
        memory = self.buffers.slot(view, slot, height, width)
        np.frombuffer(memory, np.uint32).reshape(height, width)[:] = mosaic_pixels(mosaic)
        return Plane(view=view, slot=slot, height=height, width=width, rows=height, columns=width)


class Desk(KernelDesk):
    """A document with a small network, and the verbs of the page."""

    def __init__(self, qtbot: QtBot, network: NetworkSpec = SMALL) -> None:
        super().__init__(qtbot)
        self.document.edit(Project(network=network), "start")
        self.reading = Reading(self.document)
        self.chosen = Chosen(self.document)
        self.stack = Stack(self.document, self.chosen, self.notices)
        self.changes = 0

    @property
    def network(self) -> NetworkSpec:
        return self.document.project.network

    @property
    def start(self) -> Project:
        return Project(network=SMALL)

    def use(self, network: NetworkSpec) -> None:
        """Another network, as somebody else would put it."""
        self.document.edit(msgspec.structs.replace(self.document.project, network=network), "set by the test")

    def ids(self) -> list[str]:
        return [layer.id for layer in self.network.layers]

    def key(self, widget: QWidget, key: Qt.Key, keys: str = "") -> None:
        held = {
            "": Qt.KeyboardModifier.NoModifier,
            "alt": Qt.KeyboardModifier.AltModifier,
            "ctrl": Qt.KeyboardModifier.ControlModifier,
        }
        QTest.keyClick(widget, key, held[keys])


class Stage(Desk):
    """The whole page in a window."""

    def __init__(self, qtbot: QtBot, network: NetworkSpec = SMALL, size: tuple[int, int] = PAGE_SIZE) -> None:
        super().__init__(qtbot, network)
        self.engine = FakeEngine()
        self.link = EngineLink(self.engine, self.document, self.notices)
        self.page = NetworkPage(self.document, self.link, self.notices)
        self.chosen, self.stack, self.reading = self.page.chosen, self.page.stack, self.page.reading
        self.link.ask()
        self.show(self.page, *size)
        self.page.shown()
        self.settle()

    def until(self, fact: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(fact, timeout=10_000)

    def settle(self) -> None:
        """Until the screen shows the document as it is."""
        self.until(lambda: self.link.is_settled)

    def choose_layer(self, path: str) -> None:
        self.chosen.choose(path)
        self.settle()

    def press(self, button: QPushButton) -> None:
        self.hand.click(button, button.rect().center())


def visible_named(root: QWidget, kind: type[Any], name: str) -> Any:
    """The one that is in sight: forms of other types of layers wait behind."""
    QApplication.processEvents()  # what was put into a layout shows itself with the next event
    found = [widget for widget in root.findChildren(kind) if widget.accessibleName() == name and widget.isVisible()]
    assert len(found) == 1, [widget.accessibleName() for widget in root.findChildren(kind) if widget.isVisible()]
    return found[0]


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    apply_theme(qapp, dark=True)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage(qtbot)
    yield made
    made.link.close()
