"""The Network page: the stack of layers, the maps that one of them makes of the newest frame, and its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.featuremaps.kernels_panel import KernelsPanel
from app.featuremaps.maps_panel import count_of
from app.featuremaps.panels import PicturePanel
from app.featuremaps.tiles import Spot
from app.network.chosen import Chosen
from app.network.code import CodePanel
from app.network.kernel_place import KernelPlace
from app.network.layer_form import LayerForm
from app.network.maps.area import MapsArea
from app.network.maps.inspecting import Inspecting
from app.network.places import INPUT
from app.network.planting import Planting
from app.network.prediction_panel import MISFIT, NO_SCORES, WAITING, PredictionPanel
from app.network.reading import Reading
from app.network.stack import Stack
from app.network.stack_panel import WIDTH, StackPanel
from app.network.take_back import TakeBack
from app.state.document import Document
from app.state.engine_link import EngineLink, Shown
from app.state.notices import Notices
from app.widgets.current_stack import CurrentStack
from app.widgets.fonts import text_font
from app.widgets.picture_view import PictureView
from app.widgets.side import GAP, SideColumn
from app.widgets.theme import set_role
from engine.protocol import Maps, Problem

if TYPE_CHECKING:
    from app.network.diagram.panel import DiagramPanel

FORM_WIDTH = 300
STRIP_HEIGHT = (196, 300)
STRIP_SHARE = 0.26
"""Of the page's height, for the picture and what the network holds it to be."""
INPUT_ASPECT = 1.18
LEAST_PREDICTION = 168
"""Pixels that names, bars and numbers need beside the picture."""
NARROW, NARROW_LIST, LEAST_REST = 1000, (244, 264), 644
"""A page narrower than this has a narrower list, as far as what is right of it needs the room."""
KERNELS_HEIGHT = 150


