"""By which method it is explained, what the method means, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.inspect.form import inspect_form
from app.inspect.layers import LAYER_WIDTH, Layers
from app.inspect.words import stage_words
from app.state.document import Document
from app.state.form import choice, number
from app.state.notices import Notices
from app.widgets.fields import Choice
from app.widgets.group import Group
from app.widgets.theme import set_role
from app.widgets.tips import describe, tip_text
from engine.protocol import Inspected
from engine.spec.attribution import METHODS
from engine.spec.inspect import CLASS_MAP, InspectSpec, look_named

_LAYER_TIP = (
    "The layer whose maps Grad-CAM adds up. Late layers know classes but have few cells; early ones see sharply and "
    "know only edges."
)
_METHOD_TIP = "Each asks the network in another way; where several agree, believe them sooner."


class MethodPanel(Group):
    """The choice of a method with its layer, colours and smoothing; begins and stops slow ones."""

    wanted = Signal(str)
    """"explain" or "stop"."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__("Method")
        self._document = document
        self._layers = Layers()
        self._form = inspect_form(self, document, notices)
        looks = [*METHODS.values(), CLASS_MAP]
        self.method = Choice([(each.name, each.label) for each in looks], "Method", _METHOD_TIP)
        self.meaning = QLabel()
        self.layer = Choice([], "Layer for Grad-CAM", _LAYER_TIP)
        self.stage = QLabel()
        self.explain = QPushButton("Explain")
        self.stop = QPushButton("Stop")
        self._build()
        self._form.bind("method", self.method)
        self._form.bind("layer", self.layer)
        document.changed.connect(self.refresh)
        self.refresh()

    def _build(self) -> None:
        self.method.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.add(self.method)
        for label in (self.meaning, self.stage):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            set_role(label, "second")
        self.add(self.meaning)
        # Names of layers in deep networks are longer than there is room.
        self.layer.setFixedWidth(LAYER_WIDTH)
        self._layer_row = self.add_row("Layer", self.layer, tip=_LAYER_TIP)
        colours = choice(InspectSpec, "colours")
        smoothing = number(InspectSpec, "smoothing", 0.1)
        self._form.bind("colours", colours)
        self._form.bind("smoothing", smoothing)
        self.add_row("Colours", colours, tip=colours.accessibleDescription())
        self.add_row("Smoothing", smoothing, tip=smoothing.accessibleDescription())
        self.add(self._buttons())
        self.add(self.stage)

    def _buttons(self) -> QWidget:
        describe(self.explain, "Explain", "Explain the newest frame now, however long it takes and if it moves.")
        describe(self.stop, "Stop", "Give up what is being worked on. Predictions go on.")
        describe(self.stage, "How far the explanation is")
        self.explain.clicked.connect(self._explain)
        self.stop.clicked.connect(self._stop)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.explain, 1)
        row.addWidget(self.stop, 1)
        return holder

    def _explain(self) -> None:
        self.wanted.emit("explain")

    def _stop(self) -> None:
        self.wanted.emit("stop")

    def refresh(self) -> None:
        """Offer the layers that the network has now, and say what the method means."""
        project = self._document.project
        if self._layers.follow(project.network):
            self.layer.set_options(self._layers.with_maps())
        spec = project.inspect
        look = look_named(spec.method)
        self.layer.set_value(spec.layer)
        self._layer_row.setVisible(look.needs_layer)
        if look.meaning != self.meaning.text():
            self.meaning.setText(look.meaning)
            self.meaning.setToolTip(tip_text(look.source))

    def take(self, event: Inspected) -> None:
        """Say how far it is."""
        spec = self._document.project.inspect
        words = stage_words(event, spec)
        if words != self.stage.text():
            self.stage.setText(words)
        self.stop.setEnabled(event.stage == "working" or (spec.is_live and event.stage != "stopped"))
