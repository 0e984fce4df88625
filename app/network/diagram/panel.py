"""The diagram with its head: zoom, save, close."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout

from app.featuremaps.panels import HEADER_HEIGHT
from app.network.chosen import Chosen
from app.network.diagram.files import Ask, Dialog, save_drawing
from app.network.diagram.view import DiagramView
from app.state.document import Document
from app.state.notices import Notices
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.errors import EngineError

ABOUT = "diagram"
_ICON = QSize(16, 16)


class DiagramPanel(QFrame):
    """Stands where the maps are."""

    closed = Signal()

    def __init__(self, document: Document, chosen: Chosen, notices: Notices, ask: Ask | None = None) -> None:
        super().__init__()
        self._document = document
        self._notices = notices
        self._ask = ask or Dialog()
        self.view = DiagramView(document, chosen)
        self.smaller = self._tool("minus", "Smaller", "Show more of the diagram (−).")
        self.larger = self._tool("plus", "Larger", "Show the boxes larger (+).")
        self.save = self._button("Save…", "save", "Write the diagram to a file: .svg to print and edit, or .png.")
        self.close_button = self._button("Close", "close", "Show the feature maps again.")
        self.smaller.clicked.connect(self._zoom_out)
        self.larger.clicked.connect(self._zoom_in)
        self.save.clicked.connect(self.save_as)
        self.close_button.clicked.connect(self.closed)
        self._build()
        set_role(self, "panel")

    def _tool(self, picture: str, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(picture))
        button.setIconSize(_ICON)
        describe(button, name, tip)
        return button

    def _button(self, text: str, picture: str, tip: str) -> QPushButton:
        button = QPushButton(icon(picture), text)
        button.setIconSize(_ICON)
        describe(button, f"{text.rstrip('…')} diagram", tip)
        return button

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 4, 4)
        head.setSpacing(8)
        head.addWidget(QLabel("Diagram"), 1)
        for button in (self.smaller, self.larger, self.save, self.close_button):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        self.setMinimumHeight(HEADER_HEIGHT)

    def _zoom_out(self) -> None:
        self.view.set_zoom(-1)

    def _zoom_in(self) -> None:
        self.view.set_zoom(1)

    def save_as(self) -> None:
        """Ask where to, and write the diagram there, as dark or light as the window."""
        chosen = self._ask.save(self)
        if not chosen:
            return
        path = Path(chosen)
        try:
            save_drawing(self._document.project.network, path, tokens().name == "dark")
        except EngineError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._notices.info(f"Saved {path.name}.", ABOUT)
