"""What the layer costs: its size formula, weights and multiply-adds with the numbers in place, and its torch call."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout

from app.kernels.kinds.words import code_of, compared
from app.state.document import Document
from app.state.notices import Notices
from app.widgets.fonts import number_font, text_font
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.kinds.facts import KindFacts, kind_facts
from engine.kinds.sizes import LETTERS, TRANSPOSED_LETTERS
from engine.spec.kind import KindSpec

CODE_HEIGHT = 66
PIXELS = 11
_TIP = (
    "n: cells of the input, k: of the kernel, e = d(k − 1) + 1: cells that it spans when dilation d spreads it, "
    "p: padding at each side, s: stride, o: output padding. A weight is a number to learn; a multiply-add is one "
    "product that is added to a sum."
)


class FactsBox(QFrame):
    """Follows the project's layer."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__()
        self._document, self._notices = document, notices
        set_role(self, "panel")
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setWordWrap(True)
        self.text.setFont(number_font(PIXELS))
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        describe(self.text, "Size and cost", _TIP)
        self.code = QPlainTextEdit()
        self.code.setReadOnly(True)
        self.code.setFont(number_font(PIXELS))
        self.code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.code.setTabChangesFocus(True)
        self.code.setFixedHeight(CODE_HEIGHT)
        describe(self.code, "PyTorch code", "Lines that compute this layer; they need torch alone.")
        self.copy = QPushButton(icon("copy"), "Copy")
        self.copy.setIconSize(QSize(14, 14))
        describe(self.copy, "Copy the PyTorch code", "Put the code on the clipboard.")
        self.copy.clicked.connect(self.copy_code)
        self._build()
        document.changed.connect(self._refresh)
        self._refresh()

    def _build(self) -> None:
        head = QHBoxLayout()
        title = QLabel("PyTorch")
        set_role(title, "second")
        head.addWidget(title, 1)
        head.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.text)
        column.addLayout(head)
        column.addWidget(self.code)

    def copy_code(self) -> None:
        """Put the code on the clipboard."""
        QGuiApplication.clipboard().setText(self.code.toPlainText())
        self._notices.info("Copied the layer as PyTorch code.", "kind")

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "text"):
            self._refresh()

    def _refresh(self) -> None:
        spec = self._document.project.kind
        facts = kind_facts(spec)
        self.text.setFont(number_font(PIXELS) if facts.problem is None else text_font(12))
        self.text.setText(_table(spec, facts) if facts.problem is None else _problem(facts.problem))
        code = code_of(spec)
        if code != self.code.toPlainText():
            self.code.setPlainText(code)
        self.copy.setEnabled(bool(code))


def _problem(sentence: str) -> str:
    return f'<span style="color:{tokens().problem}">{escape(sentence)}</span>'


def _table(spec: KindSpec, facts: KindFacts) -> str:
    second = f'style="color:{tokens().second}"'
    letters = TRANSPOSED_LETTERS if spec.kind == "transposed" else LETTERS
    rows = [("size", f"<span {second}>{escape(letters)}</span>")]
    if len(set(facts.formulas)) == 1 and len(facts.formulas) > 1:
        rows.append(("each axis", _marked(facts.formulas[0])))
    else:
        rows += [(name, _marked(text)) for name, text in zip(spec.axis_names, facts.formulas, strict=True)]
    for each in compared(spec):
        below = f"<br><span {second}>{escape(each.compared)}</span>" if each.compared else ""
        rows.append((each.label, _marked(each.text) + below))
    if spec.kind != "dense" and facts.dense_entries is not None:
        rows.append(("dense", f"<span {second}>would have {facts.dense_entries:,} weights</span>"))
    cells = "".join(
        f'<tr><td style="color:{tokens().second}; padding-right:8px">{name}</td><td>{text}</td></tr>'
        for name, text in rows
    )
    return f'<table cellspacing="0" cellpadding="1">{cells}</table>'


def _marked(text: str) -> str:
    start, _, result = text.rpartition("= ")
    return f'{escape(start)}= <span style="color:{tokens().result}"><b>{escape(result)}</b></span>'
