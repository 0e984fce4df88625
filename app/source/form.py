"""The form of a source: a part of the project that is there only while the source is of its kind."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import QObject

from app.source.edits import with_source
from app.state.document import Document
from app.state.form import Control, Lens, SpecForm, described, limits
from app.state.notices import Notices
from app.widgets.fields import PairField
from engine.spec.project import Project
from engine.spec.source import Camera, Drawing, Pattern

ABOUT = "source setting"


def size_pair(spec: type[msgspec.Struct]) -> PairField:
    """A field for (height, width)."""
    field = described(spec, "height")
    low, high = limits(field)
    return PairField(int(low), int(high), "", field.label, "Height and width of the picture that is made, in pixels.")


def _of_kind(spec: type[msgspec.Struct], project: Project) -> Any:
    return project.source if isinstance(project.source, spec) else None


class SourceForm(SpecForm):
    """Controls of the document's source, and one for its height and width together."""

    def __init__(self, parent: QObject, document: Document, notices: Notices, spec: type[msgspec.Struct]) -> None:
        self._size: Control | None = None
        super().__init__(parent, document, notices, Lens(spec, partial(_of_kind, spec), with_source), ABOUT)

    def bind_size(self, control: Control) -> None:
        """Have `control` show and set (height, width), both at once."""
        self._size = control
        control.value_changed.connect(self._resize)
        self.hear_refusals(control, described(self._lens.spec, "height"))
        self.refresh()

    def refresh(self) -> None:
        """Show the settings as they are now."""
        super().refresh()
        source = self._document.project.source
        if self._size is not None and isinstance(source, self._lens.spec) and isinstance(source, _SIZED):
            self._size.set_value((source.height, source.width))

    def _resize(self, size: tuple[int, int]) -> None:
        self.change({"height": size[0], "width": size[1]}, "change size", "size")


_SIZED = (Camera, Drawing, Pattern)
