"""Tool tips and accessible texts, given in one place so that no control goes without."""

from __future__ import annotations

from html import escape

from PySide6.QtWidgets import QWidget


def tip_text(text: str) -> str:
    """`text` as a tool tip that wraps: Qt breaks the lines of rich text only."""
    return f"<qt>{escape(text)}</qt>" if text else ""


def describe(widget: QWidget, name: str, tip: str = "") -> None:
    """Tell hover and screen readers what a control is called and what it means."""
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(tip)
    widget.setToolTip(tip_text(tip or name))
