"""Code and stack in step: what is typed becomes the stack when a pause comes, and what changes the stack is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.network.code_edit import CodeEdit
from app.network.edits import with_network
from app.network.places import INPUT
from app.network.stack import Stack
from app.state.document import Document
from engine.errors import SpecError
from engine.spec.network import NetworkSpec

if TYPE_CHECKING:
    from engine.codegen import Reading

PAUSE = 400
"""Milliseconds without a key after which what was typed is read."""
MEANWHILE = "The stack was changed elsewhere; mend the code to use it, or take the stack's."
_INPUT = "INPUT_SHAPE"
"""Code without it is for the input that there is."""
_REMEMBERED = 30


class CodeSync(QObject):
    """Owns what the text stands for. Text that cannot be read stays as it is, and so does the stack."""

    told = Signal(str)
    """A sentence on what is wrong with the text; "" if nothing is."""

    def __init__(self, document: Document, stack: Stack, edit: CodeEdit) -> None:
        super().__init__()
        self._document = document
        self._stack = stack
        self._edit = edit
        self._open = False
        self._network: NetworkSpec | None = None
        self._lines: dict[str, tuple[int, int]] = {}
        self._text = ""
        self._known: list[tuple[NetworkSpec, str]] = []
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(PAUSE)
        self._waiting.timeout.connect(self.read)
        self.sentence = ""
        edit.textChanged.connect(self._typed)
        edit.left.connect(self.flush)
        edit.line_clicked.connect(self._choose)
        document.changed.connect(self._follow)
        stack.chosen.changed.connect(self._show_chosen)

    @property
    def is_in_step(self) -> bool:
        """Whether the text says what the stack is."""
        return not self.sentence and not self._waiting.isActive() and self._network == self._stack.network

    def set_open(self, is_open: bool) -> None:
        """Whether the text is in sight; what was typed and cannot be read is still there later."""
        self.flush()
        self._open = is_open
        self._follow()
        self._show_chosen()

    def take_stack(self) -> None:
        """Give up what was typed: write the stack as it is."""
        self._waiting.stop()
        if self._open:
            self._write(self._stack.network)

    def flush(self) -> None:
        """Read what was typed without waiting for the pause."""
        if self._waiting.isActive():
            self.read()

    @property
    def is_written(self) -> bool:
        """Whether the text is in sight."""
        return self._open

    def expect(self, network: NetworkSpec, text: str) -> None:
        """The stack is about to become this network: this text is then to be shown for it, whatever stands here."""
        self._waiting.stop()
        self.sentence = ""
        self._known.append((network, text))
        self._edit.set_marks(())

    def show(self, text: str) -> bool:
        """Put a text that cannot be read in place of this one, to be mended. Returns whether it is in sight."""
        if self._open:
            self._edit.rewrite(text)
            self.read()
        return self._open

    def read(self) -> None:
        """Make the stack what the text says, as one edit; where it says nothing that can be, tell what is wrong."""
        from engine.codegen import CodeError, read_pytorch  # only who reads code needs it

        self._waiting.stop()
        text = self._text = self._edit.toPlainText()
        try:
            reading = read_pytorch(text, None if _INPUT in text else self._stack.network.input_shape, self._network)
        except SpecError as error:
            self._edit.set_marks(error.marks if isinstance(error, CodeError) else ())
            self._tell(str(error))
            return
        self._edit.patch(reading.patches)
        self._edit.forget()
        self._settle(reading)
        if reading.network != self._stack.network:
            self._document.edit(with_network(self._document.project, reading.network), "edit code")

    def _typed(self) -> None:
        # New colours are told as a change, too.
        if self._open and self._edit.toPlainText() != self._text:
            self._waiting.start()

    def _follow(self) -> None:
        """The document has changed, by an edit of the code or by another."""
        if not self._open or self._stack.network == self._network:
            return
        if self.sentence or self._waiting.isActive():
            self._tell(MEANWHILE)
            return
        self._write(self._stack.network)

    def _write(self, network: NetworkSpec) -> None:
        """A text that stood for this network before is written as it was."""
        from engine.codegen import read_pytorch, to_pytorch  # only who reads code needs it

        known = next((text for held, text in reversed(self._known) if held == network), None)
        code = to_pytorch(network) if known is None else known
        self._edit.rewrite(code)
        try:
            self._settle(read_pytorch(code, network.input_shape)._replace(network=network))
        except SpecError as error:
            # A network of very many kernels makes more text than is read.
            self._network, self._lines, self._text = network, {}, code
            self._tell(str(error))

    def _settle(self, reading: Reading) -> None:
        """The text stands for this network from now on."""
        self._network, self._lines = reading.network, reading.lines
        text = self._text = self._edit.toPlainText()
        self._known = [(held, old) for held, old in self._known if held != reading.network][1 - _REMEMBERED :]
        self._known.append((reading.network, text))
        self._edit.set_marks(())
        self._tell("")
        self._mark_chosen()

    def _tell(self, sentence: str) -> None:
        self.sentence = sentence
        self.told.emit(sentence)

    def _show_chosen(self) -> None:
        """Another layer is chosen: its lines come into sight, but not away under somebody's hands."""
        if self._open:
            self._mark_chosen(not self._edit.hasFocus())

    def _mark_chosen(self, reveal: bool = False) -> None:
        path = self._stack.chosen.path
        self._edit.set_chosen(self._lines.get(path) if path != INPUT else None, reveal)

    def _choose(self, line: int) -> None:
        """Choose the innermost layer that stands in a line."""
        self.flush()
        found = [(last - first, path) for path, (first, last) in self._lines.items() if first <= line <= last]
        if found and not self.sentence:
            self._stack.chosen.choose(min(found)[1])
