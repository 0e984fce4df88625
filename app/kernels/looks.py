"""The ways to look at what a kernel does: tabs above the pictures. A way is made when it is first chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app.widgets.segmented import Segmented

if TYPE_CHECKING:
    from app.kernels.page import KernelPage
    from engine.protocol.message import Page

MAP = "map"


class Look(Protocol):
    """A widget that takes the place of the pictures, or of the strip under them, while it is in sight."""

    engine_page: Page
    """What the engine is to compute meanwhile."""

    def shown(self) -> None: ...
    def hidden(self) -> None: ...


class Entry(NamedTuple):
    """A way to look: its id, its tab's text and tool tip, whether it stands under the pictures, and what makes it."""

    id: str
    label: str
    help: str
    under: bool
    make: Callable[[KernelPage], QWidget]


def _steps(page: KernelPage) -> QWidget:
    from app.kernels.steps.look import StepsLook  # what is behind a tab is loaded when the tab is chosen

    return StepsLook(page)


def _touches(page: KernelPage) -> QWidget:
    from app.kernels.touches.look import TouchesLook

    return TouchesLook(page)


def _bank(page: KernelPage) -> QWidget:
    from app.kernels.bank.look import BankLook

    return BankLook(page)


def _laws(page: KernelPage) -> QWidget:
    from app.kernels.laws.look import LawsLook

    return LawsLook(page)


def _matrix(page: KernelPage) -> QWidget:
    from app.kernels.matrix.look import MatrixLook

    return MatrixLook(page)


def _kinds(page: KernelPage) -> QWidget:
    from app.kernels.kinds.look import KindsLook

    return KindsLook(page)


ENTRIES: tuple[Entry, ...] = (
    Entry("bank", "Bank", "many kernels on the same picture, a feature map each.", False, _bank),
    Entry(
        "steps", "Steps", "the window slides over the input, and every number of a cell is written out.", True, _steps
    ),
    Entry("touches", "Touches", "which cells and weights have to do with each other, and how often.", True, _touches),
    Entry(
        "kinds",
        "Kinds",
        "shared, tiled, transposed and other convolutions, also of signals and volumes.",
        False,
        _kinds,
    ),
    Entry("matrix", "Matrix", "the convolution as one matrix, in which a few weights stand often.", False, _matrix),
    Entry("laws", "Laws", "commutativity, associativity and what else holds of convolution, measured.", False, _laws),
)


class Looks(QWidget):
    """The row of tabs, with room at its right; swaps what is in the two stacks of the page."""

    changed = Signal(str)
    """The look that is now in sight."""

    def __init__(self, page: KernelPage, whole: QStackedWidget, under: QStackedWidget) -> None:
        super().__init__()
        self._page, self._whole, self._under = page, whole, under
        self._looks: dict[str, QWidget] = {}
        self.current = MAP
        tabs = [(MAP, "Map"), *((entry.id, entry.label) for entry in ENTRIES)]
        tips = "\n".join(f"{entry.label}: {entry.help}" for entry in ENTRIES)
        self.tabs = Segmented(tabs, "View", f"Map: the feature map beside the input.\n{tips}")
        self.tabs.value_changed.connect(self.show_look)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.addWidget(self.tabs)
        self.row.addStretch(1)

    @property
    def look(self) -> Look | None:
        """The look in sight; None for the map itself."""
        return self._looks.get(self.current)  # type: ignore[return-value]  # every look is a widget that takes its turn

    @property
    def engine_page(self) -> Page:
        """What the engine is to compute."""
        return self.look.engine_page if self.look is not None else "kernel"

    def show_look(self, look: object) -> None:
        """Bring a look into sight, by its id."""
        look = str(look)
        if look == self.current:
            return
        if self.look is not None:
            self.look.hidden()
        self.current = look
        self.tabs.set_value(look)
        entry = next((entry for entry in ENTRIES if entry.id == look), None)
        self._whole.setCurrentIndex(0)
        self._under.setCurrentIndex(0)
        if entry is not None:
            (self._under if entry.under else self._whole).setCurrentWidget(self._made(entry))
        self.fit_under()
        self.changed.emit(look)
        if self.look is not None:
            self.look.shown()

    def _made(self, entry: Entry) -> QWidget:
        if entry.id not in self._looks:
            made = self._looks[entry.id] = entry.make(self._page)
            (self._under if entry.under else self._whole).addWidget(made)
        return self._looks[entry.id]

    def fit_under(self) -> None:
        """The strip is as high as what is in it, and the pictures have the rest."""
        shown = self._under.currentWidget()
        self._under.setFixedHeight(shown.sizeHint().height() if shown is not None else 0)
