"""The output-size formula with the person's own numbers, the floor marked where it takes something away."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QLabel

from app.widgets.fonts import number_font, text_font
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.arithmetic import SizeFormula
from engine.errors import SpecError
from engine.spec.geometry import FilterGeometry

Formulas = tuple[SizeFormula, SizeFormula]
FONT_PIXELS = (11, 10, 9)
"""The largest in which every line fits is taken."""
_LEFT, _MARGIN = 9, 8
MANY_ROWS = 4
"""So many lines of numbers speak for themselves; the one in letters leaves its room to the settings above."""
_CELL_GAP = 8
_TIP = (
    "n: size of the input, k: size of the kernel, e: cells that it spans when dilation d spreads it, p: padding at "
    "each side, s: stride. The floor ⌊ ⌋ drops the part of a step that does not fit; it is marked where it drops one."
)


def generic_text(dilated: bool) -> str:
    """The formula in letters."""
    return f"⌊(n − {'e' if dilated else 'k'} + 2p) / s⌋ + 1" + (", e = d·(k − 1) + 1" if dilated else "")


def unread_text(formulas: Formulas) -> str:
    """What the floor leaves unread at the far ends, in words; empty if nothing."""
    pixels = _counted([formula.unread_pixels for formula in formulas])
    padding = _counted([formula.unread - formula.unread_pixels for formula in formulas])
    parts = [pixels, f"{padding} of padding" if padding else ""]
    text = ", ".join(part for part in parts if part)
    return f"{text} unread" if text else ""


def _counted(counts: list[int]) -> str:
    words = zip(counts, ("row", "column"), strict=True)
    return " and ".join(f"{count} {word}{'s' * (count > 1)}" for count, word in words if count)


def _named(names: tuple[str, str, str], formulas: Formulas) -> list[tuple[str, SizeFormula]]:
    """One formula for both axes where they are the same."""
    if formulas[0] == formulas[1]:
        return [(names[2], formulas[0])]
    return list(zip(names[:2], formulas, strict=True))


class FormulaBox(QLabel):
    """Shows the formula for the geometry it is given, or why there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._geometry: FilterGeometry | None = None
        set_role(self, "panel")
        self.setContentsMargins(_LEFT, _MARGIN, _MARGIN, _MARGIN)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        describe(self, "Output size", _TIP)

    def show_geometry(self, geometry: FilterGeometry) -> None:
        """Fill in the numbers."""
        if geometry != self._geometry:
            self._geometry = geometry
            self._write()

    def show_problem(self, sentence: str) -> None:
        """Say why there is no size."""
        self._geometry = None
        self.setFont(text_font(12))
        self.setText(f'<span style="color:{tokens().problem}">{escape(sentence)}</span>')

    def _write(self) -> None:
        geometry = self._geometry
        if geometry is None:
            return
        try:
            self.setText(self._text(geometry))
        except SpecError as error:
            self.show_problem(str(error))
            self._geometry = geometry

    def _text(self, geometry: FilterGeometry) -> str:
        rows = _named(("height", "width", "h×w"), geometry.formulas)
        notes = [unread_text(geometry.formulas)]
        if geometry.pool_formulas is not None:
            rows += _named(("pool h", "pool w", "pool"), geometry.pool_formulas)
            unread = unread_text(geometry.pool_formulas)
            notes.append(f"pooling leaves {unread}" if unread else "")
        if len(rows) < MANY_ROWS:
            notes.insert(0, generic_text(max(geometry.spec.dilation) > 1))
        pixels = self._font_for([(name, part) for name, formula in rows for part in formula.text.split("; ")])
        self.setFont(number_font(pixels))
        table = "".join(f"<tr>{_row(name, formula)}</tr>" for name, formula in rows)
        style = f'style="color:{tokens().second}"'
        below = "".join(f"<div {style}>{escape(note)}</div>" for note in notes if note)
        return f'<table cellspacing="0" cellpadding="0">{table}</table>{below}'

    def _font_for(self, lines: list[tuple[str, str]]) -> int:
        room = self.width() - _LEFT - _MARGIN - _CELL_GAP - 2
        longest = max(len(name) for name, _ in lines) + max(len(text) for _, text in lines)
        for pixels in FONT_PIXELS:
            if longest * QFontMetricsF(number_font(pixels)).horizontalAdvance("0") <= room:
                return pixels
        return FONT_PIXELS[-1]

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._write()


def _row(name: str, formula: SizeFormula) -> str:
    start, _, result = formula.text.rpartition("= ")
    lines = escape(start).replace(" ", "&nbsp;").replace(";&nbsp;", "<br>")
    if formula.unread:
        lines = lines.replace("⌊", _marked("⌊")).replace("⌋", _marked("⌋"))
    style = f'style="color:{tokens().second}; padding-right:{_CELL_GAP}px"'
    return f"<td {style}>{name.replace(' ', '&nbsp;')}</td><td>{lines}=&nbsp;{_marked(result)}</td>"


def _marked(text: str) -> str:
    return f'<span style="color:{tokens().result}"><b>{text}</b></span>'
