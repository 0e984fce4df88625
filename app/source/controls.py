"""What the strips of all kinds of sources have in common."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.widgets.fonts import number_font
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe, tip_text
from engine.protocol import SourceState

LABEL_GAP = 6
CONTROL_GAP = 12


class SourceControls(QWidget):
    """One row of controls for one kind of source. It hears of the document and of the engine, of nothing else."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__()
        self.document = document
        self.link = link
        self.notices = notices
        self._captions: list[QLabel] = []
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(LABEL_GAP)

    @property
    def wanted(self) -> bool:
        """Whether there is anything to control just now."""
        return True

    def show_source(self, source: Any) -> None:
        """Show this description of the source."""

    def show_state(self, state: SourceState | None) -> None:
        """Show how the source does; None while nothing is known of it."""

    def add(self, widget: QWidget, label: str = "", tip: str = "", stretch: int = 0) -> None:
        """Put a control at the end of the row, with its label before it."""
        if self.row.count():
            self.row.addSpacing(CONTROL_GAP - LABEL_GAP)
        if label:
            caption = QLabel(label)
            set_role(caption, "second")
            caption.setTextFormat(Qt.TextFormat.PlainText)
            caption.setToolTip(tip_text(tip or widget.accessibleDescription()))
            caption.setBuddy(widget)
            self._captions.append(caption)
            self.row.addWidget(caption)
        self.row.addWidget(widget, stretch)

    def fit(self, width: int) -> None:
        """Give up the labels, which the tool tips repeat, where there is no room for them."""
        self._show_captions(True)
        if self.minimumSizeHint().width() > width:
            self._show_captions(False)

    def _show_captions(self, on: bool) -> None:
        for caption in self._captions:
            caption.setVisible(on)

    def fill(self) -> None:
        """Leave the rest of the row empty."""
        self.row.addStretch(1)


class PlayButton(QToolButton):
    """Plays what is paused and pauses what plays."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self._link = link
        self._playing: bool | None = None
        self.clicked.connect(self._click)
        self.show_state(None)

    def show_state(self, state: SourceState | None) -> None:
        """Offer the opposite of what the source does; what it will do when it is open is not known before."""
        if state is not None and state.state == "opening":
            return
        playing = state is not None and state.state in ("playing", "lost")
        if playing == self._playing:
            return
        self._playing = playing
        self.setIcon(icon("pause" if playing else "play"))
        describe(self, "Pause" if playing else "Play", "Hold the newest frame." if playing else "Go on from here.")

    def _click(self) -> None:
        self._link.transport("pause" if self._playing else "play")


class TurnButton(QToolButton):
    """Asks for the next frame or picture, or the one before; goes on asking while it is held."""

    turned = Signal(int)
    """1 or -1."""

    def __init__(self, thing: str, delta: int) -> None:
        super().__init__()
        self._delta = delta
        self.setText("›" if delta > 0 else "‹")
        self.setAutoRepeat(True)
        name = f"{'Next' if delta > 0 else 'Previous'} {thing}"
        describe(self, name, f"Pause, and go to the {name.lower()}.")
        self.clicked.connect(self._click)

    def _click(self) -> None:
        self.turned.emit(self._delta)


class PlaceLabel(QLabel):
    """Where in the whole: "17 / 240"."""

    def __init__(self, thing: str) -> None:
        super().__init__()
        self._thing = thing
        self.setFont(number_font())
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_place(self, position: int, count: int) -> None:
        """Show `position`, which counts from 0, of `count`; 0 if that is not known."""
        figures = len(str(max(count, 1)))
        text = f"{position + 1:>{figures}} / {count}" if count else f"{position + 1}"
        self.setText(text)
        # Room for the largest number: what changes all the time must not move its neighbours.
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("0" * (2 * figures + 3)))
        describe(self, f"{self._thing} {position + 1} of {count}" if count else f"{self._thing} {position + 1}")
