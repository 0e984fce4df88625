"""The Kernel page: input and feature map side by side, the kernel, what is done with it, the gallery."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.featuremaps.colours import ColourControls
from app.featuremaps.panels import PicturePanel
from app.kernels.chain_strip import ChainStrip
from app.kernels.compare import Compare
from app.kernels.fineness import Fineness
from app.kernels.formula import FormulaBox
from app.kernels.gallery_panel import GalleryPanel
from app.kernels.histograms import HistogramPair
from app.kernels.in_sight import InSight
from app.kernels.kernel_panel import KernelPanel, Sight
from app.kernels.looks import Looks
from app.kernels.operation import OperationPanel
from app.kernels.probe import Probing
from app.kernels.readout_panel import ReadoutPanel
from app.kernels.relation import affines, fits
from app.state.document import Document
from app.state.engine_link import EngineLink, Shown
from app.state.notices import Notices
from app.widgets.current_stack import CurrentStack
from app.widgets.picture_view import PictureView
from app.widgets.side import GAP, SideColumn
from app.widgets.view_link import ViewLink
from engine.errors import SpecError
from engine.protocol import Plane, Problem, Result
from engine.spec.geometry import ChainGeometry
from engine.spec.project import Project

Size = tuple[int, int]
STRIP_HEIGHT = 124
PICTURE_WIDTH = 200


class KernelPage(QWidget):
    """Places its parts and tells each what the document and the engine say."""

    values_changed = Signal(str)

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__()
        self.document = document
        self.link = link
        self.notices = notices
        self._shown = True
        self._input_size: Size | None = None
        self._related: tuple[Project, Size | None, Size] | None = None
        self.input = PicturePanel("Input", "The picture as the source gives it.", "Opening the source…")
        self.map = PicturePanel("Feature map", "What the kernel makes of the picture.", "Computing…")
        self.colours = ColourControls(document, notices)
        self.map.add_to_header(self.colours)
        self.kernel = KernelPanel(document, notices, Sight(self.input.view, link, lambda: self._input_size))
        self.operation = OperationPanel(document, notices)
        self.formula = FormulaBox()
        self.side = SideColumn(self.kernel, self.operation, result=self.formula)
        self.gallery = GalleryPanel(document, link)
        self.readout = ReadoutPanel()
        self._whole, self._under = CurrentStack(), CurrentStack()
        self.looks = Looks(self, self._whole, self._under)
        self.chain = ChainStrip(document, notices)
        self.views = ViewLink(self.input.view, self.map.view)
        self.compare = Compare(self.input, self.map, self.views)
        self.fineness = Fineness(link, self.input.view, self.map.view, self._wants_sight)
        self.in_sight = InSight(link, self.input.view, self.map.view, self._wants_sight)
        self.histograms = HistogramPair(self.input, self.map, link)
        self.probing = Probing(self, link)
        self._build()
        link.picture.connect(self._on_picture)
        link.result.connect(self._on_result)
        link.problem.connect(self._on_problem)
        self.map.view.painted.connect(link.painted)
        document.changed.connect(self._refresh)
        self.looks.changed.connect(self._look)

    def _build(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GAP)
        self.looks.row.addWidget(self.chain)
        left.addWidget(self.looks)
        left.addWidget(self._whole, 1)
        map_look = QWidget()
        column = QVBoxLayout(map_look)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._pictures(), 1)
        column.addWidget(self._under)
        self._whole.addWidget(map_look)
        self._under.addWidget(self._strip())
        self._under.setFixedHeight(STRIP_HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, GAP, 0, GAP)
        row.setSpacing(GAP)
        row.addLayout(left, 1)
        row.addWidget(self.side)

    def _pictures(self) -> QSplitter:
        pictures = QSplitter(Qt.Orientation.Horizontal)
        pictures.setObjectName("kernel pictures")  # by which its place is remembered
        pictures.setChildrenCollapsible(False)
        pictures.setHandleWidth(GAP)
        for place, panel in enumerate((self.input, self.map)):
            # Their headers differ; left to their hints, the pictures would have different sizes.
            panel.setMinimumWidth(PICTURE_WIDTH)
            panel.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            pictures.addWidget(panel)
            pictures.setStretchFactor(place, 1)
        # In proportion: without it, the first layout of a small window would fix their ratio.
        pictures.setSizes([10_000, 10_000])
        return pictures

    def _strip(self) -> QWidget:
        holder = QWidget()
        strip = QHBoxLayout(holder)
        strip.setContentsMargins(0, 0, 0, 0)
        strip.setSpacing(GAP)
        strip.addWidget(self.gallery, 1)
        strip.addWidget(self.readout)
        for part in (self.gallery, self.readout):
            part.setFixedHeight(STRIP_HEIGHT)
        return holder

    def shown(self) -> None:
        """The page has come into sight: the engine is to work for it."""
        self._shown = True
        self._look()
        if self.looks.look is not None:
            self.looks.look.shown()

    def hidden(self) -> None:
        """Another page is in sight, and what the engine says is about that."""
        self._shown = False
        self.link.follow(None)
        self.probing.look_at("map", None)
        if self.looks.look is not None:
            self.looks.look.hidden()

    def _look(self) -> None:
        self.link.follow(None, self._sight_fields if self._wants_sight() else None)
        self.link.look_at(self.looks.engine_page)

    def _sight_fields(self) -> dict[str, Any]:
        return {**self.in_sight.fields(), **self.fineness.fields()}

    def _wants_sight(self) -> bool:
        return self._shown and self.looks.engine_page == "kernel"

    @property
    def is_empty(self) -> bool:
        """Whether no feature map has been shown yet."""
        return self.map.view.extent() is None

    @property
    def input_view(self) -> PictureView:
        """Where a drawing is drawn."""
        return self.input.view

    @property
    def geometry_now(self) -> ChainGeometry | None:
        """The document's filter on the picture that is shown, after the steps before it; None before the first."""
        if self._input_size is None:
            return None
        return ChainGeometry(self.document.project.steps, self._input_size)

    def fit(self) -> None:
        """Show the whole of both pictures."""
        self.input.view.fit()

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "input":
            self.input.show_picture(shown)
            self.compare.show_input(shown)
            size = (shown.plane.rows, shown.plane.columns)
            if size != self._input_size:
                self._input_size = size
                self.chain.set_input_size(size)
                self._refresh()
        elif view == "map":
            self._relate(shown.plane)
            self.map.show_picture(shown)
            self.compare.refresh()

    def _on_result(self, result: Result) -> None:
        if result.range is not None:
            self.colours.show_range(result.range)

    def _on_problem(self, problem: Problem) -> None:
        if self._shown and problem.code == "spec" and self.looks.engine_page == "kernel":
            self.map.show_nothing(problem.message)
            self.compare.refresh()
            self.colours.show_range(None)

    def _refresh(self) -> None:
        geometry = self.geometry_now
        if geometry is not None:
            try:
                self.formula.show_geometry(geometry.last)
            except SpecError as error:  # of a step before
                self.formula.show_problem(str(error))
        self.probing.refresh()

    def _relate(self, plane: Plane) -> None:
        """Lay the map on the input; while an edit is on its way, the map may still be that of other settings."""
        sizes = (self.document.project, self._input_size, (plane.rows, plane.columns))
        if self._related is not None and self._related[0] is sizes[0] and self._related[1:] == sizes[1:]:
            return
        self._related = sizes
        geometry = self.geometry_now
        known = geometry is not None and fits(geometry) and geometry.map_size == (plane.rows, plane.columns)
        vertical, horizontal = affines(geometry) if known and geometry is not None else (None, None)
        self.views.set_relation(vertical, horizontal)
