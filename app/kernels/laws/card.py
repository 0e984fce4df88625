"""One law: what it says, both of its sides, and whether it holds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout

from app.kernels.laws.meter import ResidualMeter
from app.kernels.laws.triptych import Triptych
from app.kernels.laws.words import HELP, TITLES, scientific, spoken, verdict
from app.widgets.fonts import number_font, text_font
from app.widgets.number_text import shown
from app.widgets.theme import set_role
from app.widgets.tips import tip_text
from engine.protocol import Law

METER_WIDTH = 168
MARGINS, SPACING = (12, 4, 12, 4), 14
STAR = ("⋆", "☆")
"""The sign of correlation is a dot in small type; this one is seen to be a star."""
_PICTURES = (
    "Left and right side are coloured alike. The difference has colours of its own: its full blue and orange are "
    "±{full}, and the largest there is {apart}."
)


class LawCard(QFrame):
    """Shows what it is told; owns no truth."""

    def __init__(self, name: str) -> None:
        super().__init__()
        set_role(self, "panel")
        self.name = name
        title = TITLES[name]
        self.setAccessibleName(title)
        self.setToolTip(tip_text(HELP[name]))
        self.title, self.statement, self.sentence = QLabel(title), QLabel(), QLabel()
        self.verdict, self.number = QLabel(), QLabel()
        self.pictures, self.meter = Triptych(title), ResidualMeter(title)
        self.law: Law | None = None
        self._dress()
        self._build()

    def _dress(self) -> None:
        self.title.setFont(text_font(13, QFont.Weight.DemiBold))
        self.statement.setFont(number_font(12))
        self.sentence.setFont(text_font(12))
        self.verdict.setFont(text_font(12, QFont.Weight.DemiBold))
        self.number.setFont(number_font(13))
        for label in (self.title, self.statement, self.sentence, self.verdict, self.number):
            label.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.sentence, "second")
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        for label in (self.statement, self.sentence):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.sentence.setMinimumHeight(1)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.title)
        head.addWidget(self.statement, 1)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(head)
        words.addWidget(self.sentence, 1)
        told = QHBoxLayout()
        told.addWidget(self.verdict, 1)
        told.addWidget(self.number)
        measured = QVBoxLayout()
        measured.setSpacing(4)
        measured.addStretch(1)
        measured.addLayout(told)
        measured.addWidget(self.meter)
        measured.addStretch(1)
        self.meter.setFixedWidth(METER_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(*MARGINS)
        row.setSpacing(SPACING)
        row.addLayout(words, 1)
        row.addWidget(self.pictures)
        row.addLayout(measured)

    def show_law(self, law: Law, tolerance: float, image: QImage | None) -> None:
        """Show what was measured; `image` is the picture that holds its parts."""
        self.law = law
        seen, role = ("", "faint") if law.problem else verdict(law)
        self.statement.setText(law.statement.replace(*STAR))
        self.sentence.setText(law.problem or law.sentence)
        set_role(self.sentence, "problem" if law.problem else "second")
        self.verdict.setText(seen)
        set_role(self.verdict, role)
        self.number.setText("" if law.problem else scientific(law.residual))
        self.meter.set_value(None if law.problem else law.residual, tolerance)
        self.pictures.set_parts(image, law.tiles)
        self.pictures.setToolTip(_tip(law))
        self.setAccessibleDescription(spoken(law))

    def show_nothing(self, reason: str) -> None:
        """There is nothing to measure on; say why."""
        self.show_law(Law(name=self.name, problem=reason), self.meter_tolerance, None)
        set_role(self.sentence, "second")

    meter_tolerance = 1e-6
    """Where the mark stands before the engine has said so."""


def _tip(law: Law) -> str:
    if law.problem:
        return ""
    return tip_text(_PICTURES.format(full=shown(law.full, 3), apart=scientific(law.apart)))
