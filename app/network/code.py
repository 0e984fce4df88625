"""The stack as PyTorch source: to read, to write, to copy, and to bring in a network that was written elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.featuremaps.panels import HEADER_HEIGHT
from app.network.code_edit import CodeEdit
from app.network.code_files import Ask, Dialogs, read_script, save_script
from app.network.code_sync import MEANWHILE, CodeSync
from app.network.stack import Stack
from app.state.document import Document
from app.state.notices import Notices
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.errors import BadFile, SpecError

ABOUT = "code"
_TIP = (
    "The same network as source code, which needs torch alone. What you write here becomes the stack as soon as you "
    "pause; it is read and never run. A click chooses a layer."
)
_ICON = QSize(16, 16)
_INPUT = "INPUT_SHAPE"
NARROW, LEAST = 566, 300
"""Pixels of width below which buttons have no words, and the least of all."""
_LISTED = 4
"""Faults that are told at once."""


class CodePanel(QFrame):
    """The code, what is wrong with it, and buttons for what else can be done with it."""

    closed = Signal()

    def __init__(self, document: Document, stack: Stack, notices: Notices, ask: Ask | None = None) -> None:
        super().__init__()
        self._stack = stack
        self._notices = notices
        self._ask = ask or Dialogs()
        self.text = CodeEdit()
        describe(self.text, "PyTorch code", _TIP)
        self.sync = CodeSync(document, stack, self.text)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        set_role(self.problem, "problem")
        self.open_button = self._button(
            "Open…", "folder", "Read a network from a .py file; it is never run.", self.open
        )
        self.save_button = self._button("Save…", "save", "Write the code to a .py file.", self.save)
        self.copy = self._button("Copy", "copy", "Put the code on the clipboard.", self.copy_code)
        self.paste = self._button(
            "Paste code",
            "paste",
            "Read a network from PyTorch code on the clipboard; the code is never run.",
            self.paste_code,
        )
        self.take = self._button(
            "Take the stack's", "undo", "Give up what was typed and write the stack as it is.", self.sync.take_stack
        )
        self.close_button = self._button("Close", "close", "Show the feature maps again.", self.closed)
        self._build()
        set_role(self, "panel")
        self.sync.told.connect(self._tell)
        self._tell("")

    def _button(self, text: str, picture: str, tip: str, call: Callable[[], object] | SignalInstance) -> QPushButton:
        button = QPushButton(icon(picture), text)
        button.setIconSize(_ICON)
        describe(button, text, tip)
        button.clicked.connect(call)
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the pictures speak alone."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        for button in (self.open_button, self.save_button, self.copy, self.paste, self.close_button):
            button.setText("" if narrow else button.accessibleName())

    def minimumSizeHint(self) -> QSize:
        """With pictures alone."""
        return QSize(LEAST, super().minimumSizeHint().height())

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 4, 4)
        head.setSpacing(4)
        head.addWidget(QLabel("PyTorch code"), 1)
        for button in (self.open_button, self.save_button, self.copy, self.paste, self.close_button):
            head.addWidget(button)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 4, 4)
        foot.setSpacing(8)
        foot.addWidget(self.problem, 1)
        foot.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        column.addLayout(foot)
        self.setMinimumHeight(HEADER_HEIGHT)

    def _tell(self, sentence: str) -> None:
        """All that is marked, a line each; the sentence where nothing is."""
        marks = self.text.marks
        listed = [str(mark) for mark in marks[:_LISTED]] if sentence and sentence != MEANWHILE else []
        if len(marks) > len(listed) > 0:
            listed[-1] += f" There are {len(marks) - len(listed)} more."
        self.problem.setText("\n".join(listed) or sentence)
        for widget in (self.problem, self.take):
            widget.setVisible(bool(sentence))

    def set_open(self, is_open: bool) -> None:
        """Whether it is in sight."""
        self.sync.set_open(is_open)

    def code(self) -> str:
        """What is written here; where the pane was never open, the network as it is."""
        from engine.codegen import to_pytorch  # only who reads code needs it

        return self.text.toPlainText() if self.sync.is_written else to_pytorch(self._stack.network)

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
        self._bring(text, "paste code")

    def open(self) -> None:
        """Use the network that a script describes."""
        chosen = self._ask.open(self)
        if chosen:
            try:
                self._bring(read_script(Path(chosen)), f"open {Path(chosen).name}")
            except BadFile as error:
                self._notices.problem(str(error), ABOUT)

    def save(self) -> None:
        """Write the code to a file."""
        self.sync.flush()
        chosen = self._ask.save(self)
        if chosen:
            try:
                save_script(self.code(), Path(chosen))
            except BadFile as error:
                self._notices.problem(str(error), ABOUT)
                return
            self._notices.info(f"Saved {Path(chosen).name}.", ABOUT)

    def _bring(self, text: str, told: str) -> None:
        """A network from elsewhere. Where it cannot be read the stack stays, and all that is wrong is shown."""
        from engine.codegen import read_pytorch  # only who brings code needs it

        try:
            reading = read_pytorch(text, None if _INPUT in text else self._stack.network.input_shape)
        except SpecError as error:
            if not self.sync.show(text):
                self._notices.problem(str(error), ABOUT)
            return
        self._notices.clear(ABOUT)
        self.sync.expect(reading.network, text)
        self._stack.replace(reading.network, told)
        self.sync.take_stack()
