"""The stack as PyTorch source: to read, to copy, and to paste a network that was written elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout

from app.featuremaps.panels import HEADER_HEIGHT
from app.network.highlight import PythonColours
from app.network.stack import Stack
from app.state.document import Document
from app.state.notices import Notices
from app.widgets.fonts import number_font
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.errors import SpecError

ABOUT = "code"
_TIP = "The same network as source code: it needs torch alone, and has the names and settings of the list."
_ICON = QSize(16, 16)
_INPUT = "INPUT_SHAPE"
"""Code without it is for the input that there is."""


class CodePanel(QFrame):
    """Writes the code anew with every change while it is in sight."""

    closed = Signal()

    def __init__(self, document: Document, stack: Stack, notices: Notices) -> None:
        super().__init__()
        self._document = document
        self._stack = stack
        self._notices = notices
        self._open = False
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(number_font(12))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        # Tab goes on to the next control, as everywhere.
        self.text.setTabChangesFocus(True)
        describe(self.text, "PyTorch code", _TIP)
        self._colours = PythonColours(self.text.document())
        self.copy = self._button("Copy", "copy", "Put the code on the clipboard.")
        self.paste = self._button(
            "Paste code", "paste", "Read a network from PyTorch code on the clipboard; the code is never run."
        )
        self.close_button = self._button("Close", "close", "Show the feature maps again.")
        self.copy.clicked.connect(self.copy_code)
        self.paste.clicked.connect(self.paste_code)
        self.close_button.clicked.connect(self.closed)
        self._build()
        set_role(self, "panel")
        document.changed.connect(self._refresh)

    def _button(self, text: str, picture: str, tip: str) -> QPushButton:
        button = QPushButton(icon(picture), text)
        button.setIconSize(_ICON)
        describe(button, text, tip)
        return button

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 4, 4)
        head.setSpacing(8)
        head.addWidget(QLabel("PyTorch code"), 1)
        for button in (self.copy, self.paste, self.close_button):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        head.setSpacing(8)
        self.setMinimumHeight(HEADER_HEIGHT)

    def set_open(self, is_open: bool) -> None:
        """Whether it is in sight."""
        self._open = is_open
        self._refresh()

    def code(self) -> str:
        """The network as it is now."""
        from engine.codegen import to_pytorch  # only who reads code needs it

        return to_pytorch(self._stack.network)

    def _refresh(self) -> None:
        if not self._open:
            return
        code = self.code()
        if code != self.text.toPlainText():
            across, down = self.text.horizontalScrollBar().value(), self.text.verticalScrollBar().value()
            self.text.setPlainText(code)
            self.text.horizontalScrollBar().setValue(across)
            self.text.verticalScrollBar().setValue(down)

    def copy_code(self) -> None:
        """Put the code on the clipboard."""
        QGuiApplication.clipboard().setText(self.code())
        self._notices.info("Copied the network as PyTorch code.", ABOUT)

    def paste_code(self) -> None:
        """Use the network that the code on the clipboard describes."""
        text = QGuiApplication.clipboard().text()
        if not text.strip():
            self._notices.problem("There is no text on the clipboard; copy PyTorch code first.", ABOUT)
            return
        from engine.codegen import from_pytorch  # only who pastes code needs it

        try:
            network = from_pytorch(text, None if _INPUT in text else self._stack.network.input_shape)
        except SpecError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._notices.clear(ABOUT)
        self._stack.replace(network, "paste code")

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colours.rehighlight()
