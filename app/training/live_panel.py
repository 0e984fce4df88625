"""The live network: what comes in, what it takes it for, and the maps and kernels of one layer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from app.featuremaps.kernels_panel import KernelsPanel
from app.featuremaps.mosaic_view import MosaicView
from app.featuremaps.panels import PicturePanel
from app.featuremaps.prediction_bars import PredictionBars
from app.featuremaps.weights_words import weights_help, weights_words
from app.state.document import Document
from app.state.engine_link import EngineLink, Shown
from app.training.layers import default_layer, layer_options
from app.training.line import Line
from app.widgets.fields import Choice
from app.widgets.group import Group
from app.widgets.picture_view import PictureView
from app.widgets.side import GAP
from app.widgets.theme import set_role
from app.widgets.tips import tip_text
from engine.protocol import Maps, Problem, Weights
from engine.spec.network import NetworkSpec

BARS_HEIGHT = 104
KERNELS_HEIGHT = 140
COMPUTING = "Computing…"
NO_SCORES = "The network does not end in one number a class."
_INPUT_TIP = "What the source gives. Draw a digit or hold one before the camera: the network reads every frame."
_LAYER_TIP = "The layer whose maps and kernels are shown."
_MAPS_TIP = (
    "What the layer makes of the input, as it is now. Click a map to see it alone; the arrow keys choose one, Enter "
    "opens it, Esc goes back."
)


class LivePanel(QWidget):
    """Shows what `Maps` messages tell of. The network in training answers them between two steps."""

    looked = Signal()
    """Another layer, or one map of it alone, is wanted."""

    def __init__(self, document: Document, link: EngineLink) -> None:
        super().__init__()
        self._document = document
        self._link = link
        self._network: NetworkSpec | None = None
        self._newest: Maps | None = None
        self._active = False
        self.layer, self.only = "", -1
        self.input = PicturePanel("Input", _INPUT_TIP, "Opening the source…")
        self.bars = PredictionBars("Prediction", COMPUTING)
        self.bars.setFixedHeight(BARS_HEIGHT)
        self.prediction = Group("Prediction")
        self.weights = Line("faint")
        self.prediction.add(self.weights)
        self.prediction.add(self.bars)
        self.choice = Choice([], "Layer", _LAYER_TIP)
        self.mosaic = MosaicView("Feature maps", _MAPS_TIP)
        self.mosaic.set_placeholder(COMPUTING)
        self.kernels = KernelsPanel()
        self._build()
        self._connect()
        before = link.on_screen.get("input")
        if before is not None:
            self.input.show_picture(before)
        self.refresh()

    def _build(self) -> None:
        maps = QFrame()
        set_role(maps, "panel")
        # Names of layers in deep networks are longer than there is room.
        self.choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        top = QVBoxLayout()
        top.setContentsMargins(8, 4, 8, 4)
        top.addWidget(self.choice)
        body = QVBoxLayout(maps)
        body.setContentsMargins(1, 0, 1, 1)
        body.setSpacing(0)
        body.addLayout(top)
        body.addWidget(self.mosaic, 1)
        self.kernels.setFixedHeight(KERNELS_HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.input, 1)
        column.addWidget(self.prediction)
        column.addWidget(maps, 1)
        column.addWidget(self.kernels)

    def _connect(self) -> None:
        link = self._link
        self.choice.value_changed.connect(self._choose)
        self.mosaic.opened.connect(self.look_at_one)
        self.mosaic.left.connect(self._leave)
        self.mosaic.painted.connect(link.painted)
        self.kernels.map_wanted.connect(self.look_at_one)
        link.maps.connect(self._take)
        link.picture.connect(self._on_picture)
        link.problem.connect(self._on_problem)
        self._document.changed.connect(self.refresh)

    @property
    def input_view(self) -> PictureView:
        """Where a drawing is drawn."""
        return self.input.view

    def set_active(self, active: bool) -> None:
        """Whether anyone looks. Else maps are those of another page, and what was shown is let go of."""
        self._active = active
        if not active:
            self._newest = None
            self._show_nothing(COMPUTING)

    def fit(self) -> None:
        """Show the whole of all pictures."""
        for view in (self.input.view, self.mosaic, self.kernels.mosaic):
            view.fit()

    def refresh(self) -> None:
        """Offer the layers that the network has now."""
        network = self._document.project.network
        if network is self._network:
            return
        self._network = network
        options = layer_options(network)
        self.choice.set_options(options)
        if self.layer not in [path for path, _ in options]:
            self.layer, self.only = default_layer(network), -1
            self.looked.emit()
        self.choice.set_value(self.layer)

    def look_at_one(self, only: int) -> None:
        """Show one map alone, or all of them for −1."""
        self.only = only
        self.looked.emit()

    def _leave(self) -> None:
        self.look_at_one(-1)

    def _choose(self, layer: object) -> None:
        self.layer = str(layer)
        self.look_at_one(-1)

    def _take(self, maps: Maps) -> None:
        if not self._active or not maps.tiles:
            return
        self._newest = maps
        self.kernels.take(maps)
        if not maps.more:
            self.bars.set_placeholder(NO_SCORES)
            self.bars.set_guesses(maps.guesses)
        self._tell_weights(maps.weights)
        self.input.set_note(maps.note)
        if not maps.kernel_tiles:
            self.kernels.show_nothing("This layer has no kernels.")

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "input":
            self.input.show_picture(shown)
        elif view == "maps" and self._newest is not None:
            self._show_maps(shown, self._newest)
        elif view == "kernels" and self._newest is not None:
            self.kernels.show_kernels(shown)

    def _show_maps(self, shown: Shown, maps: Maps) -> None:
        alone = self.only if self.only >= 0 and len(maps.tiles) == 1 else None
        self.mosaic.show_maps(shown, maps.tiles, alone, maps.shape[0] if maps.shape else 0)

    def _on_problem(self, problem: Problem) -> None:
        if self._active and problem.code == "spec":
            self._show_nothing(problem.message)

    def _show_nothing(self, reason: str) -> None:
        self.mosaic.set_placeholder(reason)
        self.mosaic.clear()
        self.kernels.show_nothing("")
        self.bars.set_placeholder(reason)
        self.bars.set_guesses(())
        self.weights.set_line("")

    def _tell_weights(self, weights: Weights) -> None:
        self.weights.set_line(weights_words(weights))
        self.weights.setToolTip(tip_text(weights_help(weights)))
