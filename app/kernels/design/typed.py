"""The tool for a kernel as text: shown, typed, pasted; the kernel follows while it is written."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

from app.kernels.design.live import Live
from app.kernels.design.place import Place
from app.kernels.design.pop_out import PopOut
from app.kernels.design.weights import with_given
from app.kernels.lenses import put_filter
from app.widgets.fonts import number_font
from app.widgets.tips import describe
from engine.errors import SpecError
from engine.kernels import format_kernel, parse_kernel, spec_of, weights_of
from engine.spec.filter import KernelSpec

HEIGHT = 54
"""Of three lines."""
_PIXELS = 12
_HELP = (
    "Rows by ; or a new line, numbers by spaces or commas, such as 1 0 -1; 2 0 -2; 1 0 -1. Fractions and a factor are "
    "read too, as in 1/16 * 1 2 1; 2 4 2; 1 2 1, and what Python, numpy, torch or Matlab print."
)


class TypedTool(PopOut):
    """The kernel's numbers in a field. What they cannot be is said below it, and the kernel stays."""

    def __init__(self, place: Place) -> None:
        super().__init__("Numbers", _HELP)
        self._place = place
        self._live = Live(place.document, "typed", None, self)
        self._live.moved.connect(self._follow)
        self.text = _Text()
        self.text.setFixedHeight(HEIGHT)
        self.text.textChanged.connect(self._read)
        self.add(self.text)
        self._follow(None)

    def begin(self) -> None:
        """What is pasted takes the place of what is there."""
        self.text.selectAll()

    def end(self) -> None:
        """Stop following the kernel."""
        self._live.end()

    def _follow(self, text: str | None) -> None:
        """Show the numbers of the kernel, as they were typed if they were typed here."""
        blocker = QSignalBlocker(self.text)
        self.text.setPlainText(text or format_kernel(weights_of(self._live.base)))
        blocker.unblock()
        self.refuse("")
        self._tell_size(self._place.document.project.filter.kernel)

    def _read(self) -> None:
        text = self.text.toPlainText()
        try:
            kernel = spec_of(parse_kernel(text))
        except SpecError as error:
            self.tell("")
            self.refuse(str(error))
            return
        self.refuse("")
        self._tell_size(kernel)
        self._put(text, kernel)

    def _put(self, text: str, kernel: KernelSpec) -> None:
        project = self._place.document.project
        if len(kernel.weights) == 3 and project.filter.channels != "sum":
            # Three planes need a filter that sums over the colours, which is more than another kernel.
            self._place.document.edit(put_filter(project, with_given(project.filter, kernel)), "type a kernel")
        elif not np.array_equal(weights_of(kernel), weights_of(project.filter.kernel)):
            self.refuse(self._live.put(text, lambda _base: kernel, "type a kernel"))

    def _tell_size(self, kernel: KernelSpec) -> None:
        rows, columns = kernel.size
        planes = ", 3 planes" if len(kernel.weights) == 3 else ""
        self.tell(f"{rows}×{columns}{planes}")


class _Text(QPlainTextEdit):
    """A field whose Tab key goes on, and whose Esc is for the tool around it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(number_font(_PIXELS))
        self.document().setDocumentMargin(2)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        describe(self, "Numbers of the kernel", _HELP)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Typing."""
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
