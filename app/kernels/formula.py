"""The output-size formula with the person's own numbers, the floor marked where it takes something away."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel

from app.widgets.fonts import number_font
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.arithmetic import SizeFormula
from engine.errors import SpecError
from engine.spec.geometry import FilterGeometry

GENERIC = "⌊(n − e + 2p) / s⌋ + 1"


def _line(name: str, formula: SizeFormula) -> str:
    start, _, result = formula.text.rpartition("= ")
    start = escape(start)
    if formula.unread:
        start = start.replace("⌊", _mark("⌊")).replace("⌋", _mark("⌋"))
    return f"<td>{name}</td><td style='white-space: pre'>{start}= {_mark(str(formula.result))}</td>"


def _mark(text: str) -> str:
    return f'<span style="color:{tokens().result}"><b>{text}</b></span>'


def _rows(names: tuple[str, str], formulas: tuple[SizeFormula, SizeFormula]) -> list[str]:
    if formulas[0] == formulas[1]:
        return [_line(f"{names[0]}×{names[1][-1]}", formulas[0])]
    return [_line(name, formula) for name, formula in zip(names, formulas, strict=True)]


def unread_text(formulas: tuple[SizeFormula, SizeFormula]) -> str:
    """What the floor leaves unread, in words; empty if nothing."""
    parts = []
    for formula, one, many in zip(formulas, ("row", "column"), ("rows", "columns"), strict=True):
        if formula.unread:
            parts.append(f"{formula.unread} {one if formula.unread == 1 else many}")
    return f"the floor leaves {' and '.join(parts)} unread" if parts else ""


class FormulaBox(QLabel):
    """Shows the formula for the geometry it is given, or why there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._geometry: FilterGeometry | None = None
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setFont(number_font(11))
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self, "code")
        describe(
            self,
            "Output size",
            "n: size of the input, e: cells that the kernel spans (its size, spread by dilation), p: padding, "
            "s: stride. The floor ⌊ ⌋ drops the part of a step that does not fit.",
        )

    def show_geometry(self, geometry: FilterGeometry) -> None:
        """Fill in the numbers."""
        self._geometry = geometry
        self._write()

    def _write(self) -> None:
        if self._geometry is None:
            return
        try:
            self.setText(self._text(self._geometry))
        except SpecError as error:
            self.setText(f'<span style="color:{tokens().problem}">{escape(str(error))}</span>')
        self.setAccessibleDescription(self.text())

    def _text(self, geometry: FilterGeometry) -> str:
        rows = _rows(("h", "w"), geometry.formulas)
        notes = [unread_text(geometry.formulas)]
        if geometry.pool_formulas is not None:
            rows += _rows(("pool h", "pool w"), geometry.pool_formulas)
            notes.append(unread_text(geometry.pool_formulas))
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        below = " · ".join(dict.fromkeys([GENERIC, *(note for note in notes if note)]))
        return f'<table cellspacing="4">{body}</table><span style="color:{tokens().second}">{below}</span>'

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._write()
