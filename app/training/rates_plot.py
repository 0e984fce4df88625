"""Losses over learning rates, both axes by powers of ten as far as that helps, and the suggested rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Qt

from app.training.plot import AXIS_WIDTH, cosmetic_pen, prepared_axes
from app.training.ranges import snapped, spanned
from app.widgets.number_text import number_text
from app.widgets.tips import describe
from app.widgets.tokens import tokens

_TIP = "The smoothed loss after a step at each learning rate. The dashed line is the rate that is suggested."


class RatesPlot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """Fits itself to what is in it."""

    _is_made = False

    def __init__(self) -> None:
        super().__init__(None, background=None, enableMenu=False)
        item = self.getPlotItem()
        prepared_axes(item)
        item.getAxis("left").setWidth(AXIS_WIDTH)
        item.setLogMode(x=True, y=False)
        item.getViewBox().disableAutoRange()
        item.showGrid(x=True, y=True, alpha=0.15)
        self._line = item.plot()
        self._mark = pyqtgraph.InfiniteLine(angle=90)
        self._mark.setVisible(False)
        item.addItem(self._mark, ignoreBounds=True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(160, 90)
        describe(self, "Losses by learning rate", _TIP)
        self._dress()
        self._is_made = True

    def draw(self, rates: Sequence[float], losses: Sequence[float], suggestion: float | None) -> None:
        """Show these."""
        x, y = np.asarray(rates, np.float64), np.asarray(losses, np.float64)
        self._line.setData(x, y)
        steps, values = spanned(np.log10(x)) if len(x) else None, spanned(y)
        if steps is not None and values is not None:
            low, high = snapped(*values)
            self.getPlotItem().getViewBox().setRange(xRange=snapped(*steps, margin=0.0), yRange=(low, high), padding=0)
        self._mark.setVisible(suggestion is not None)
        if suggestion is not None:
            self._mark.setValue(np.log10(suggestion))
        told = "" if suggestion is None else f"Suggested: {number_text(suggestion, 2)}. "
        self.setAccessibleDescription(f"{told}{_TIP}")

    def _dress(self) -> None:
        table, item = tokens(), self.getPlotItem()
        self.setBackground(table.colour("panel"))
        self._line.setPen(cosmetic_pen(table.colour("accent"), 2.0))
        dashed = cosmetic_pen(table.colour("result"), 1.5)
        dashed.setStyle(Qt.PenStyle.DashLine)
        self._mark.setPen(dashed)
        for name, text in (("left", "loss"), ("bottom", "learning rate")):
            item.getAxis(name).setPen(table.colour("control_line"))
            item.getAxis(name).setTextPen(table.colour("second"))
            item.setLabel(name, text, color=table.second)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if self._is_made and event.type() == QEvent.Type.PaletteChange:
            self._dress()
