"""The network as a whole, in two lines: what it costs, how far it sees, and what is wrong with it."""

from __future__ import annotations

from html import escape
from operator import attrgetter

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.network.reading import Reading
from app.network.words import amount, count_text, memory_of
from app.state.document import Document
from app.state.follower import Follower
from app.widgets.fonts import NUMBER_FAMILY, text_font
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.spec.layers import shape_text
from engine.spec.summary import Finding, Summary

_TIP = (
    "Parameters: all numbers that the network learns; those of frozen layers stay as they are. Multiply-adds: those of "
    "convolutions and matrices for one picture. Receptive field: how much of the input one value of the last layer "
    "depends on. Memory: all weights and all feature maps of one picture, in float32."
)


def findings_words(found: Summary) -> str:
    """How much is wrong.

    Example:
        >>> from engine.spec.network import NetworkSpec
        >>> from engine.spec.summary import summary
        >>> findings_words(summary(NetworkSpec()))
        ''
    """
    counts = ((len(found.problems), "problem"), (len(found.warnings), "doubt"))
    return " · ".join(f"{count} {word}{'s' * (count > 1)}" for count, word in counts if count)


class Totals(QWidget):
    """Below the list. Its button leads to the first problem, or doubt."""

    wanted = Signal(str)
    """The path of the layer that the button leads to."""

    def __init__(self, document: Document, reading: Reading) -> None:
        super().__init__()
        self._reading = reading
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setFont(text_font(12))
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setWordWrap(True)
        set_role(self.text, "second")
        describe(self.text, "Totals", _TIP)
        self.button = QPushButton()
        set_role(self.button, "flat")
        self.button.clicked.connect(self._go)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.text)
        Follower(self, document, attrgetter("network"), self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Sum up the network as it is now."""
        found = self._reading.summary
        field = found.rows[-1].receptive_field if found.rows else None
        # Behind a problem nothing is known.
        least = "≥ " if found.problems else ""
        held = f" ({amount(found.frozen_parameters)} frozen)" if found.frozen_parameters else ""
        lines = (
            (
                ("Parameters", least + count_text(found.parameters) + held),
                ("multiply-adds", least + amount(found.macs)),
            ),
            (
                ("Receptive field", shape_text(field) if field else "–"),
                ("memory", least + amount(memory_of(found), "B")),
            ),
        )
        self.text.setText("<br>".join(" · ".join(_pair(*pair) for pair in line) for line in lines))
        words = findings_words(found)
        self.button.setText(words)
        self.button.setIcon(icon("warning", "problem" if found.problems else "result"))
        self.button.setVisible(bool(words))
        describe(self.button, words, "Go to the first of them.")

    def _first(self) -> Finding | None:
        found = self._reading.summary
        return next(iter((*found.problems, *found.warnings)), None)

    def _go(self) -> None:
        finding = self._first()
        if finding is not None:
            self.wanted.emit(finding.id)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()


def _pair(name: str, value: str) -> str:
    words = escape(value).replace(" ", "&nbsp;")
    name = name.replace(" ", "&nbsp;").replace("-", "\N{NON-BREAKING HYPHEN}")
    return f"{name}&nbsp;<span style=\"font-family:'{NUMBER_FAMILY}'; color:{tokens().text}\">{words}</span>"
