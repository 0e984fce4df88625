"""Puts the look on the application: style, palette, fonts and style sheet, in dark or light."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from app.widgets.fonts import text_font
from app.widgets.style_sheet import style_sheet
from app.widgets.tokens import DARK, LIGHT, Tokens, tokens

__all__ = [
    "DARK",
    "LIGHT",
    "Tokens",
    "apply_style_sheet",
    "apply_theme",
    "palette_of",
    "prepare_theme",
    "set_role",
    "tokens",
]

_Role = QPalette.ColorRole
_ROLES: dict[QPalette.ColorRole, str] = {
    _Role.Window: "window",
    _Role.WindowText: "text",
    _Role.Base: "field",
    _Role.AlternateBase: "panel",
    _Role.Text: "text",
    _Role.PlaceholderText: "faint",
    _Role.Button: "raised",
    _Role.ButtonText: "text",
    _Role.BrightText: "result",
    _Role.ToolTipBase: "raised",
    _Role.ToolTipText: "text",
    _Role.Highlight: "accent_fill",
    _Role.HighlightedText: "on_accent",
    _Role.Accent: "accent",
    _Role.Link: "accent",
    _Role.LinkVisited: "accent",
    _Role.Light: "hover",
    _Role.Midlight: "raised",
    _Role.Mid: "control_line",
    _Role.Dark: "line",
    _Role.Shadow: "shade",
}
_DIMMED = (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText)


def apply_theme(app: QApplication, dark: bool) -> None:
    """Dress the whole application in the dark or the light table. May be called again at any time."""
    prepare_theme(app, dark)
    apply_style_sheet(app, dark)


def prepare_theme(app: QApplication, dark: bool) -> None:
    """Style, palette and font: until the event loop runs, they reach only those widgets that are made afterwards."""
    if not app.styleSheet():  # under a style sheet the style below has no name to ask for, and was set before it
        app.setStyle("Fusion")
    app.styleHints().setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
    app.setPalette(palette_of(DARK if dark else LIGHT))
    app.setFont(text_font())


def apply_style_sheet(app: QApplication, dark: bool) -> None:
    """The rest of the look, which reaches every widget at any time."""
    app.setStyleSheet(style_sheet(DARK if dark else LIGHT))


def palette_of(table: Tokens) -> QPalette:
    """The tokens as a Qt palette; disabled text is faint."""
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, QColor(getattr(table, name)))
    for role in _DIMMED:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(table.faint))
    palette.setColor(QPalette.ColorGroup.Disabled, _Role.Highlight, QColor(table.raised))
    return palette


def set_role(widget: QWidget, role: str, key: str = "role") -> None:
    """Say what a widget is to the style sheet, and have it drawn accordingly."""
    if widget.property(key) == role:
        return
    widget.setProperty(key, role)
    # The style sheet reads properties only when a widget is polished.
    widget.style().unpolish(widget)
    widget.style().polish(widget)
