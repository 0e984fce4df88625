"""Fonts and icons that ship: Qt can use every one of them, and they hold what the texts need."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QImage, QPainter, QRawFont
from PySide6.QtSvg import QSvgRenderer

import resources

FOLDER = Path(resources.__file__).parent
FONTS = sorted((FOLDER / "fonts").glob("*.ttf"))
ICONS = sorted((FOLDER / "icons").glob("*.svg"))
SIGNS = "⌊⌋⌈⌉·×−≤≥Σ√π²°→↻⇋▾▸▴◂μµσ±≈∞αβγ…–—“”’½←↑↓∇∗ÄÖÜßéèçñøÅ0123456789"


def test_there_are_fonts_and_icons() -> None:
    assert {font.stem for font in FONTS} == {
        "Inter-Regular",
        "Inter-Medium",
        "Inter-SemiBold",
        "JetBrainsMono-Regular",
        "JetBrainsMono-Medium",
    }
    assert sum(font.stat().st_size for font in FONTS) < 1_500_000
    assert len(ICONS) > 25


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.stem)
def test_every_font_has_the_signs_of_the_texts(font: Path, qapp: QGuiApplication) -> None:
    raw = QRawFont(str(font), 13)
    assert raw.isValid()
    assert [sign for sign in SIGNS if not raw.supportsCharacter(ord(sign))] == []


def test_the_weights_are_one_family_each(qapp: QGuiApplication) -> None:
    handles = [QFontDatabase.addApplicationFont(str(font)) for font in FONTS]
    assert -1 not in handles
    assert set(QFontDatabase.styles("Inter")) >= {"Regular", "Medium", "SemiBold"}
    assert set(QFontDatabase.styles("JetBrains Mono")) >= {"Regular", "Medium"}
    assert QFontDatabase.isFixedPitch("JetBrains Mono")


@pytest.mark.parametrize("icon", ICONS, ids=lambda icon: icon.stem)
def test_every_icon_is_drawn_in_the_one_colour_it_is_given(icon: Path, qapp: QGuiApplication) -> None:
    text = icon.read_text()
    root = ElementTree.fromstring(text)
    assert root.get("viewBox") == "0 0 20 20"
    assert root.get("stroke-width") == "1.6"
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", "#ff0000").encode()))
    assert renderer.isValid()
    image = QImage(40, 40, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, 40, 40))
    painter.end()
    seen = [image.pixelColor(x, y) for x in range(40) for y in range(40) if image.pixelColor(x, y).alpha() > 127]
    assert 20 < len(seen) < 1200
    assert all(colour.red() > 200 and colour.green() + colour.blue() < 20 for colour in seen)
    edge = [image.pixelColor(x, y).alpha() for x in range(40) for y in (0, 39)]
    assert max(edge) == 0, "drawn over the edge"
