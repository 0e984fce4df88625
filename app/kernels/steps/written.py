"""The sum of a cell in one line, in numbers or in letters, as far as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from textwrap import wrap

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.kernels.steps.letters import Letters
from app.kernels.steps.told import Told
from app.widgets.fonts import number_font
from app.widgets.number_text import shown
from app.widgets.tips import describe
from app.widgets.tokens import tokens

PIXELS = 12
LINES = 2
LINE_HEIGHT = 17
MOST = 90
"""More products than this never fit."""


def number_terms(told: Told, plane: int) -> list[str]:
    """The first products of one channel as value · weight; a cell of the padding stands in brackets."""
    terms = []
    cells = zip(told.patch[plane].flat, told.kernel[plane].flat, told.padding.flat, strict=True)
    for value, weight, padding in islice(cells, MOST):
        first, second = shown(float(value), 3), shown(float(weight), 3)
        terms.append(f"{f'[{first}]' if padding else _signed(first)}·{_signed(second)}")
    return terms


def _signed(text: str) -> str:
    return text if text[0].isdigit() else f"({text})"


def letter_terms(letters: Letters) -> list[str]:
    """The first products in letters."""
    return [product for row in letters.products() for product in row][:MOST]


def fitted(terms: Sequence[str], end: str, room: int, count: int, lines: int = LINES) -> str:
    """The sum of `count` terms in at most `lines` lines of `room` characters; how many are left out stands at the end.

    Example:
        >>> fitted(["a·w", "b·x"], "= s", 15, 2, lines=1)
        'a·w + b·x = s'
        >>> fitted(["a·w", "b·x", "c·y", "d·z", "e·s", "f·t", "g·u"], "= s", 37, 9, lines=1)
        'a·w + b·x + … = s   (7 not written)'
    """
    if len(terms) == count and sum(map(len, terms)) <= room * lines:
        whole = _broken(terms, end, room)
        if len(whole) <= lines:
            return "\n".join(whole)
    found = f"… {end}   ({count:,} not written)"
    for written in range(1, len(terms)):
        more = _broken([*terms[:written], "…"], f"{end}   ({count - written:,} not written)", room)
        if len(more) > lines:
            break
        found = "\n".join(more)
    return found


def _broken(pieces: Sequence[str], end: str, room: int) -> list[str]:
    """The sum broken into lines after a plus."""
    lines = [""]
    for place, piece in enumerate(pieces):
        last = place == len(pieces) - 1
        text = f"{piece} {end}".rstrip() if last else f"{piece} + "
        if lines[-1] and len(lines[-1]) + len(text.rstrip()) > room:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += text
    return lines


class WrittenSum(QWidget):
    """Two lines of a sum that never grow: what has no room is left out, and how much that is stands at the end."""

    def __init__(self) -> None:
        super().__init__()
        self._terms: Sequence[str] = ()
        self._end, self._note, self._count = "", "", 0
        self._font = number_font(PIXELS)
        self._advance = QFontMetricsF(self._font).horizontalAdvance("0")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        describe(self, "Sum", "The products of the patch and the kernel, written out.")

    def show_sum(self, terms: Sequence[str], end: str, count: int) -> None:
        """Write the sum of `count` terms, of which the first are given, and what it equals."""
        if (terms, end, count, "") != (self._terms, self._end, self._count, self._note):
            self._terms, self._end, self._count, self._note = terms, end, count, ""
            self._told()

    def show_note(self, text: str) -> None:
        """Say something else."""
        if text != self._note:
            self._note = text
            self._told()

    def text(self) -> str:
        """What is written."""
        room = max(int(self.width() / self._advance), 20)
        if self._note or not self._terms:
            return "\n".join(wrap(self._note, room, max_lines=LINES, placeholder=" …"))
        return fitted(self._terms, self._end, room, self._count)

    def _told(self) -> None:
        self.setAccessibleDescription(self.text())
        self.update()

    def sizeHint(self) -> QSize:
        """Two lines high."""
        return QSize(300, LINES * LINE_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The lines, from the top."""
        painter = QPainter(self)
        painter.setFont(self._font)
        painter.setPen(tokens().colour("second" if self._note else "text"))
        for place, line in enumerate(self.text().split("\n")):
            rect = self.rect().adjusted(0, place * LINE_HEIGHT, 0, 0)
            painter.drawText(rect, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, line)
