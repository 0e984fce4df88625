"""The colours and measures of the look, said once for dark and once for light."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QColor, QGuiApplication

GRID = 8
CONTROL_HEIGHT = 28
PANEL_RADIUS = 8
CONTROL_RADIUS = 6
TEXT_PIXELS = 13
TITLE_PIXELS = 11


class Tokens(NamedTuple):
    """One table of colours as `#rrggbb`; the same names stand in both tables."""

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    canvas: str
    field: str
    line: str
    control_line: str
    text: str
    second: str
    faint: str
    accent: str
    accent_fill: str
    accent_soft: str
    on_accent: str
    result: str
    problem: str
    problem_fill: str
    ok: str
    negative: str
    zero: str
    positive: str
    shade: str

    def colour(self, role: str) -> QColor:
        """The colour called `role`, for painting."""
        return QColor(getattr(self, role))


DARK = Tokens(
    name="dark",
    window="#14171c",
    panel="#1b1f26",
    raised="#232830",
    hover="#2b313b",
    canvas="#0f1115",
    field="#14171c",
    line="#2a303a",
    control_line="#323945",
    text="#e6e9ee",
    second="#9aa4b2",
    faint="#6b7482",
    accent="#4c8dd6",
    accent_fill="#2f7de0",
    accent_soft="#213750",
    on_accent="#ffffff",
    result="#ffd166",
    problem="#c9503c",
    problem_fill="#2a1d1c",
    ok="#46c07a",
    negative="#3c96eb",
    zero="#16191e",
    positive="#f0833a",
    shade="#05070a",
)

LIGHT = Tokens(
    name="light",
    window="#f4f5f7",
    panel="#ffffff",
    raised="#eceef2",
    hover="#e1e5eb",
    canvas="#e3e6eb",
    field="#ffffff",
    line="#d9dde4",
    control_line="#c6ccd6",
    text="#1b2027",
    second="#555f6e",
    faint="#7d8695",
    accent="#1f6fd0",
    accent_fill="#1f6fd0",
    accent_soft="#dbe8f8",
    on_accent="#ffffff",
    result="#b07a00",
    problem="#b23a26",
    problem_fill="#fbecea",
    ok="#1f8f50",
    negative="#1f6fd0",
    zero="#ffffff",
    positive="#d9621a",
    shade="#ffffff",
)


def tokens() -> Tokens:
    """The table in force. It follows from the application's palette, so there is no second truth to keep."""
    return DARK if QGuiApplication.palette().window().color().lightness() < 128 else LIGHT
