"""One plot with a line of many points, its mean, and a few marked points, in the theme's colours."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsItem, QWidget

from app.training.ranges import snapped, spanned
from app.training.series import Drawn, Series
from app.widgets.fonts import number_font, text_font
from app.widgets.tips import describe
from app.widgets.tokens import tokens

MOST_POINTS = 1200
MEAN_WINDOW = 25
"""Most points that a mean is taken of; of a short curve a twentieth, so that it does not lag behind."""
_MEAN_SHARE = 20
_AXIS_WIDTH = 52
_TINY = 1e-9
_LARGE = 1e12
"""Beyond it a loss is only "far too large", and an axis of such numbers would tell nothing."""


class Plot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """x counts steps. Fits itself to what is in it; nothing is moved by hand."""

    _is_made = False
    """Palettes change before there is anything to dress."""

    def __init__(self, name: str, tip: str, unit: str, steps: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None, enableMenu=False)
        self._unit = unit
        self._logarithmic = False
        self._fitted: tuple[tuple[float, float], tuple[float, float]] | None = None
        item = self.getPlotItem()
        item.hideButtons()
        item.setMouseEnabled(False, False)
        item.getViewBox().setLimits(xMin=0)
        item.setContentsMargins(0, 6, 10, 0)
        for axis in ("left", "bottom"):
            item.getAxis(axis).setStyle(tickFont=number_font(11), tickLength=-4, autoExpandTextSpace=False)
            # Units of a thousandth of an accuracy or a kilo-step help nobody.
            item.getAxis(axis).enableAutoSIPrefix(False)
            # Its text is slow to paint, and stays the same while the curve beside it moves.
            item.getAxis(axis).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        item.getAxis("left").setWidth(_AXIS_WIDTH)
        item.getAxis("bottom").setStyle(showValues=steps)
        item.getAxis("bottom").setHeight(34 if steps else 8)
        self._steps = steps
        self._raw, self._mean, self._test = item.plot(), item.plot(), item.plot()
        item.showGrid(x=False, y=True, alpha=0.15)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(160, 90)
        describe(self, name, tip)
        item.getViewBox().disableAutoRange()
        self._dress()
        self._is_made = True

    def set_logarithmic(self, on: bool) -> None:
        """Each line of the grid ten times the one below it, or not."""
        if on != self._logarithmic:
            self._logarithmic = on
            self._fitted = None
            self.getPlotItem().setLogMode(x=False, y=on)
            self.getPlotItem().getViewBox().disableAutoRange()  # which that has switched on

    def draw(self, learning: Series, tests: Series) -> None:
        """Show both, no more points than there is room for."""
        window = min(max(len(learning) // _MEAN_SHARE, 1), MEAN_WINDOW)
        shown = [learning.drawn(MOST_POINTS), learning.mean(window, MOST_POINTS), tests.drawn(MOST_POINTS)]
        shown = [self._shown(drawn) for drawn in shown]
        self._fit(shown)
        for line, drawn in zip((self._raw, self._mean, self._test), shown, strict=True):
            line.setData(*drawn)

    def points_on_screen(self) -> int:
        """How many points are painted."""
        return sum(len(line.xData) if line.xData is not None else 0 for line in (self._raw, self._mean, self._test))

    def _fit(self, shown: list[Drawn]) -> None:
        """Ranges in which everything lies, changed only where they must be."""
        steps, values = spanned(*(drawn.x for drawn in shown)), spanned(*(drawn.y for drawn in shown))
        if steps is None or values is None:
            return
        if self._logarithmic:
            values = math.log10(values[0]), math.log10(values[1])
        fitted = snapped(0.0, max(steps[1], 1.0), margin=0.0), snapped(*values)
        if fitted != self._fitted:
            self._fitted = fitted
            self.getPlotItem().getViewBox().setRange(xRange=fitted[0], yRange=fitted[1], padding=0.0)

    def _shown(self, drawn: Drawn) -> Drawn:
        low = _TINY if self._logarithmic else -math.inf
        return Drawn(drawn.x, np.clip(drawn.y, low, _LARGE))

    def _dress(self) -> None:
        table, item = tokens(), self.getPlotItem()
        self.setBackground(table.colour("panel"))
        faint = table.colour("accent")
        faint.setAlpha(80)
        self._raw.setPen(_pen(faint, 1.0))
        self._mean.setPen(_pen(table.colour("accent"), 2.0))
        self._test.setPen(_pen(table.colour("result"), 1.5))
        self._test.setSymbol("o")
        self._test.setSymbolSize(6)
        self._test.setSymbolPen(None)
        self._test.setSymbolBrush(table.colour("result"))
        for name in ("left", "bottom"):
            axis = item.getAxis(name)
            axis.setPen(table.colour("control_line"))
            axis.setTextPen(table.colour("second"))
        style = {"color": table.second, "font-size": "11px", "font-family": text_font().family()}
        if self._unit:
            item.setLabel("left", self._unit, **style)
        if self._steps:
            item.setLabel("bottom", "step (batches learned from)", **style)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if self._is_made and event.type() == QEvent.Type.PaletteChange:
            self._dress()


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    # A pen of cells would become thicker as the plot is stretched.
    pen.setCosmetic(True)
    return pen
