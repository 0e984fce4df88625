"""The real page on a real document, link and engine; the engine runs inline, so that nothing waits for a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.kernels.page import KernelPage
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notice, Notices
from app.widgets.fields import Choice
from app.widgets.number_field import NumberField
from app.widgets.picture_overlay import Overlay
from app.widgets.style_sheet import style_sheet
from app.widgets.theme import apply_theme
from app.widgets.tokens import DARK
from engine.inline import InlineEngine
from engine.kernels import kernel
from engine.protocol import Range, Readout, Result
from engine.sources.grab import grab
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, PoolingSpec
from engine.spec.project import Project
from engine.spec.source import Pattern
from tests.app.widgets.conftest import Hand

Look = TypeVar("Look", bound=QWidget)
PAGE_SIZE = (1208, 728)
"""What is left for the page of a window of 1280×800."""
SMALL = Pattern(kind="noise", height=24, width=31, seed=3)
POOLED = FilterSpec(
    stride=(2, 2), detector=DetectorSpec(kind="relu"), pooling=PoolingSpec(kind="max", kernel_size=(3, 3))
)
EVERYTHING = FilterSpec(
    operation="convolution",
    padding=(1, 1),
    detector=DetectorSpec(kind="leaky_relu"),
    pooling=PoolingSpec(kind="max"),
    kernel=kernel("gabor").spec(),
)
"""As many controls in sight as there can be."""
GREY = np.array([0.299, 0.587, 0.114])


class Heard:
    """What was said to the person, and what of it still stands."""

    def __init__(self, notices: Notices) -> None:
        self.all: list[str] = []
        self.standing: dict[str, str] = {}
        self.told: list[str] = []
        notices.posted.connect(self._post)
        notices.cleared.connect(self._clear)

    def _post(self, notice: Notice) -> None:
        if notice.kind == "info":
            self.told.append(notice.text)
            return
        self.all.append(notice.text)
        self.standing[notice.about] = notice.text

    def _clear(self, about: str) -> None:
        self.standing.pop(about, None)

    def one_sentence(self) -> str:
        """The only thing said so far; forgets it."""
        assert len(self.all) == 1, self.all
        sentence = self.all.pop()
        assert sentence.endswith(".")
        assert "\n" not in sentence
        return sentence


class Desk:
    """A document and whoever talks to the person; a panel under test is put on it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.hand = Hand(qtbot)
        self.document = Document()
        self.notices = Notices()
        self.heard = Heard(self.notices)
        self.changes = 0
        self.document.changed.connect(self._count)

    def _count(self) -> None:
        self.changes += 1

    @property
    def filter(self) -> FilterSpec:
        return self.document.project.filter

    @property
    def kernel(self) -> KernelSpec:
        return self.filter.kernel

    def set(self, text: str = "set by the test", **changes: Any) -> None:
        """Change the filter as somebody else would: undo, a file, another page."""
        self.set_filter(msgspec.structs.replace(self.filter, **changes), text)

    def set_filter(self, spec: FilterSpec, text: str = "set by the test") -> None:
        self.document.edit(msgspec.structs.replace(self.document.project, filter=spec), text)

    def weights(self, *rows: tuple[float, ...]) -> None:
        """A kernel of one's own."""
        self.set(kernel=KernelSpec(name="custom", weights=(tuple(rows),)))

    def show(self, widget: QWidget, width: int = 328, height: int = 700) -> None:
        self.hand.show(widget, width, height)

    def enter(self, field: QWidget, text: str) -> None:
        """Type into a field and press Enter."""
        field.setFocus()
        if isinstance(field, NumberField):
            field.selectAll()
        self.hand.type(field, text)
        self.hand.key(field, Qt.Key.Key_Return)

    def choose(self, choice: Choice, label: str) -> None:
        """Open the list and choose an option with the keyboard."""
        index = choice.findText(label)
        assert index >= 0, f"there is no option {label!r}"
        choice.setFocus()
        choice.showPopup()
        options = choice.view()
        self.hand.key(options, Qt.Key.Key_Home, *[Qt.Key.Key_Down] * index, Qt.Key.Key_Return)

    def undone(self) -> Project:
        """What one undo gives."""
        self.document.undo()
        return self.document.project


