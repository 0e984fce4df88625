"""The histograms under the two pictures: counted by the engine, only while they are in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor

from app.state.engine_link import EngineLink
from app.widgets.fields import Toggle
from app.widgets.icons import icon
from app.widgets.tokens import tokens
from engine.protocol import Histogram, Histograms, Problem, Range, Result

if TYPE_CHECKING:
    from app.featuremaps.panels import PicturePanel
    from app.widgets.histogram import Colouring, Counted, HistogramView

TIP = "How often each value occurs in the input and in the feature map, under the pictures."
INPUT_TIP = "How many pixels of the input have which value, from 0 (black) to 1. A click changes the heights' scale."
MAP_TIP = (
    "How many cells of the feature map have which value, in the colours they have there; lines mark the ends of the "
    "colours' range where values lie beyond it. A click changes the heights' scale."
)


class HistogramPair(QObject):
    """A button in the input's header that brings both into sight."""

    def __init__(self, input_panel: PicturePanel, map_panel: PicturePanel, link: EngineLink) -> None:
        super().__init__(input_panel)
        self._input_panel, self._map_panel, self._link = input_panel, map_panel, link
        self._range: Range | None = None
        self.input: HistogramView | None = None
        self.map: HistogramView | None = None
        """Made when first asked for."""
        self.button = Toggle("", icon("histogram", "second"), "Histograms", TIP)
        self.button.value_changed.connect(self._show)
        input_panel.add_to_header(self.button)

    def set_on(self, on: bool) -> None:
        """Show them, or no longer."""
        self.button.set_value(on)
        self._show(on)

    def _show(self, on: object) -> None:
        if on and self.input is None:
            self._make()
        for view in (self.input, self.map):
            if view is not None:
                view.setVisible(bool(on))
                view.set_counts(None)
        self._link.set_histogram(bool(on))

    def _make(self) -> None:
        from app.widgets.histogram import HistogramView

        self.input = HistogramView("Histogram of the input", INPUT_TIP, "pixels")
        self.map = HistogramView("Histogram of the feature map", MAP_TIP)
        self._input_panel.add_below(self.input)
        self._map_panel.add_below(self.map)
        # Nearly all cells of a map are often close to zero; a picture has its values all over.
        self.input.set_logarithmic(False)
        self._link.histograms.connect(self._on_histograms)
        self._link.result.connect(self._on_result)
        self._link.problem.connect(self._on_problem)

    def _on_histograms(self, found: Histograms) -> None:
        if self.input is None or self.map is None or not self.button.value():
            return
        self.input.set_counts(_counted(found.input))
        self.map.set_counts(_counted(found.map))
        self._colour()

    def _on_result(self, result: Result) -> None:
        if result.range is not None:
            self._range = result.range

    def _on_problem(self, problem: Problem) -> None:
        if self.map is not None and problem.code == "spec":
            self.map.set_counts(None)

    def _colour(self) -> None:
        if self.map is not None:
            self.map.set_colouring(_colouring(self._range))


def _counted(found: Histogram) -> Counted:
    from app.widgets.histogram import Counted

    return Counted(found.low, found.high, found.channels, found.bad_cells)


def _colouring(values: Range | None) -> Colouring | None:
    from app.featuremaps.colours import COLOUR_TABLE, STOPS
    from app.widgets.histogram import Colouring
    from engine.display.tables import stops

    if values is None or values.table == COLOUR_TABLE:
        return None
    colours = stops(values.table, tokens().name == "dark", STOPS)  # type: ignore[arg-type]
    return Colouring(tuple(QColor(*map(int, colour)) for colour in colours), values.low, values.high)
