"""Where the window is on the two pictures."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from app.kernels.steps.told import Told
from app.widgets.cell_layer import CellLayer, mask
from app.widgets.picture_overlay import Overlay
from app.widgets.picture_view import PictureView
from app.widgets.tokens import tokens
from engine.arithmetic import padding_per_side, receptive_field
from engine.arithmetic.receptive import Box
from engine.spec.filter import FilterSpec
from engine.spec.geometry import ChainGeometry, FilterGeometry

TINT = 70  # of 255
_SMALLEST, _LARGEST = 6.0, 64.0
_SHARE = 2.2
"""How many times as wide as what a cell depends on a view is that follows it."""
_AROUND = 0.02
"""Share of the picture that is left free around it, for frames at its edge."""
_EDGE = 0.12
"""Share of the view at each side in which the window is not left standing."""


def input_marks(told: Told, geometry: ChainGeometry) -> list[Overlay]:
    """The padding, the window with its cells on padding, and all that the map's cell depends on."""
    event, steps = told.event, geometry.steps
    window = step_box(told, geometry)
    marks = []
    if len(steps) == 1:
        marks += padding_ring(steps[0], geometry.input_size)
        marks += [
            Overlay(event.rows[row], event.columns[column], role="result", style="hatch")
            for row, column in zip(*told.padding.nonzero(), strict=True)
        ]
    if event.pool is not None:
        marks.append(_overlay(geometry.field((event.row, event.column)), "thin"))
    return [*marks, _overlay(window)]


def step_box(told: Told, geometry: ChainGeometry) -> Box:
    """The part of the picture under the kernel; in a chain, what the patch was made from."""
    event, steps = told.event, geometry.steps
    if len(steps) > 1:
        windows = ChainGeometry(steps[:-1], geometry.input_size).windows
        return receptive_field([*windows, FilterGeometry(steps[-1], event.size).convolution_window], event.at)
    return Box(*(range(places[0], places[-1] + 1) for places in (event.rows, event.columns)))


def input_layers(told: Told, geometry: ChainGeometry) -> list[CellLayer]:
    """The cells that are read, where the window also has cells that are not."""
    event, spec = told.event, geometry.steps[-1]
    if len(geometry.steps) > 1 or spec.dilation == (1, 1):
        return []
    rows, columns = (mask(n, places) for n, places in zip(event.size, (event.rows, event.columns), strict=True))
    return [tinted(rows, columns, "result")] if rows.any() and columns.any() else []


def tinted(rows: object, columns: object, role: str, alpha: int = TINT) -> CellLayer:
    """Colour over cells: none for 0, and `alpha` of 255 for the largest product of a row and a column."""
    full, clear = tokens().colour(role), QColor(tokens().colour(role))
    full.setAlpha(alpha)
    clear.setAlpha(0)
    return CellLayer(rows, columns, [clear, full])  # type: ignore[arg-type]


def padding_ring(spec: FilterSpec, size: tuple[int, int]) -> list[Overlay]:
    """The cells around the picture."""
    return ring(padding_per_side(spec.padding, spec.kernel.size, spec.dilation), size)


def ring(sides: tuple[tuple[int, int], tuple[int, int]], size: tuple[int, int]) -> list[Overlay]:
    """The cells around a plane of a size, ((top, bottom), (left, right)) of them."""
    (top, bottom), (left, right) = sides
    height, width = size
    boxes = [
        (-top, -left, top, left + width + right),
        (height, -left, bottom, left + width + right),
        (0, -left, height, left),
        (0, width, height, right),
    ]
    return [Overlay(*box, role="faint", style="hatch") for box in boxes if box[2] and box[3]]


def around(spec: FilterSpec, size: tuple[int, int]) -> QRectF:
    """The picture with its padding and a little more."""
    (top, bottom), (left, right) = padding_per_side(spec.padding, spec.kernel.size, spec.dilation)
    free = _AROUND * max(size)
    padded = QRectF(-left, -top, size[1] + left + right, size[0] + top + bottom)
    return padded.adjusted(-free, -free, free, free)


def _overlay(box: Box, style: str = "frame") -> Overlay:
    rows, columns = box
    kind = "thin" if style == "thin" else "frame"
    return Overlay(rows.start, columns.start, len(rows), len(columns), style=kind)  # type: ignore[arg-type]


def follow(view: PictureView, box: Box, zoom_in: bool) -> None:
    """Keep what a cell depends on well inside of the view; with `zoom_in` also so large that its cells are seen."""
    rows, columns = box
    region, extent = view.region(), max(len(rows), len(columns))
    wanted = min(max(min(view.width(), view.height()) / (_SHARE * extent), _SMALLEST), _LARGEST)
    zoom = wanted if zoom_in else view.zoom()
    edge = region.width() * _EDGE, region.height() * _EDGE
    inner = region.adjusted(edge[0], edge[1], -edge[0], -edge[1])
    window = QRectF(columns.start, rows.start, len(columns), len(rows))
    if zoom_in or not inner.contains(window):
        view.go_to(QPointF(window.center()), zoom)
