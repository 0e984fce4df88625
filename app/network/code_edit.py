"""Where code is written: faults and the chosen layer are marked, and rewriting leaves the cursor where it is."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from app.network.highlight import PythonColours
from app.widgets.fonts import number_font
from app.widgets.tokens import tokens

if TYPE_CHECKING:
    from engine.codegen import Mark, Patch

_INDENT = "    "
_OPENING = ("(", "[", ":")


class CodeEdit(QPlainTextEdit):
    """A plain text with marks. Its own undo reaches back no further than `forget`; then the window's takes over."""

    line_clicked = Signal(int)
    """A line, counted from 1, was clicked without anything being selected."""
    left = Signal()
    """The keyboard went elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(number_font(12))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        # Tab goes on to the next control, as everywhere.
        self.setTabChangesFocus(True)
        self._colours = PythonColours(self.document())
        self._marks: tuple[Mark, ...] = ()
        self._chosen: tuple[int, int] | None = None

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The faults that are marked."""
        return self._marks

    @property
    def chosen_lines(self) -> tuple[int, int] | None:
        """The first and the last line that are marked as the chosen layer's."""
        return self._chosen

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Underline these places and no others."""
        self._marks = tuple(marks)
        self._paint_marks()

    def set_chosen(self, lines: tuple[int, int] | None, reveal: bool = False) -> None:
        """Mark the lines of the chosen layer; `reveal` brings them into sight."""
        self._chosen = lines
        self._paint_marks()
        bar = self.verticalScrollBar()
        if lines is not None and reveal and not bar.value() < lines[0] <= bar.value() + bar.pageStep():
            bar.setValue(lines[0] - 1 - bar.pageStep() // 3)

    def rewrite(self, code: str) -> None:
        """Put another text in place of this one: only the lines that differ change."""
        old, new = self.toPlainText().split("\n"), code.split("\n")
        changes = [each for each in SequenceMatcher(None, old, new, False).get_opcodes() if each[0] != "equal"]
        line, column = self.textCursor().blockNumber(), self.textCursor().positionInBlock()
        cursor = QTextCursor(self.document())
        with QSignalBlocker(self):
            cursor.beginEditBlock()
            for _, first, last, start, end in reversed(changes):
                self._put_lines(cursor, first, last, new[start:end])
            cursor.endEditBlock()
        for _, first, last, start, end in changes:
            if first <= line < last:
                self._go_to(start + min(line - first, max(end - start - 1, 0)), column)
        self.forget()

    def _go_to(self, line: int, column: int) -> None:
        """Put the cursor into a line, counted from 0, as far along as it goes."""
        block = self._block(line + 1)
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + min(column, block.length() - 1))
        self.setTextCursor(cursor)

    def _put_lines(self, cursor: QTextCursor, first: int, last: int, lines: list[str]) -> None:
        """Whole lines in place of others; the line break in front of them goes and comes with them."""
        document = self.document()
        blocks = document.blockCount()
        start = document.findBlockByNumber(first).position() if first < blocks else document.characterCount() - 1
        end = document.findBlockByNumber(last).position() if last < blocks else document.characterCount() - 1
        text = "\n".join(lines)
        if last < blocks:
            text += "\n" * bool(lines)
        elif first == blocks or not lines:
            # Nothing stands behind: the break before goes with what is taken out, and comes with what is put in.
            start -= first < blocks and first > 0
            text = "\n" + text if lines else text
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)

    def patch(self, patches: Sequence[Patch]) -> None:
        """Replace some places, the last first, so that the others stay where they were said to be."""
        with QSignalBlocker(self):
            for patch in sorted(patches, reverse=True):
                start = self.document().findBlockByNumber(patch.line - 1).position()
                cursor = QTextCursor(self.document())
                cursor.setPosition(start + patch.column - 1)
                cursor.setPosition(start + patch.end - 1, QTextCursor.MoveMode.KeepAnchor)
                cursor.insertText(patch.text)

    def forget(self) -> None:
        """What was typed so far is no longer taken back here."""
        self.document().clearUndoRedoStacks()

    def event(self, event: QEvent) -> bool:
        """Undo and redo are the window's where nothing was typed since."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_windows(event):
            event.ignore()
            return False
        return super().event(event)

    def _is_windows(self, event: QKeyEvent) -> bool:
        document = self.document()
        return (event.matches(QKeySequence.StandardKey.Undo) and not document.isUndoAvailable()) or (
            event.matches(QKeySequence.StandardKey.Redo) and not document.isRedoAvailable()
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter begins the next line where this one begins, and further in behind an opening bracket."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        indent = before[: len(before) - len(before.lstrip())]
        cursor.insertText("\n" + indent + _INDENT * before.rstrip().endswith(_OPENING))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click chooses what stands there."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.line_clicked.emit(self.cursorForPosition(event.position().toPoint()).blockNumber() + 1)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the keyboard went."""
        super().focusOutEvent(event)
        self.left.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colours.rehighlight()
            self._paint_marks()

    def _paint_marks(self) -> None:
        chosen = range(self._chosen[0], self._chosen[1] + 1) if self._chosen else range(0)
        shown = [self._whole_line(line, "accent_soft") for line in chosen]
        shown += [self._whole_line(mark.line, "problem_fill") for mark in self._marks]
        self.setExtraSelections([*shown, *map(self._underlined, self._marks)])

    def _whole_line(self, line: int, role: str) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        look = QTextCharFormat()
        look.setBackground(_over_panel(role))
        look.setProperty(QTextFormat.Property.FullWidthSelection, True)
        made.format = look
        made.cursor = QTextCursor(self._block(line))
        return made

    def _underlined(self, mark: Mark) -> QTextEdit.ExtraSelection:
        """At least one character, also where a line ends too early."""
        made = QTextEdit.ExtraSelection()
        look = QTextCharFormat()
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        look.setUnderlineColor(tokens().colour("problem"))
        block = self._block(mark.line)
        first = min(max(mark.column - 1, 0), max(block.length() - 2, 0))
        last = min(max(mark.end - 1, first + 1), max(block.length() - 1, first))
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + first)
        cursor.setPosition(block.position() + last, QTextCursor.MoveMode.KeepAnchor)
        made.format, made.cursor = look, cursor
        return made

    def _block(self, line: int) -> QTextBlock:
        found = self.document().findBlockByNumber(line - 1)
        return found if found.isValid() else self.document().lastBlock()


def _over_panel(role: str) -> QColor:
    """A colour for a whole line, so faint that the text on it stays readable."""
    colour = tokens().colour(role)
    colour.setAlpha(110)
    return colour
