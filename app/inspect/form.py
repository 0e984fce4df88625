"""The page's settings as a part of the document: each change is one undo."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.state.document import Document
from app.state.form import SpecForm, lens_on
from app.state.notices import Notices
from engine.spec.inspect import InspectSpec

LENS = lens_on(InspectSpec, "inspect")


def inspect_form(parent: QObject, document: Document, notices: Notices) -> SpecForm:
    """Binds controls to what is explained, and how."""
    return SpecForm(parent, document, notices, LENS, "inspect")
