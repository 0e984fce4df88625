"""One visual language for sign: blue below zero, neutral at zero, orange above."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.widgets.tokens import Tokens


def signed_colour(value: float, peak: float, table: Tokens) -> QColor:
    """The colour of `value` where ±`peak` has the full colours; zero is the raised neutral of a control."""
    neutral = table.colour("raised")
    if value == 0 or peak <= 0:
        return neutral
    full = table.colour("negative" if value < 0 else "positive")
    return mixed(neutral, full, min(abs(value) / peak, 1.0))


def mixed(start: QColor, end: QColor, share: float) -> QColor:
    """`share` of the way from `start` to `end`, in 0 to 1."""
    return QColor(
        round(start.red() + (end.red() - start.red()) * share),
        round(start.green() + (end.green() - start.green()) * share),
        round(start.blue() + (end.blue() - start.blue()) * share),
    )


def readable_on(background: QColor) -> QColor:
    """Black or white, whichever stands out more from `background`."""
    dark, light = QColor("#000000"), QColor("#ffffff")
    return max(dark, light, key=lambda colour: contrast(colour, background))


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of two colours, 1 to 21.

    Source: WCAG 2.2, "contrast ratio" and "relative luminance", https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
