"""The real page on a real document and link; only the engine is a fake that says what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notice, Notices
from app.training.page import TrainPage
from app.widgets.style_sheet import style_sheet
from app.widgets.theme import apply_theme
from app.widgets.tokens import DARK
from engine.buffers import PictureBuffers, View
from engine.project import save_network
from engine.protocol import (
    EpochDone,
    Event,
    Guess,
    LookAtData,
    Maps,
    Plane,
    Points,
    Probe,
    Problem,
    Request,
    Samples,
    Show,
    Train,
    Training,
)
from engine.spec.network import NetworkSpec

PAGE_SIZE = (1208, 684)
"""What is left for the page of a window of 1280×800, between its bars."""
DIGITS = tuple(str(digit) for digit in range(10))
CLASSES, TILE, PER_CLASS = 10, 28, 14


class FakeEngine:
    """Records what it was asked; what is put into `events` is what it says next."""

    def __init__(self) -> None:
        self.buffers = PictureBuffers()
        self.held: dict[View, int] = {}
        self.offered: list[Show] = []
        self.sent: list[Request] = []
        self.events: list[Event] = []
        self.bell: int | None = None
        self.silent_for = 0.0
        self._slots: dict[View, int] = {}

    def offer(self, request: Show | Probe) -> None:
        if isinstance(request, Show):
            self.offered.append(request)

    def send(self, request: Request) -> None:
        self.sent.append(request)

    def poll(self) -> list[Event]:
        events, self.events = self.events, []
        return events

    def restart(self) -> None: ...

    def close(self) -> None: ...

    @property
    def trains(self) -> list[Train]:
        return [job for job in self.sent if isinstance(job, Train)]

    @property
    def data(self) -> list[str]:
        return [job.data for job in self.sent if isinstance(job, LookAtData)]

    def plane(self, view: View, height: int, width: int) -> Plane:
        """A picture of noise in the next slot of a view."""
        slot = self._slots[view] = (self._slots.get(view, -1) + 1) % 3
        pixels = np.random.default_rng(slot).integers(0, 256, (height, width, 4), np.uint8)
        self.buffers.slot(view, slot, height, width)[:] = pixels.tobytes()
        return Plane(view=view, slot=slot, height=height, width=width, rows=height, columns=width)


class Asked:
    """Answers in place of the dialogs."""

    def __init__(self) -> None:
        self.data = ""
        self.file = ""
        self.run = ""
        self.known = ""
        self.started_at: Path | None = None

    def data_folder(self, parent: QWidget) -> str:
        return self.data

    def data_file(self, parent: QWidget) -> str:
        return self.file

    def known_set(self, parent: QWidget) -> str:
        return self.known

    def run_folder(self, parent: QWidget, start: Path) -> str:
        self.started_at = start
        return self.run


class Stage:
    """The page, and a hand on everything around it."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot = qtbot
        self.folder = folder
        self.document = Document()
        self.notices = Notices()
        self.problems: dict[str, str] = {}
        self.notices.posted.connect(self._post)
        self.notices.cleared.connect(self._clear)
        self.engine = FakeEngine()
        self.link = EngineLink(self.engine, self.document, self.notices)
        self.asked = Asked()
        self.class_names = DIGITS
        self.page = TrainPage(self.document, self.link, self.notices, self.asked, lambda: folder)
        qtbot.addWidget(self.page)
        self.page.resize(*PAGE_SIZE)
        with qtbot.waitExposed(self.page):
            self.page.show()
        self.page.activateWindow()
        qtbot.waitUntil(self.page.isActiveWindow)
        self.page.shown()

    def _post(self, notice: Notice) -> None:
        self.problems[notice.about] = notice.text

    def _clear(self, about: str) -> None:
        self.problems.pop(about, None)

    def hear(self, *events: Event) -> None:
        """Have the engine say something."""
        self.engine.events += events
        self.link.pull()

    def training(self, state: Any, **figures: Any) -> None:
        self.hear(Training(state=state, **figures))

    def samples(self, data: str = "mnist", shape: tuple[int, ...] = (1, 28, 28), **more: Any) -> Samples:
        """Have the engine show samples of a data set."""
        boxes = [(row * 29, column * 29, TILE, TILE) for row in range(CLASSES) for column in range(PER_CLASS)]
        plane = self.engine.plane("samples", CLASSES * 29 - 1, PER_CLASS * 29 - 1)
        names = more.pop("class_names", DIGITS)
        event = Samples(
            id=1,
            data=data,
            plane=plane,
            tiles=tuple(boxes),
            labels=tuple(row for row in range(CLASSES) for _ in range(PER_CLASS)),
            indices=tuple(range(CLASSES * PER_CLASS)),
            class_names=names,
            train_counts=(1200,) * len(names),
            test_counts=(200,) * len(names),
            input_shape=shape,
            **more,
        )
        self.hear(event)
        return event

    def maps(self, guesses: tuple[Guess, ...] = (), kernels: bool = True, **more: Any) -> Maps:
        """Have the engine show what the network makes of a frame."""
        show = self.engine.offered[-1]
        planes = [self.engine.plane("input", 96, 128), self.engine.plane("maps", 28 * 2 + 1, 28 * 3 + 2)]
        if kernels:
            planes.append(self.engine.plane("kernels", 35, 5))
        event = Maps(
            id=show.id,
            frame=1,
            arrived=0.0,
            asked=show.asked,
            planes=tuple(planes),
            layer=show.layer,
            shape=(6, 28, 28),
            tiles=tuple((row * 29, column * 29, 28, 28) for row in range(2) for column in range(3)),
            kernel_tiles=tuple((6 * row, 0, 5, 5) for row in range(6)) if kernels else (),
            kernel_shape=(6, 1, 5, 5) if kernels else (),
            guesses=guesses,
            **more,
        )
        self.hear(event)
        return event

    def run_of(self, network: NetworkSpec, name: str = "a") -> str:
        """A folder as a run of this network has it, as far as the window reads it."""
        run = self.folder / name
        run.mkdir(parents=True)
        save_network(network, run / "spec.json")
        return str(run)

    def points(self, start: int, count: int, again: bool = False) -> None:
        steps = np.arange(start, start + count)
        noise = np.random.default_rng(start).normal(0, 0.06, count)
        losses = 2.3 * np.exp(-steps / 300) + 0.12 + np.abs(noise)
        shares = np.clip(0.97 - 0.87 * np.exp(-steps / 200) + noise / 3, 0, 1)
        numbers = (tuple(map(int, steps)), tuple(map(float, losses)), tuple(map(float, shares)))
        self.hear(Points(steps=numbers[0], losses=numbers[1], accuracies=numbers[2], again=again))

    def epoch(self, epoch: int, step: int, confusion: tuple[tuple[int, ...], ...] = (), accuracy: float = 0.9) -> None:
        self.hear(
            EpochDone(
                epoch=epoch, step=step, train_loss=0.5, train_accuracy=0.85, test_loss=0.4 / epoch,
                test_accuracy=accuracy, confusion=confusion, class_names=self.class_names,
            )
        )  # fmt: skip

    def problem(self, code: str, message: str) -> None:
        self.hear(Problem(id=1, code=code, message=message))

    def set(self, **changes: Any) -> None:
        """Change the project as somebody else would."""
        self.document.edit(msgspec.structs.replace(self.document.project, **changes), "set by the test")

    def click(self, button: QAbstractButton) -> None:
        assert button.isEnabled(), button.text()
        button.click()

    def until(self, fact: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(fact, timeout=10_000)


def confusion(mistakes: dict[tuple[int, int], int] | None = None, right: int = 190) -> tuple[tuple[int, ...], ...]:
    """Ten classes, all guessed rightly but for these."""
    counts = np.eye(CLASSES, dtype=int) * right
    for (row, column), count in (mistakes or {}).items():
        counts[row, column] = count
    return tuple(tuple(int(count) for count in row) for row in counts)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    # Dressing anew visits every widget there is, and those of earlier tests may still be among them.
    if qapp.styleSheet() != style_sheet(DARK):
        apply_theme(qapp, dark=True)


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(qtbot, tmp_path / "runs")
    yield made
    made.link.close()
