"""Colours for Python source: words of the language, names of torch, numbers, strings, comments."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from app.widgets.tokens import tokens

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\b(?:{'|'.join(keyword.kwlist)})\b"), "accent"),
    (re.compile(r"\bnn\.\w+|\bF\.\w+|\b[A-Z]\w+(?=\()"), "result"),
    (re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?"), "positive"),
    (re.compile(r"\"[^\"]*\"|'[^']*'"), "ok"),
    (re.compile(r"#.*"), "faint"),
)
"""A later rule paints over an earlier one."""


class PythonColours(QSyntaxHighlighter):
    """Follows the theme when it is told to `rehighlight`."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        for pattern, role in _RULES:
            look = QTextCharFormat()
            look.setForeground(tokens().colour(role))
            for found in pattern.finditer(text):
                self.setFormat(found.start(), found.end() - found.start(), look)
