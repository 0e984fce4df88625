"""The look: tables, palette, fonts and style sheet in dark and light."""

from __future__ import annotations

import importlib.resources
import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo, QFontMetricsF, QPalette
from PySide6.QtWidgets import QLineEdit, QPushButton

from app.widgets import fonts
from app.widgets.colours import contrast, readable_on, signed_colour
from app.widgets.group import Group
from app.widgets.style_sheet import style_sheet
from app.widgets.theme import DARK, LIGHT, apply_theme, set_role, tokens

BOTH = pytest.mark.parametrize("table", [DARK, LIGHT], ids=["dark", "light"])


@BOTH
def test_every_token_is_a_colour(table) -> None:
    assert all(table.colour(role).isValid() for role in table._fields if role != "name")
    assert DARK._fields == LIGHT._fields


@BOTH
def test_text_can_be_read_on_every_ground(table) -> None:
    for ground in ("window", "panel", "raised", "field"):
        assert contrast(table.colour("text"), table.colour(ground)) >= 10
        assert contrast(table.colour("second"), table.colour(ground)) >= 5
        assert contrast(table.colour("faint"), table.colour(ground)) >= 3
        assert contrast(table.colour("accent"), table.colour(ground)) >= 3  # the focus ring
    assert contrast(table.colour("on_accent"), table.colour("accent_fill")) >= 3.9
    assert contrast(table.colour("text"), table.colour("problem_fill")) >= 10


def test_the_application_wears_the_table_it_was_given(qapp) -> None:
    for dark, table in ((True, DARK), (False, LIGHT), (True, DARK)):
        apply_theme(qapp, dark)
        assert tokens() is table
        assert qapp.palette().color(QPalette.ColorRole.Window).name() == table.window
        assert qapp.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text).name() == table.faint
        assert qapp.styleSheet() == style_sheet(table)
    qapp.setStyleSheet("")
    assert qapp.style().name() == "fusion"
    apply_theme(qapp, True)


def test_the_system_is_told_the_scheme(qapp, monkeypatch) -> None:
    told = []
    monkeypatch.setattr(type(qapp.styleHints()), "setColorScheme", lambda _, scheme: told.append(scheme))
    apply_theme(qapp, False)
    apply_theme(qapp, True)
    assert told == [Qt.ColorScheme.Light, Qt.ColorScheme.Dark]


@BOTH
def test_the_style_sheet_holds_colours_of_the_table_only(table) -> None:
    text = style_sheet(table)
    assert set(re.findall(r"#[0-9a-f]{6}", text)) <= {str(colour) for colour in table}
    assert text.count("{") == text.count("}")
    assert "{{" not in text


def test_the_shipped_fonts_are_used_and_their_figures_line_up(qapp) -> None:
    for font, family in ((fonts.text_font(), "Inter"), (fonts.number_font(), "JetBrains Mono")):
        assert QFontInfo(font).family() == family
        assert QFontInfo(font).pixelSize() == 13
        widths = {QFontMetricsF(font).horizontalAdvance(figure * 10) for figure in "0123456789"}
        assert len(widths) == 1
    assert QFontMetricsF(fonts.number_font()).horizontalAdvance("->3x3") == 5 * QFontMetricsF(
        fonts.number_font()
    ).horizontalAdvance("0")
    assert qapp.font().family() == "Inter"


def test_without_the_shipped_fonts_the_system_s_are_used(monkeypatch) -> None:
    def gone(package: str) -> None:
        raise ModuleNotFoundError(package)

    fonts.load_fonts.cache_clear()
    monkeypatch.setattr(importlib.resources, "files", gone)
    try:
        assert fonts.load_fonts() == frozenset()
        assert fonts.text_font().families()[1]
    finally:
        fonts.load_fonts.cache_clear()


def test_controls_are_28_pixels_high_with_and_without_focus(qtbot, hand) -> None:
    for control in (QPushButton("Push"), QLineEdit("text")):
        hand.show(control, 100, 28)
        assert control.sizeHint().height() == 28
        control.setFocus()
        assert control.sizeHint().height() == 28


def test_a_role_changes_how_a_widget_is_drawn(qtbot, pixels) -> None:
    button = QPushButton("")
    qtbot.addWidget(button)
    button.resize(60, 28)
    assert int(pixels(button)[14, 30]) == 0xFF000000 | int(DARK.raised[1:], 16)
    set_role(button, "primary")
    assert int(pixels(button)[14, 30]) == 0xFF000000 | int(DARK.accent_fill[1:], 16)


def test_a_group_has_a_title_in_small_capitals_and_rows_that_line_up(qtbot, hand) -> None:
    group = Group("Operation")
    first, second = QPushButton("A"), QPushButton("longer")
    rows = [group.add_row("Stride", first), group.add_row("A longer label", second, tip="Says <more>")]
    hand.show(group, 300, group.sizeHint().height())
    assert QFontInfo(group.title.font()).pixelSize() == 11
    assert group.accessibleName() == "Operation"
    right = {control.mapTo(group, control.rect().topRight()).x() for control in (first, second)}
    assert right == {300 - 1 - 12 - 1}
    assert rows[1].y() - rows[0].y() == 32
    assert rows[1].label.buddy() is second
    assert "Says &lt;more&gt;" in rows[1].label.toolTip()


@BOTH
def test_sign_and_size_make_the_colour(table) -> None:
    assert signed_colour(0.0, 2.0, table) == table.colour("raised")
    assert signed_colour(-2.0, 2.0, table) == table.colour("negative")
    assert signed_colour(9.0, 2.0, table) == table.colour("positive")
    assert signed_colour(1.0, 0.0, table) == table.colour("raised")
    half = signed_colour(1.0, 2.0, table).red()
    assert half == pytest.approx((table.colour("raised").red() + table.colour("positive").red()) / 2, abs=1)
    for step in range(-10, 11):
        ground = signed_colour(step / 10, 1.0, table)
        assert contrast(readable_on(ground), ground) >= 4.5
