"""One plot with a line of many points, its mean, marked points, and the lines of other runs, in the theme's colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsItem, QWidget

from app.training.ranges import snapped, spanned
from app.training.series import Drawn, Series
from app.widgets.fonts import number_font, text_font
from app.widgets.tips import describe
from app.widgets.tokens import tokens

MOST_POINTS = 1200
MOST_MARKS = 60
"""Orders that are marked: the newest."""
AXIS_WIDTH = 52
_TINY = 1e-9
_LARGE = 1e12
"""Beyond it a loss is only "far too large", and an axis of such numbers would tell nothing."""


class OtherRun(NamedTuple):
    """A run to compare with: the role of its colour, its line, and its tests."""

    role: str
    line: Series
    tests: Series


class Shown(NamedTuple):
    """What a plot shows of a run: its steps, its tests, what is special among them, and other runs."""

    learning: Series
    tests: Series
    factor: float = 0.0
    best: tuple[float, float] | None = None
    marks: tuple[int, ...] = ()
    others: tuple[OtherRun, ...] = ()


class Plot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """x counts steps. Fits itself to what is in it; nothing is moved by hand."""

    pointed = Signal(object)
    """The step under the cursor; None when it has left."""
    _is_made = False
    """Palettes change before there is anything to dress."""

    def __init__(self, name: str, tip: str, unit: str, steps: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None, enableMenu=False)
        self._unit = unit
        self._logarithmic = False
        self._fitted: tuple[tuple[float, float], tuple[float, float]] | None = None
        item = self.getPlotItem()
        prepared_axes(item)
        item.getViewBox().setLimits(xMin=0)
        item.getAxis("left").setWidth(AXIS_WIDTH)
        item.getAxis("bottom").setStyle(showValues=steps)
        item.getAxis("bottom").setHeight(20 if steps else 8)
        self._marks = pyqtgraph.VTickGroup([], [0.0, 1.0])
        item.addItem(self._marks, ignoreBounds=True)
        self._others: list[pyqtgraph.PlotDataItem] = []
        self._roles: tuple[str, ...] = ()
        self._raw, self._mean, self._test = item.plot(), item.plot(), item.plot()
        self._best = item.plot()
        item.showGrid(x=False, y=True, alpha=0.15)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(160, 70)
        describe(self, name, tip)
        item.getViewBox().disableAutoRange()
        self.scene().sigMouseMoved.connect(self._hover)
        self._dress()
        self._is_made = True

    def set_unit(self, unit: str) -> None:
        """Something else is shown from now on."""
        self._unit = unit
        self._fitted = None
        self._dress()

    def set_logarithmic(self, on: bool) -> None:
        """Each line of the grid ten times the one below it, or not."""
        if on != self._logarithmic:
            self._logarithmic = on
            self._fitted = None
            self.getPlotItem().setLogMode(x=False, y=on)
            self.getPlotItem().getViewBox().disableAutoRange()  # which that has switched on

    def draw(self, shown: Shown) -> None:
        """Show all of it, no more points than there is room for."""
        learning, tests = shown.learning, shown.tests
        lines = [learning.drawn(MOST_POINTS), learning.smooth(shown.factor, MOST_POINTS), tests.drawn(MOST_POINTS)]
        others = [drawn for other in shown.others for drawn in _both(other, shown.factor)]
        lines, others = [self._kept(each) for each in lines], [self._kept(each) for each in others]
        self._fit([*lines, *others])
        self._make_others(shown.others)
        best = Drawn(*(np.array([number]) for number in shown.best)) if shown.best else Drawn(np.empty(0), np.empty(0))
        for line, drawn in zip(
            (self._raw, self._mean, self._test, self._best, *self._others),
            (*lines, self._kept(best), *others),
            strict=True,
        ):
            line.setData(*drawn)
        self._marks.setXVals(list(shown.marks[-MOST_MARKS:]))

    def points_on_screen(self) -> int:
        """How many points are painted."""
        lines = (self._raw, self._mean, self._test, *self._others)
        return sum(len(line.xData) if line.xData is not None else 0 for line in lines)

    @property
    def marked(self) -> list[float]:
        """The steps that are marked."""
        return [float(step) for step in self._marks.xvals]

    def _make_others(self, others: Sequence[OtherRun]) -> None:
        roles = tuple(other.role for other in others)
        if roles != self._roles:
            item = self.getPlotItem()
            for line in self._others:
                item.removeItem(line)
            self._others = [item.plot() for _ in range(2 * len(roles))]
            self._roles = roles
            # A new line knows nothing of the axis that it stands on.
            item.setLogMode(x=False, y=self._logarithmic)
            item.getViewBox().disableAutoRange()
            self._dress()

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

    def _kept(self, drawn: Drawn) -> Drawn:
        low = _TINY if self._logarithmic else -math.inf
        return Drawn(drawn.x, np.clip(drawn.y, low, _LARGE))

    def _hover(self, place: QPointF) -> None:
        box = self.getPlotItem().getViewBox()
        inside = box.sceneBoundingRect().contains(place)
        self.pointed.emit(box.mapSceneToView(place).x() if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at."""
        super().leaveEvent(event)
        self.pointed.emit(None)

    def _dress(self) -> None:
        table, item = tokens(), self.getPlotItem()
        self.setBackground(table.colour("panel"))
        self._raw.setPen(cosmetic_pen(_faded(table.colour("accent")), 1.0))
        self._mean.setPen(cosmetic_pen(table.colour("accent"), 2.0))
        _dot(self._test, table.colour("result"), 6)
        self._test.setPen(cosmetic_pen(table.colour("result"), 1.5))
        self._best.setPen(None)
        _dot(self._best, QColor(0, 0, 0, 0), 12)
        self._best.setSymbolPen(cosmetic_pen(table.colour("result"), 2.0))
        self._marks.setPen(cosmetic_pen(_faded(table.colour("second")), 1.0))
        for place, line in enumerate(self._others):
            colour = table.colour(self._roles[place // 2])
            line.setPen(cosmetic_pen(colour, 1.5) if place % 2 == 0 else None)
            if place % 2:
                _dot(line, colour, 5)
        for name in ("left", "bottom"):
            axis = item.getAxis(name)
            axis.setPen(table.colour("control_line"))
            axis.setTextPen(table.colour("second"))
        style = {"color": table.second, "font-size": "11px", "font-family": text_font().family()}
        item.setLabel("left", self._unit, **style)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if self._is_made and event.type() == QEvent.Type.PaletteChange:
            self._dress()


def prepared_axes(item: pyqtgraph.PlotItem) -> None:
    """Axes for people: nothing to drag, no units of a thousandth, quick to paint."""
    item.hideButtons()
    item.setMouseEnabled(False, False)
    item.setContentsMargins(0, 6, 10, 0)
    for axis in ("left", "bottom"):
        item.getAxis(axis).setStyle(tickFont=number_font(11), tickLength=-4, autoExpandTextSpace=False)
        # Units of a thousandth of an accuracy or a kilo-step help nobody.
        item.getAxis(axis).enableAutoSIPrefix(False)
        # Its text is slow to paint, and stays the same while the curve beside it moves.
        item.getAxis(axis).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)


def cosmetic_pen(colour: QColor, width: float) -> QPen:
    """A pen in pixels: one of cells would become thicker as the plot is stretched."""
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen


def _both(other: OtherRun, factor: float) -> list[Drawn]:
    """The mean of another run and its tests."""
    return [other.line.smooth(factor, MOST_POINTS), other.tests.drawn(MOST_POINTS)]


def _faded(colour: QColor) -> QColor:
    colour.setAlpha(80)
    return colour


def _dot(line: pyqtgraph.PlotDataItem, colour: QColor, size: int) -> None:
    line.setSymbol("o")
    line.setSymbolSize(size)
    line.setSymbolPen(None)
    line.setSymbolBrush(colour)