def named(root: QWidget, kind: type[Any], name: str) -> Any:
    """The widget of that kind with this accessible name."""
    found = [widget for widget in root.findChildren(kind) if widget.accessibleName() == name]
    assert len(found) == 1, [widget.accessibleName() for widget in root.findChildren(kind)]
    return found[0]


def visible(root: QWidget) -> list[QWidget]:
    """Every part that is in sight; the lists of choices are windows of their own."""
    return [part for part in root.findChildren(QWidget) if part.isVisible() and part.window() is root.window()]


def what(part: QWidget) -> str:
    """A part's kind and name, for the message of a failed test."""
    return f"{type(part).__name__} {part.accessibleName() or getattr(part, 'text', str)()!r}"


class Stage(Desk):
    """The whole page in a window, with a small picture whose numbers the test knows."""

    def __init__(self, qtbot: QtBot, source: Pattern = SMALL) -> None:
        super().__init__(qtbot)
        self.document.edit(Project(source=source), "start")
        self.engine = InlineEngine()
        self.link = EngineLink(self.engine, self.document, self.notices)
        self.page = KernelPage(self.document, self.link, self.notices)
        self.ranges: list[Range | None] = []
        self.readouts: list[Readout] = []
        self.link.result.connect(self._note_range)
        self.link.readout.connect(self.readouts.append)
        self.link.ask()
        self.show(self.page, *PAGE_SIZE)
        self.settle()

    def _note_range(self, result: Result) -> None:
        self.ranges.append(result.range)

    def until(self, fact: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(fact, timeout=10_000)

    def open_look(self, tab: str, kind: type[Look]) -> Look:
        """Click on a tab; what is in sight then."""
        tabs = self.page.looks.tabs
        button = next(each for each in tabs.findChildren(QPushButton) if each.text() == tab)
        self.hand.click(button, button.rect().center())
        found = self.page.looks.look
        assert isinstance(found, kind)
        return found

    def settle(self) -> None:
        """Until the screen shows the document as it is."""
        self.until(lambda: self.link.is_settled)

    def set_filter(self, spec: FilterSpec, text: str = "set by the test") -> None:
        super().set_filter(spec, text)
        self.settle()

    def use(self, source: Pattern) -> None:
        """Another picture. A pattern follows its settings, so the old frame may be shown under them for a moment."""
        self.document.edit(msgspec.structs.replace(self.document.project, source=source), "open")
        self.until(lambda: self.page.input.view.extent() == (source.height, source.width))
        self.settle()

    def picture(self) -> NDArray[np.float64]:
        """The picture's numbers, [H, W, 3], from the source itself."""
        return grab(self.document.project.source).astype(np.float64)

    def grey(self) -> NDArray[np.float64]:
        return self.picture() @ GREY

    def hover(self, view: str, cell: tuple[int, int] | None) -> None:
        """Move the real cursor to the middle of a cell, or out of the view."""
        picture = (self.page.input if view == "input" else self.page.map).view
        if cell is None:
            QApplication.sendEvent(picture, QEvent(QEvent.Type.Leave))
            return
        region = picture.region()
        at = QPoint(
            round((cell[1] + 0.5 - region.left()) * picture.zoom()),
            round((cell[0] + 0.5 - region.top()) * picture.zoom()),
        )
        self.hand.move(picture, at)
        self.until(lambda: self.page.probing.is_answered)

    def boxes(self, view: str) -> list[tuple[float, ...]]:
        """What is outlined in a view: (row, column, height, width) each."""
        picture = (self.page.input if view == "input" else self.page.map).view
        return [tuple(overlay[:4]) for overlay in picture.overlays() if isinstance(overlay, Overlay)]


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    # Dressing anew visits every widget there is, and those of earlier tests may still be among them.
    if qapp.styleSheet() != style_sheet(DARK):
        apply_theme(qapp, dark=True)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage(qtbot)
    yield made
    made.link.close()
