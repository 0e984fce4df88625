"""The two type faces of the look: Inter for text, JetBrains Mono for numbers."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase

from app.widgets.tokens import TEXT_PIXELS, TITLE_PIXELS

TEXT_FAMILY = "Inter"
NUMBER_FAMILY = "JetBrains Mono"


@lru_cache(maxsize=1)
def load_fonts() -> frozenset[str]:
    """Make the shipped type faces known to Qt, once. Returns their family names: empty if none are there."""
    families: set[str] = set()
    try:
        files = sorted(resources.files("resources").joinpath("fonts").iterdir(), key=lambda file: file.name)
    except (ModuleNotFoundError, FileNotFoundError, NotADirectoryError):
        return frozenset()
    for file in files:
        if file.name.endswith((".ttf", ".otf")):
            font_id = QFontDatabase.addApplicationFontFromData(QByteArray(file.read_bytes()))
            families.update(QFontDatabase.applicationFontFamilies(font_id))
    return frozenset(families)


def text_font(pixels: int = TEXT_PIXELS, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font of words; its figures are all of one width, so that changing numbers do not jump."""
    font = _font(TEXT_FAMILY, QFontDatabase.SystemFont.GeneralFont, pixels, weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def number_font(pixels: int = TEXT_PIXELS, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font of numbers, sizes and formulas; every character has one width."""
    font = _font(NUMBER_FAMILY, QFontDatabase.SystemFont.FixedFont, pixels, weight)
    # Ligatures would turn "3x3" or "->" into other signs than those written.
    font.setFeature(QFont.Tag("calt"), 0)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def title_font() -> QFont:
    """The small capitals above a group of controls."""
    font = text_font(TITLE_PIXELS, QFont.Weight.DemiBold)
    font.setCapitalization(QFont.Capitalization.AllUppercase)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.6)
    return font


def _font(family: str, fallback: QFontDatabase.SystemFont, pixels: int, weight: QFont.Weight) -> QFont:
    load_fonts()
    font = QFont([family, QFontDatabase.systemFont(fallback).family()])
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return font
