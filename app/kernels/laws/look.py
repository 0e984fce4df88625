"""The look "Laws": what convolution has in common with a product of numbers, measured on the newest frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.kernels.laws.bar import LawsBar
from app.kernels.laws.card import MARGINS, METER_WIDTH, SPACING, LawCard
from app.kernels.laws.triptych import Captions
from app.kernels.laws.words import ABOUT_TIP, TITLES, about
from app.state.engine_link import Shown
from app.widgets.fonts import text_font
from app.widgets.side import GAP
from app.widgets.theme import set_role
from app.widgets.tips import tip_text
from engine.protocol import Laws, Problem
from engine.protocol.message import Page

if TYPE_CHECKING:
    from app.kernels.page import KernelPage

WAITING = "Computing…"
BETWEEN = 6


class LawsLook(QWidget):
    """In place of the pictures: a card for each law."""

    engine_page: Page = "laws"

    def __init__(self, page: KernelPage) -> None:
        super().__init__()
        self._page, self._link = page, page.link
        self._shown = False
        self._told: Laws | None = None
        self._generation = 0
        self.setAccessibleName("Laws of convolution")
        self.bar = LawsBar(page.document, page.notices)
        self.cards = {name: LawCard(name) for name in TITLES}
        self.captions, self.about = Captions(), QLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(BETWEEN)
        column.addWidget(self.bar)
        column.addLayout(self._head())
        for card in self.cards.values():
            column.addWidget(card, 1)
            card.show_nothing(WAITING)
        column.setContentsMargins(0, 0, 0, GAP // 2)
        first, *_, last = self.cards.values()
        first.pictures.widened.connect(self.captions.setFixedWidth)
        last.pictures.painted.connect(self._painted)
        page.link.laws.connect(self._on_laws)
        page.link.picture.connect(self._on_picture)
        page.link.problem.connect(self._on_problem)

    def _head(self) -> QHBoxLayout:
        """What is measured, and what the columns are."""
        self.about.setFont(text_font(11))
        self.about.setToolTip(tip_text(ABOUT_TIP))
        set_role(self.about, "faint")
        residual = QLabel("residual")
        residual.setFont(text_font(11))
        residual.setFixedWidth(METER_WIDTH)
        residual.setAlignment(Qt.AlignmentFlag.AlignRight)
        set_role(residual, "faint")
        row = QHBoxLayout()
        row.setContentsMargins(MARGINS[0], 0, MARGINS[2], 0)
        row.setSpacing(SPACING)
        row.addWidget(self.about, 1)
        row.addWidget(self.captions)
        row.addWidget(residual)
        return row

    @property
    def told(self) -> Laws | None:
        """What is shown."""
        return self._told

    def shown(self) -> None:
        """It has come into sight."""
        self._shown = True

    def hidden(self) -> None:
        """Another one is in sight; the memory that was painted from is no longer its."""
        self._shown = False
        self._show_nothing(WAITING)

    def _on_laws(self, laws: Laws) -> None:
        if self._shown and laws.laws:
            self._told = laws

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view != "maps" or not self._shown or self._told is None:
            return
        self._generation = shown.generation
        self.about.setText(about(self._told))
        for law in self._told.laws:
            self.cards[law.name].pictures.set_ratio(self._told.width / self._told.height)
            self.cards[law.name].show_law(law, self._told.tolerance, shown.image)
        if not self.isVisible():
            self._link.unseen(shown.generation)

    def _painted(self) -> None:
        if self._told is not None:
            self._link.painted(self._generation)

    def _on_problem(self, problem: Problem) -> None:
        if self._shown and problem.code in ("spec", "memory"):
            self._show_nothing(problem.message)

    def _show_nothing(self, reason: str) -> None:
        self._told = None
        self.about.setText("")
        for card in self.cards.values():
            card.show_nothing(reason)
