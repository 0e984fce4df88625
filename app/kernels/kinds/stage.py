"""Input and output side by side as pictures, or above each other as signals."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.featuremaps.colours import ColourControls
from app.featuremaps.panels import PicturePanel
from app.kernels.kinds.marks import alike_cells, alike_overlays, around, met_layer, met_overlays, padding_ring
from app.kernels.kinds.plane_bar import PlaneBar
from app.kernels.kinds.signal_view import Marks, SignalView
from app.kernels.kinds.told import KindTold
from app.kernels.kinds.words import sizes
from app.state.engine_link import Shown
from app.widgets.current_stack import CurrentStack
from app.widgets.picture_overlay import Overlay
from app.widgets.side import GAP
from app.widgets.theme import set_role
from engine.protocol import KindMaps, Line
from engine.protocol.kinds import Side
from engine.spec.kind import KindSpec

PICTURES, SIGNALS = 0, 1
INPUT_TIP = "What goes into the layer. Click a cell to see what it reaches."
OUTPUT_TIP = "What the layer makes of it. Click a cell to see what it is made of."
Cell = tuple[int, int]


class SideOfStage:
    """One of the two: a picture, a signal, and the bar that says which plane of it is shown."""

    def __init__(self, name: str, tip: str) -> None:
        self.panel = PicturePanel(name, tip, "Computing…")
        self.signal = SignalView(f"{name} signal", tip)
        self.words = QLabel(name)
        self.bar = PlaneBar(name)

    def show_nothing(self, reason: str) -> None:
        """There is nothing to show; say why."""
        self.panel.show_nothing(reason)
        self.signal.show_nothing(reason)

    @property
    def is_in_sight(self) -> bool:
        """Whether its picture would be painted."""
        return bool(self.panel.view.isVisible())

    @property
    def size(self) -> Cell | None:
        """Rows and columns of the plane in sight; a signal has one row."""
        return self.panel.view.extent()

    def clear_marks(self) -> None:
        """Mark nothing."""
        self.panel.view.set_overlays([])
        self.panel.view.set_layers([])
        self.signal.set_marks(Marks())


class Stage(QWidget):
    """Shows what the engine made; says which cell was clicked on."""

    clicked = Signal(str, object)
    """("input" or "output", (row, column))."""

    def __init__(self, colours: ColourControls) -> None:
        super().__init__()
        self.colours = colours
        self.sides: dict[Side, SideOfStage] = {
            "input": SideOfStage("Input", INPUT_TIP),
            "output": SideOfStage("Output", OUTPUT_TIP),
        }
        self.sides["output"].panel.add_to_header(colours)
        self._stack = CurrentStack()
        self._stack.addWidget(self._pictures())
        self._stack.addWidget(self._signals())
        bars = QHBoxLayout()
        bars.setSpacing(GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        column.addLayout(bars)
        for side, part in self.sides.items():
            bars.addWidget(part.bar, 1)
            part.panel.view.clicked.connect(partial(self._click, side))
            part.signal.clicked.connect(partial(self._click_signal, side))

    def _click(self, side: Side, cell: Cell) -> None:
        self.clicked.emit(side, cell)

    def _click_signal(self, side: Side, cell: int) -> None:
        self.clicked.emit(side, (0, cell))

    def _pictures(self) -> QSplitter:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(GAP)
        for place, part in enumerate(self.sides.values()):
            part.panel.setMinimumWidth(180)
            part.panel.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            splitter.addWidget(part.panel)
            splitter.setStretchFactor(place, 1)
        splitter.setSizes([10_000, 10_000])
        return splitter

    def _signals(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for part in self.sides.values():
            frame = QFrame()
            set_role(frame, "panel")
            inner = QVBoxLayout(frame)
            inner.setContentsMargins(1, 6, 1, 1)
            inner.setSpacing(4)
            part.words.setContentsMargins(12, 0, 8, 0)
            inner.addWidget(part.words)
            inner.addWidget(part.signal, 1)
            column.addWidget(frame, 1)
        return holder

    def prepare(self, spec: KindSpec, shape: tuple[int, ...] | None) -> None:
        """A layer of these settings is about to be shown; `shape` is its output's."""
        self._stack.setCurrentIndex(SIGNALS if spec.dimensions == 1 else PICTURES)
        shapes: dict[Side, tuple[int, ...]] = {
            "input": spec.input_shape,
            "output": shape or (1,) * (spec.dimensions + 1),
        }
        for side, each in shapes.items():
            self.sides[side].bar.set_counts(each[0], each[1] if spec.dimensions == 3 else 1)
        padded = spec.dimensions == 1 and spec.kind not in ("transposed", "dense")
        self.sides["input"].signal.set_around(*(spec.sides[0] if padded else (0, 0)))

    def show_maps(self, maps: KindMaps) -> None:
        """Take what is said of the pictures, and the lines of signals."""
        self.sides["input"].panel.set_note(maps.note)
        told: dict[Side, tuple[Line | None, tuple[int, ...]]] = {
            "input": (maps.signal, maps.input_shape),
            "output": (maps.response, maps.shape),
        }
        for side, (line, shape) in told.items():
            part = self.sides[side]
            note = f"   {maps.note}" if side == "input" else ""
            part.words.setText(f"{side.capitalize()}   {sizes(shape)}{note}")
            if line is not None:
                part.signal.set_line(line)
        self.colours.show_range(maps.range)

    def show_picture(self, side: Side, shown: Shown, spec: KindSpec) -> None:
        """A plane has come."""
        part = self.sides[side]
        part.panel.show_picture(shown)
        if side == "input":
            part.panel.view.set_fit_rect(around(spec))

    def show_nothing(self, reason: str) -> None:
        """There is no layer to be shown; say why."""
        for part in self.sides.values():
            part.clear_marks()
            part.show_nothing(reason)
            part.panel.set_note("")
        self.colours.show_range(None)

    def mark(self, told: KindTold, spec: KindSpec) -> None:
        """Show where the cell at hand is, and what it meets."""
        event = told.event
        here, there = self.sides[event.side], self.sides["input" if event.side == "output" else "output"]
        if spec.dimensions == 1:
            alike = alike_cells(spec, told, here.signal.count) if event.side == "output" else ()
            here.signal.set_marks(Marks(event.cell[-1], (), alike))
            there.signal.set_marks(Marks(-1, tuple(told.places[:, 0].tolist())))
            return
        other: Side = "input" if event.side == "output" else "output"
        overlays: dict[Side, list[Overlay]] = {"input": padding_ring(spec), "output": []}
        depth = there.bar.plane()[1]
        if there.size is not None:
            overlays[other] += met_overlays(told, depth, there.size)
            there.panel.view.set_layers(met_layer(told, depth, there.size))
        if event.side == "output" and here.size is not None:
            overlays[event.side] += alike_overlays(spec, told, here.size)
        here.panel.view.set_layers([])
        overlays[event.side].append(Overlay(event.cell[-2], event.cell[-1]))  # on top of all others
        for side, marks in overlays.items():
            self.sides[side].panel.view.set_overlays(marks)
