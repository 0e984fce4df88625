"""The live network: what comes in, what it takes it for, and the maps or kernels of one layer."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.featuremaps.mosaic_view import MosaicView
from app.featuremaps.panels import PicturePanel
from app.featuremaps.prediction_bars import PredictionBars
from app.state.document import Document
from app.state.engine_link import EngineLink, Shown
from app.training.layers import default_layer, layer_options
from app.widgets.fields import Choice
from app.widgets.group import Group
from app.widgets.picture_view import PictureView
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from engine.protocol import Maps, Problem
from engine.spec.network import NetworkSpec

GAP = 8
BARS_HEIGHT = 104
_INPUT_TIP = "What the source gives. Draw a digit or hold one before the camera: the network reads every frame."
_LAYER_TIP = "The layer whose maps or kernels are shown."
_WHAT_TIP = "Maps: what the layer makes of the input. Kernels: the weights it has learned."


class _Pictured(NamedTuple):
    maps: Maps
    shown: Shown


class LivePanel(QWidget):
    """Shows what `Maps` messages tell of. The network in training answers them between two steps."""

    looked = Signal()
    """Another layer, or one map of it alone, is wanted."""

    def __init__(self, document: Document, link: EngineLink) -> None:
        super().__init__()
        self._document = document
        self._link = link
        self._network: NetworkSpec | None = None
        self._layer, self.only = "", -1
        self._newest: Maps | None = None
        self._pictured: dict[str, _Pictured] = {}
        self.input = PicturePanel("Input", _INPUT_TIP, "Opening the source…")
        self.bars = PredictionBars("Prediction", "The network does not end in one number a class.")
        self.bars.setFixedHeight(BARS_HEIGHT)
        self.prediction = Group("Prediction")
        self.prediction.add(self.bars)
        self.mosaic = MosaicView("Maps of the layer", _WHAT_TIP)
        self.mosaic.set_placeholder("Computing…")
        self.choice = Choice([], "Layer", _LAYER_TIP)
        self.what = Segmented([("maps", "Maps"), ("kernels", "Kernels")], "Shown", _WHAT_TIP)
        self._build()
        self.choice.value_changed.connect(self._choose)
        self.what.value_changed.connect(self._redraw)
        self.mosaic.opened.connect(self._open)
        self.mosaic.left.connect(self._leave)
        self.mosaic.painted.connect(link.painted)
        link.maps.connect(self._take)
        link.picture.connect(self._on_picture)
        link.problem.connect(self._on_problem)
        document.changed.connect(self.refresh)
        self.refresh()

    def _build(self) -> None:
        layer = QFrame()
        set_role(layer, "panel")
        header = QHBoxLayout()
        header.setContentsMargins(8, 4, 8, 4)
        # Names of layers in deep networks are longer than there is room.
        self.choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        header.addWidget(self.choice, 1)
        header.addWidget(self.what)
        body = QVBoxLayout(layer)
        body.setContentsMargins(1, 0, 1, 1)
        body.setSpacing(0)
        body.addLayout(header)
        body.addWidget(self.mosaic, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.input, 5)
        column.addWidget(self.prediction)
        column.addWidget(layer, 6)

    @property
    def input_view(self) -> PictureView:
        """Where a drawing is drawn."""
        return self.input.view

    @property
    def layer(self) -> str:
        """The path of the layer that is looked at."""
        return self._layer

    @property
    def is_empty(self) -> bool:
        """Whether no picture of the layer has been shown yet."""
        return self.mosaic.extent() is None

    def set_names(self, names: tuple[str, ...]) -> None:
        """What the classes are called."""
        self.bars.set_names(names)

    def set_trained(self, trained: bool) -> None:
        """Whether the network has learned anything."""
        self.prediction.set_title("Prediction" if trained else "Prediction · not trained yet")

    def refresh(self) -> None:
        """Offer the layers that the network has now."""
        network = self._document.project.network
        if network is self._network:
            return
        self._network = network
        options = layer_options(network)
        self.choice.set_options(options)
        if self._layer not in [path for path, _ in options]:
            self._layer, self.only = default_layer(network), -1
            self.looked.emit()
        self.choice.set_value(self._layer)

    def _choose(self, layer: object) -> None:
        self._layer, self.only = str(layer), -1
        self.looked.emit()

    def _open(self, tile: int) -> None:
        if self.what.value() == "kernels":
            return
        self.only = tile
        self.looked.emit()

    def _leave(self) -> None:
        self.only = -1
        self.looked.emit()

    def _take(self, maps: Maps) -> None:
        self._newest = maps
        self.bars.set_guesses(maps.guesses)
        self.input.set_note(maps.note)
        if not maps.kernel_tiles:
            self._pictured.pop("kernels", None)

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "input":
            self.input.show_picture(shown)
        elif view in ("maps", "kernels") and self._newest is not None:
            self._pictured[view] = _Pictured(self._newest, shown)
            if view == self.what.value():
                self._redraw()
            if view == "maps" and self.what.value() != "maps":
                # Nobody will paint it, and the link would wait for that.
                self._link.painted(shown.generation)

    def _redraw(self, _what: object = None) -> None:
        what = str(self.what.value())
        found = self._pictured.get(what)
        if found is None:
            self._show_nothing("This layer has no kernels." if what == "kernels" else "Computing…")
            return
        maps, shown = found
        if what == "kernels":
            self.mosaic.show_maps(shown, maps.kernel_tiles)
            return
        alone = self.only if self.only >= 0 and len(maps.tiles) == 1 else None
        self.mosaic.show_maps(shown, maps.tiles, alone, maps.shape[0] if maps.shape else 0)

    def _on_problem(self, problem: Problem) -> None:
        if problem.code == "spec":
            self._pictured.clear()
            self._show_nothing(problem.message)
            self.bars.set_guesses(())

    def _show_nothing(self, reason: str) -> None:
        self.mosaic.set_placeholder(reason)
        self.mosaic.clear()
