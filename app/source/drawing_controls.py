"""The strip of the drawing pad: the pen in the person's hand, and the paper it draws on."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from app.source.controls import SourceControls
from app.source.form import SourceForm, size_pair
from app.source.pen import Pen
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.form import described, number, slider
from app.state.notices import Notices
from app.widgets.tips import describe
from engine.spec.source import Drawing, Stroke


class DrawingControls(SourceControls):
    """Paper and size belong to the project and are undone; the pen is a tool and is not."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices, pen: Pen) -> None:
        super().__init__(document, link, notices)
        self._pen = pen
        self.pen_width = number(Stroke, "width")
        self.ink = slider(Stroke, "value", 0.05)
        self.paper = slider(Drawing, "background", 0.05)
        self.extent = size_pair(Drawing)
        self.clear = QPushButton("Clear")
        describe(self.clear, "Clear", "Take all strokes off the paper; undo brings them back.")
        self._form = SourceForm(self, document, notices, Drawing)
        self._form.bind("background", self.paper)
        self._form.bind_size(self.extent)
        self._form.hear_refusals(self.pen_width, described(Stroke, "width"))
        self._form.hear_refusals(self.ink, described(Stroke, "value"))
        self.pen_width.value_changed.connect(pen.set_width)
        self.ink.value_changed.connect(pen.set_value)
        self.clear.clicked.connect(self._clear)
        pen.changed.connect(self._show_pen)
        for spec, name, widget in (
            (Stroke, "width", self.pen_width),
            (Stroke, "value", self.ink),
            (Drawing, "background", self.paper),
            (Drawing, "height", self.extent),
        ):
            self.add(widget, described(spec, name).label)
        self.add(self.clear)
        self.fill()
        self._show_pen()

    def show_source(self, source: Drawing) -> None:
        """Show the paper, and whether there is anything on it."""
        self._form.refresh()
        self.clear.setEnabled(bool(source.strokes))

    def _show_pen(self) -> None:
        self.pen_width.set_value(self._pen.width)
        self.ink.set_value(self._pen.value)

    def _clear(self) -> None:
        self._form.change({"strokes": ()}, "clear the drawing")
