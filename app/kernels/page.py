"""The Kernel page: input and feature map side by side, the kernel, what is done with it, the gallery."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.kernels.colours import ColourControls
from app.kernels.formula import FormulaBox
from app.kernels.gallery_panel import GalleryPanel
from app.kernels.kernel_panel import KernelPanel
from app.kernels.operation import OperationPanel
from app.kernels.panels import PicturePanel
from app.kernels.probe import Probing
from app.kernels.readout_panel import ReadoutPanel
from app.kernels.relation import affines, fits
from app.state.document import Document
from app.state.engine_link import EngineLink, Shown
from app.state.notices import Notices
from app.widgets.picture_view import PictureView
from app.widgets.view_link import ViewLink
from engine.errors import SpecError
from engine.protocol import Problem, Result
from engine.spec.geometry import FilterGeometry

SIDE_WIDTH = 316
STRIP_HEIGHT = 124
PICTURE_WIDTH = 200


class KernelPage(QWidget):
    """Places its parts and tells each what the document and the engine say."""

    values_changed = Signal(str)

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__()
        self.document = document
        self._link = link
        self._input_size: tuple[int, int] | None = None
        self.input = PicturePanel("Input", "The picture as the source gives it.", "Opening the source…")
        self.map = PicturePanel("Feature map", "What the kernel makes of the picture.", "Computing…")
        self.colours = ColourControls(document, notices)
        self.map.add_to_header(self.colours)
        self.kernel = KernelPanel(document, notices)
        self.operation = OperationPanel(document, notices)
        self.formula = FormulaBox()
        self.gallery = GalleryPanel(document, link)
        self.readout = ReadoutPanel()
        self._views = ViewLink(self.input.view, self.map.view)
        self.probing = Probing(self, link)
        self._build()
        link.picture.connect(self._on_picture)
        link.result.connect(self._on_result)
        link.problem.connect(self._on_problem)
        self.map.view.painted.connect(link.painted)
        document.changed.connect(self._refresh)

    def _build(self) -> None:
        pictures = QSplitter(Qt.Orientation.Horizontal)
        pictures.setChildrenCollapsible(False)
        for place, panel in enumerate((self.input, self.map)):
            # Their headers differ; left to their hints, the pictures would have different sizes.
            panel.setMinimumWidth(PICTURE_WIDTH)
            panel.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            pictures.addWidget(panel)
            pictures.setStretchFactor(place, 1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.gallery, 1)
        below.addWidget(self.readout)
        self.gallery.setFixedHeight(STRIP_HEIGHT)
        self.readout.setFixedHeight(STRIP_HEIGHT)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(pictures, 1)
        left.addLayout(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(8)
        row.addLayout(left, 1)
        row.addWidget(self._side())

    def _side(self) -> QWidget:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.kernel)
        column.addWidget(self.operation)
        column.addStretch(1)
        holder = QWidget()
        holder.setLayout(column)
        scroll = QScrollArea()
        scroll.setWidget(holder)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        stack = QVBoxLayout(side)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(8)
        stack.addWidget(scroll, 1)
        # What follows from the settings stays in sight while they are scrolled.
        stack.addWidget(self.formula)
        return side

    @property
    def is_empty(self) -> bool:
        """Whether no feature map has been shown yet."""
        return self.map.view.extent() is None

    @property
    def input_view(self) -> PictureView:
        """Where a drawing is drawn."""
        return self.input.view

    @property
    def geometry_now(self) -> FilterGeometry | None:
        """The document's filter on the picture that is shown; None before the first."""
        if self._input_size is None:
            return None
        return FilterGeometry(self.document.project.filter, self._input_size)

    def fit(self) -> None:
        """Show the whole of both pictures."""
        self.input.view.fit()

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "input":
            self.input.show_picture(shown)
            size = (shown.plane.rows, shown.plane.columns)
            if size != self._input_size:
                self._input_size = size
                self._refresh()
        elif view == "map":
            self._relate()
            self.map.show_picture(shown)

    def _on_result(self, result: Result) -> None:
        self.colours.show_range(result.range)

    def _on_problem(self, problem: Problem) -> None:
        if problem.code == "spec":
            self.map.show_nothing(problem.message)
            self.colours.show_range(None)

    def _refresh(self) -> None:
        geometry = self.geometry_now
        if geometry is not None:
            self.formula.show_geometry(geometry)
        self.probing.refresh()

    def _relate(self) -> None:
        geometry = self.geometry_now
        try:
            relation = affines(geometry) if geometry is not None and fits(geometry) else None
        except SpecError:
            relation = None
        self._views.set_relation(*(relation or (None, None)))