class NetworkPage(QWidget):
    """Places its parts, and tells each what the document and the engine say."""

    values_changed = Signal(str)

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__()
        self.document = document
        self._link = link
        self._notices = notices
        self._diagram: DiagramPanel | None = None
        self._shown = False
        self._only = -1
        self._aiming = False
        self.reading = Reading(document)
        self.chosen = Chosen(document)
        self.stack = Stack(document, self.chosen, notices)
        self.list = StackPanel(document, self.stack, self.reading)
        self.input = PicturePanel("Picture", "The picture as the source gives it.", "Opening the source…")
        self.note = QLabel()
        self.prediction = PredictionPanel()
        self.area = MapsArea(document, link, notices, self.chosen, self.reading, self.input.view)
        self.maps = self.area.maps
        self.inspecting = Inspecting(document, self.chosen, self.maps)
        self.code = CodePanel(document, self.stack, notices)
        self.form = LayerForm(document, self.stack, self.reading, notices)
        self.planting = Planting(document, self.stack, self.reading, notices)
        self.kernels = KernelsPanel()
        self.place = KernelPlace(self.stack, self.reading)
        self.kernels.add_to_header(self.place)
        self.take_back = TakeBack(document, self.stack, link, notices, self.kernels)
        self._middle = CurrentStack()
        self._strip = QWidget()
        self._build()
        self._connect()
        before = link.on_screen.get("input")
        if before is not None:
            self.input.show_picture(before)
        self._refresh()

    def _build(self) -> None:
        self.note.setFont(text_font(11))
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 4, 8, 4)
        set_role(self.note, "second")
        self.input.add_below(self.note)
        across = QHBoxLayout(self._strip)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(GAP)
        across.addWidget(self.input)
        across.addWidget(self.prediction, 1)
        self._middle.addWidget(self.area)
        self._middle.addWidget(self.code)
        middle = QVBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(self._strip)
        middle.addWidget(self._middle, 1)
        self.kernels.setFixedHeight(KERNELS_HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, GAP, 0, GAP)
        row.setSpacing(GAP)
        row.addWidget(self.list)
        row.addLayout(middle, 1)
        self.side = SideColumn(self.form, self.planting, result=self.kernels, width=FORM_WIDTH)
        row.addWidget(self.side)

    def _connect(self) -> None:
        link, maps = self._link, self.maps
        link.picture.connect(self._on_picture)
        link.maps.connect(self._on_maps)
        link.problem.connect(self._on_problem)
        maps.mosaic.painted.connect(link.painted)
        maps.pointed.connect(self._on_pointed)
        self.area.changed.connect(self._want_more)
        self.area.asking.moved.connect(self._explained)
        self.place.changed.connect(self._want_more)
        maps.only_wanted.connect(self._look_at_one)
        maps.values_changed.connect(self.values_changed)
        self.kernels.map_wanted.connect(self._look_at_one)
        self.document.changed.connect(self._refresh)
        self.chosen.changed.connect(self._chosen_changed)
        self.list.code_wanted.connect(self._show_code)
        self.list.diagram_wanted.connect(self._show_diagram)
        self.list.form_wanted.connect(self._go_to_form)
        self.code.closed.connect(self._close_code)

    def minimumSizeHint(self) -> QSize:
        """With the narrow list, and a small picture: widths are set by `resizeEvent`."""
        return QSize(NARROW_LIST[0] + LEAST_REST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A larger page has a larger picture."""
        super().resizeEvent(event)
        least, most = STRIP_HEIGHT
        high = min(max(round(STRIP_SHARE * self.height()), least), most)
        self._strip.setFixedHeight(high)
        spare = min(max(self.width() - LEAST_REST, NARROW_LIST[0]), NARROW_LIST[1])
        self.list.setFixedWidth(spare if self.width() < NARROW else WIDTH)
        across = self.width() - self.list.width() - self.side.width() - 3 * GAP
        self.input.setFixedWidth(max(min(round(INPUT_ASPECT * high), across - GAP - LEAST_PREDICTION), 0))

    # Which page is shown.

    def shown(self) -> None:
        """The page has come into sight: the engine is to work for it."""
        self._shown = True
        self._link.follow(self._aim, self._wanted)
        self.area.shown()
        self._look()

    def hidden(self) -> None:
        """Another page is in sight."""
        self._shown = False
        self.area.hidden()
        self._link.follow(None)
        self.values_changed.emit("")

    @property
    def input_view(self) -> PictureView:
        """Where a drawing is drawn."""
        return self.input.view

    def fit(self) -> None:
        """Show the whole of all pictures."""
        for view in (self.input.view, self.maps.mosaic, self.kernels.mosaic):
            view.fit()

    def _look(self) -> None:
        if self._shown and not self._aiming:
            self._link.look_at("network", *self._aim())

    def _aim(self) -> tuple[str, int]:
        """The chosen layer, which an edit may just have changed, and the map of it that is shown alone."""
        self._aiming = True
        path = self.chosen.path
        self._aiming = False
        row = self.reading.row(path)
        shape = self.reading.network.input_shape if path == INPUT else row.output_shape if row else None
        if shape is not None and self._only >= count_of(shape):
            self._only = -1
        return path, self._only

    def _wanted(self) -> dict[str, Any]:
        """Other fields of the `Show`."""
        return {**self.area.wanted(), "place": self.place.value()}

    def _explained(self) -> None:
        place = self.area.asking.place
        if place is not None:
            self.place.go_to(place.path, place.cell)

    def _want_more(self) -> None:
        if self._shown and not self._aiming:
            self._link.ask()

    def _look_at_one(self, only: int) -> None:
        self._only = only
        self._look()

    # What the document says.

    def _chosen_changed(self) -> None:
        self._only = -1
        self._look()
        self._refresh()

    def _refresh(self) -> None:
        layer = self.stack.layer()
        self.maps.set_title("Input" if layer is None else layer.type)
        problem = self._problem()
        if problem:
            self._show_nothing(problem)
        elif self.maps.view.extent() is None:
            self.maps.view.set_placeholder(WAITING)

    def _problem(self) -> str:
        problems = self.reading.summary.problems
        return f"{problems[0].id}: {problems[0].message}" if problems else ""

    def _show_nothing(self, reason: str) -> None:
        self.area.show_nothing(reason)
        self.note.setText("")
        self.prediction.bars.set_guesses(())
        self.prediction.bars.set_placeholder(MISFIT)
        self.prediction.set_weights(None)
        self.kernels.show_nothing("")

    # What the engine says.

    def _on_maps(self, maps: Maps) -> None:
        if not self._shown or self._problem() or not maps.tiles:
            return
        self.area.take(maps, self._only)
        self.kernels.take(maps)
        self.kernels.setVisible(bool(maps.kernel_tiles))
        self.note.setText(maps.note)
        if not maps.more:
            self.prediction.bars.set_placeholder(NO_SCORES)
            self.prediction.bars.set_guesses(maps.guesses)
        self.prediction.set_weights(maps.weights)

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "input":
            self.input.show_picture(shown)
        elif not self._shown:
            # It belongs to what another page asked for.
            return
        elif view == "kernels":
            self.kernels.show_kernels(shown)
        elif view == "strip":
            self.area.show_strip(shown)
        elif view == "maps":
            self.area.show_maps(shown)
            if not self.maps.mosaic.isVisible() or self._problem():
                self._link.unseen(shown.generation)

    def _on_problem(self, problem: Problem) -> None:
        if self._shown and problem.code == "spec":
            self._show_nothing(self._problem() or problem.message)

    def _on_pointed(self, spot: Spot | None) -> None:
        self.kernels.outline_map(None if spot is None else spot.tile)

    # What is in sight.

    @property
    def diagram(self) -> DiagramPanel:
        """The stack as a drawing, made when it is first looked at."""
        if self._diagram is None:
            from app.network.diagram.panel import DiagramPanel

            self._diagram = DiagramPanel(self.document, self.chosen, self._notices)
            self._diagram.closed.connect(self._close_diagram)
            self._diagram.view.form_wanted.connect(self._go_to_form)
            self._middle.addWidget(self._diagram)
        return self._diagram

    def _show_diagram(self, on: bool) -> None:
        if on:
            self.list.code.setChecked(False)
        self._middle.setCurrentWidget(self.diagram if on else self.area)

    def _close_diagram(self) -> None:
        self.list.diagram.setChecked(False)
        self.list.diagram.setFocus()

    def _show_code(self, on: bool) -> None:
        if on:
            self.list.diagram.setChecked(False)
        self.code.set_open(on)
        self._middle.setCurrentWidget(self.code if on else self.area)

    def _close_code(self) -> None:
        self.list.code.setChecked(False)
        self.list.code.setFocus()

    def _go_to_form(self) -> None:
        self.form.focus_first()
