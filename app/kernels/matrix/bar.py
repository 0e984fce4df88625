"""Who uses which weights, and which part of the picture is multiplied."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.kernels.matrix.words import NAMES
from app.kernels.rows import NARROW
from app.state.document import Document
from app.state.form import SpecForm, described, lens_on, pair
from app.state.notices import Notices
from app.widgets.fields import PairField
from app.widgets.group import FieldRow
from app.widgets.number_field import NumberField
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from app.widgets.tips import tip_text
from engine.kinds.patches import picture_tile
from engine.spec.kind import KindSpec
from engine.spec.study import MatrixSpec

ABOUT = "matrix"
FIELDS_WIDTH = 168
PLACE_TIP = "The first row and column of the patch; a click on the picture moves it too."
KIND_TIP = (
    "Dense: each cell of the map has a weight for each cell of the input. Unshared: each window has weights of its "
    "own. Tiled: a few kernels take turns. Shared: one kernel everywhere. Transposed: rows and columns change roles."
)


KIND = lens_on(KindSpec, "kind")
MATRIX = lens_on(MatrixSpec, "matrix")


class SharingBar(QWidget):
    """The choice among the ways to share weights, and the tile where kernels take turns."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__()
        self._document = document
        self._form = SpecForm(self, document, notices, KIND, ABOUT)
        self.kind = Segmented(list(NAMES.items()), described(KindSpec, "kind").label, KIND_TIP)
        self._form.bind("kind", self.kind)
        field = described(KindSpec, "tile")
        self.tile = _narrow(PairField(1, int(field.maximum or 1), "", "Matrix tile", field.help))
        self.tile.value_changed.connect(self._set_tile)
        self._form.hear_refusals(self.tile, field)
        self._tile_label = QLabel(field.label)
        self._tile_label.setToolTip(tip_text(field.help))
        self._tile_label.setBuddy(self.tile)
        set_role(self._tile_label, "second")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for part in (self.kind, self._tile_label, self.tile):
            row.addWidget(part)
        row.addStretch(1)
        document.changed.connect(self._refresh)
        self._refresh()

    def choose(self, kind: str) -> None:
        """Share weights in this way."""
        self._form.change({"kind": kind}, "change weights", "kind")

    def _refresh(self) -> None:
        spec = self._document.project.kind
        self.tile.set_value(picture_tile(spec))
        for part in (self._tile_label, self.tile):
            part.setVisible(spec.kind == "tiled")

    def _set_tile(self, tile: object) -> None:
        assert isinstance(tile, tuple)
        spec = self._document.project.kind
        along = {1: tile[:1], 2: tile, 3: (spec.tile[0], *tile)}[spec.dimensions]
        self._form.change({"tile": along}, "change tile", "tile")


class PatchFields(QWidget):
    """How large the patch is, and where it lies."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__()
        self.setFixedWidth(FIELDS_WIDTH)
        self._form = SpecForm(self, document, notices, MATRIX, ABOUT)
        self.patch = _narrow(pair(MatrixSpec, "size"))
        self._form.bind("size", self.patch)
        self.row, self.column = (
            NumberField(0, 0, 1, True, "", f"Patch, {name}", PLACE_TIP) for name in ("row", "column")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(FieldRow("Patch", self.patch, tip=described(MatrixSpec, "size").help))
        for name, field in (("from row", self.row), ("column", self.column)):
            field.setFixedWidth(80)
            field.setEnabled(False)  # until it is known where the patch can lie
            field.value_changed.connect(self._typed)
            self._form.hear_refusals(field, described(MatrixSpec, "place"))
            column.addWidget(FieldRow(name, field, tip=PLACE_TIP))
        column.addStretch(1)

    def show_place(self, place: tuple[int, int], most: tuple[int, int]) -> None:
        """Where the patch lies, and the last places where it can."""
        for field, value, limit in zip((self.row, self.column), place, most, strict=True):
            field.setEnabled(True)
            field.set_range(0, max(limit, 0))
            field.set_value(value)

    def go_to(self, place: tuple[int, int]) -> None:
        """Have the patch begin there."""
        self._form.change({"place": (max(place[0], 0), max(place[1], 0))}, "move the patch", "place")

    def _typed(self, _value: object) -> None:
        self.go_to((int(self.row.value()), int(self.column.value())))


def _narrow(field: PairField) -> PairField:
    for part in field.findChildren(NumberField):
        part.setFixedWidth(NARROW)
    return field
