"""The numbers of a map in a few figures, above how often each value occurs."""

from __future__ import annotations

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from app.featuremaps.colours import STOPS
from app.widgets.fonts import number_font
from app.widgets.histogram import Colouring, Counted, HistogramView
from app.widgets.number_text import shown
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.display.tables import stops
from engine.protocol import MapFigures, Maps, Range

_TIP = "Smallest and largest value, mean, standard deviation, and the share of cells that are exactly zero."
_BARS = (
    "How many cells have which value, in the colours they have above; lines mark the ends of the colours' range where "
    "values lie beyond it. A click changes the heights' scale."
)


def figures_words(found: MapFigures) -> str:
    """Every figure in a line.

    Example:
        >>> figures_words(MapFigures(count=4, minimum=0, maximum=3, mean=1, deviation=1.25, zeros=0.5, bad_cells=0,
        ...                          low=0, high=3, counts=(2, 1, 1)))
        'min 0   max 3   mean 1   std 1.25   zeros 50 %'
    """
    figures = (("min", found.minimum), ("max", found.maximum), ("mean", found.mean), ("std", found.deviation))
    words = [f"{name} {shown(value, 4)}" for name, value in figures]
    share = 100 * found.zeros
    words.append(f"zeros {share:.3g} %" if share < 99.95 or share == 100 else "zeros >99.9 %")
    if found.bad_cells:
        words.append(f"not finite {found.bad_cells:,}")
    return "   ".join(words)


class FiguresPanel(QFrame):
    """Stands below the maps."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "panel")
        self.words = QLabel()
        self.words.setFont(number_font(12))
        self.words.setContentsMargins(12, 6, 12, 0)
        describe(self.words, "Figures", _TIP)
        self.bars = HistogramView("Histogram of the maps", _BARS)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.words)
        column.addWidget(self.bars)

    def show_maps(self, maps: Maps) -> None:
        """Tell of the maps that are shown."""
        found = maps.figures
        if found is None:
            return
        text = figures_words(found)
        if text != self.words.text():
            self.words.setText(text)
        self.bars.set_counts(Counted(found.low, found.high, (found.counts,), found.bad_cells))
        self.bars.set_colouring(_colouring(maps.range))

    def clear(self) -> None:
        """There are no maps."""
        self.words.setText("")
        self.bars.set_counts(None)


def _colouring(values: Range | None) -> Colouring | None:
    if values is None:
        return None
    colours = stops(values.table, tokens().name == "dark", STOPS)  # type: ignore[arg-type]
    return Colouring(tuple(QColor(*map(int, colour)) for colour in colours), values.low, values.high)
