"""Networks as drawings: marks on a plane, for a screen and for files. Knows nothing of Qt or torch."""

from __future__ import annotations

from engine.drawing.colours import colours
from engine.drawing.marks import Area, Drawing, Line, Mark, Rect, Words
from engine.drawing.network import draw_network
from engine.drawing.svg import to_svg

__all__ = ["Area", "Drawing", "Line", "Mark", "Rect", "Words", "colours", "draw_network", "to_svg"]
