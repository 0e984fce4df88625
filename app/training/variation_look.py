"""What variation makes of samples of the data set: as they are at the left, copies varied by chance beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.featuremaps.mosaic_view import MosaicView
from app.state.engine_link import EngineLink, Shown
from app.training.line import Line
from app.training.variation_form import VariationForm, problem_of
from app.widgets.scrolled import scrolled
from app.widgets.side import GAP
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.protocol import Varied, VaryData

if TYPE_CHECKING:
    from app.training.page import TrainPage

FORM = 292
_TIP = (
    "A sample in each row: first as it is, then as it may be seen in training, where it is varied anew each time. "
    "Pictures for testing never are."
)
_NOTHING = "Nothing is varied."
_SOMETHING = "Left column: as they are."


class VariationLook(QWidget):
    """The form, and the samples that follow each change of it."""

    def __init__(self, page: TrainPage) -> None:
        super().__init__()
        self._document = page.document
        self._link: EngineLink = page.link
        self._data = page.data
        self._in_sight = False
        self._asked: tuple[object, ...] | None = None
        self._varied: Varied | None = None
        self._request = 0
        self.draw = 0
        self.form = VariationForm(page.document, page.notices)
        self.mosaic = MosaicView("Varied samples", _TIP, opens=False)
        self.words = Line("second")
        self.again = QPushButton("Again")
        describe(self.again, "Again", "Draws other chances, as each epoch does.")
        self.again.clicked.connect(self._again)
        self._build()
        page.document.changed.connect(self._ask)
        page.data.told.connect(self._ask)
        self._link.data.connect(self._take)
        self._link.picture.connect(self._on_picture)

    def _build(self) -> None:
        samples = QFrame()
        set_role(samples, "panel")
        below = QHBoxLayout()
        below.setContentsMargins(12, 6, 8, 6)
        below.addWidget(self.words, 1)
        below.addWidget(self.again)
        column = QVBoxLayout(samples)
        column.setContentsMargins(1, 1, 1, 0)
        column.setSpacing(0)
        column.addWidget(self.mosaic, 1)
        column.addLayout(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(scrolled(FORM, self.form))
        row.addWidget(samples, 1)

    def shown(self) -> None:
        """The tab is in sight."""
        self._in_sight = True
        self._ask()

    def hidden(self) -> None:
        """It is not."""
        self._in_sight = False

    @property
    def is_answered(self) -> bool:
        """Whether the samples are varied as the form says."""
        return self._varied is not None and self._varied.id == self._request

    def _again(self) -> None:
        self.draw += 1
        self._ask()

    @property
    def _shape(self) -> tuple[int, ...]:
        """Of the inputs when they are varied: as the network takes them, or as they are if it cannot."""
        samples, wanted = self._data.samples, self._document.project.network.input_shape
        if samples is None:
            return ()
        return wanted if len(wanted) == len(samples.input_shape) == 3 else samples.input_shape

    def _ask(self) -> None:
        samples, augment, shape = self._data.samples, self._document.project.augment, self._shape
        self.words.set_line(_SOMETHING if augment.is_active else _NOTHING)
        self.form.set_shape(shape)
        if not self._in_sight or samples is None or problem_of(augment, shape):
            return
        asked = samples.data, augment, self.draw, shape, tokens().name
        if asked != self._asked:
            self._asked = asked
            dark = tokens().name == "dark"
            self._request = self._link.about_data(
                VaryData, data=samples.data, augment=augment, draw=self.draw, input_shape=shape, dark=dark
            )

    def _take(self, event: object) -> None:
        if not isinstance(event, Varied):
            return
        if event.plane is None:
            self.words.set_line(event.message)
        else:
            self._varied = event

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "varied" and self._varied is not None:
            self.mosaic.show_maps(shown, self._varied.tiles)

    def changeEvent(self, event: QEvent) -> None:
        """Series are drawn on the theme's ground."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._ask()
