"""The filter doctor: what is wrong with the network in training, and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.training.ailment_card import AilmentCard
from app.training.line import Line
from app.training.remedies import Remedies
from app.widgets.side import GAP
from app.widgets.theme import set_role
from app.widgets.tips import describe

if TYPE_CHECKING:
    from app.training.page import TrainPage

_TIP = "What is wrong with filters and layers, found on the weights as they are now and a batch of training pictures."
_NOTHING = "The doctor looks at the network while it learns, every two seconds at most."


class DoctorLook(QFrame):
    """A card a finding. Cards stay as they are while the same is found again."""

    def __init__(self, page: TrainPage) -> None:
        super().__init__()
        set_role(self, "panel")
        self._health, self._run = page.health, page.run
        self._remedies = Remedies(page.document, page.link)
        self.said = Line("second")
        self.cards: list[AilmentCard] = []
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP)
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(self._holder)
        self.area.setWidgetResizable(True)
        for ground in (self._holder, self.area.viewport()):
            ground.setAutoFillBackground(False)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        describe(self.area, "Findings of the doctor", _TIP)
        lines = QVBoxLayout()
        lines.setContentsMargins(12, 0, 12, 0)
        lines.addWidget(self.said)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 6)
        column.setSpacing(6)
        column.addLayout(lines)
        column.addWidget(self.area, 1)
        self._health.found.connect(self._refresh)
        self._run.changed.connect(self._able)
        self._refresh()

    def _refresh(self) -> None:
        told = self._health.examined
        found = () if told is None else told.found
        known = [(card.found.layer, card.found.illness, card.found.filters) for card in self.cards]
        if known == [(each.layer, each.illness, each.filters) for each in found]:
            for card, each in zip(self.cards, found, strict=True):
                card.show_found(each)
        else:
            for card in self.cards:
                self._column.removeWidget(card)
                card.deleteLater()
            self.cards = [AilmentCard(each) for each in found]
            for place, card in enumerate(self.cards):
                card.wanted.connect(self._remedies.apply)
                self._column.insertWidget(place, card)
        if told is None:
            self.said.set_line(_NOTHING, "second")
        elif told.message:
            self.said.set_line(told.message, "problem")
        elif found:
            count = "one finding" if len(found) == 1 else f"{len(found)} findings"
            self.said.set_line(f"Step {told.step:,}: {count}", "text")
        else:
            self.said.set_line(f"Step {told.step:,}: nothing is wrong with any filter or layer.", "ok")
        self._able()

    def _able(self) -> None:
        """A run that has ended can be told nothing."""
        for card in self.cards:
            card.set_able(self._run.now.state in ("running", "paused") and not self._run.wish)
