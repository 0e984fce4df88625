"""The tool that takes a patch of the picture as the kernel: a template, which the map then finds."""

from __future__ import annotations

import numpy as np

from app.kernels.design.live import Live
from app.kernels.design.patch_ask import PatchAsk
from app.kernels.design.patch_drag import PatchDrag
from app.kernels.design.patch_place import Cell, Rectangle, Seen, around, between, seen_by
from app.kernels.design.place import Place
from app.kernels.design.pop_out import PopOut, button
from app.kernels.design.weights import Array
from app.widgets.fields import PairField
from app.widgets.number_field import NumberField
from app.widgets.number_text import parse_number, shown
from app.widgets.picture_overlay import Overlay
from engine.errors import SpecError
from engine.kernels import design, spec_of
from engine.protocol import PatchOf
from engine.spec.filter import MAX_KERNEL_SIZE

LARGEST = 99_999
_HELP = (
    "Drag a rectangle on the input, or click where its middle is to be. Its pixels without their mean, divided by "
    "their norm, become the kernel; the map is then large where the picture looks like the patch."
)
_PLACE_HELP = "The patch's first row and column, counted from 0."
_SIZE_HELP = f"The patch's rows and columns, at most {MAX_KERNEL_SIZE}×{MAX_KERNEL_SIZE}."
_TAKE_HELP = "Take the patch as it is in the picture now: with a camera or a clip it may have changed."
_ANSWER_HELP = (
    "What the map is where the patch lies: its contrast, √Σ(p − p̄)². No other place of the same contrast gives more; a "
    "place of more contrast may, whatever it looks like."
)
_HINT = "Drag a rectangle on the input, or click on its middle."
_NO_PICTURE = "There is no picture to take a patch of; open one first."
_TOO_LARGE = f"A kernel is at most {MAX_KERNEL_SIZE}×{MAX_KERNEL_SIZE}: the rectangle stops there."
_NOT_FOUND = "The patch does not lie in what this step sees of the picture; choose another place."


class PatchTool(PopOut):
    """A rectangle, chosen in the picture or typed; the kernel follows as soon as the engine has told its numbers."""

    def __init__(self, place: Place) -> None:
        super().__init__("Patch of the picture", _HELP)
        self._place = place
        self._live = Live(place.document, "patch", None, self)
        self._live.moved.connect(self._follow)
        self._ask: PatchAsk | None = None
        self._drag: PatchDrag | None = None
        self.top = NumberField(0, LARGEST, 1, True, "", "Patch, row", _PLACE_HELP)
        self.left = NumberField(0, LARGEST, 1, True, "", "Patch, column", _PLACE_HELP)
        self.extent = PairField(1, MAX_KERNEL_SIZE, "", "Patch size", _SIZE_HELP)
        self.take = button("Take", "Take the patch", _TAKE_HELP)
        self.add_row("Row, column", self.top, self.left, tip=_PLACE_HELP)
        self.add_row("Size", self.take, self.extent, tip=_SIZE_HELP)
        for control in (self.top, self.left, self.extent):
            control.value_changed.connect(self._take_fields)
            control.rejected.connect(self._refuse_number)
        self.take.clicked.connect(self._take_fields)

    @property
    def waits(self) -> bool:
        """Whether the engine is still to tell the numbers of what was chosen."""
        return self._ask is not None and self._ask.waits

    def begin(self) -> None:
        """Watch the picture."""
        sight = self._place.sight
        size = sight.size() if sight is not None else None
        if sight is None or size is None:
            self.refuse(_NO_PICTURE)
            return
        self.tell(_HINT)
        middle = around((size[0] // 2, size[1] // 2), self._place.document.project.filter.kernel.size)
        self._show(middle.inside(size))
        self._ask, self._drag = PatchAsk(sight.link, self), PatchDrag(sight.view, self)
        self._ask.answered.connect(self._make)
        self._drag.dragged.connect(self._choose_between)
        self._drag.clicked.connect(self._choose_around)

    def end(self) -> None:
        """Leave the picture alone."""
        self._live.end()
        if self._ask is not None and self._drag is not None and self._place.sight is not None:
            self._ask.end()
            self._drag.end()
            self._place.sight.view.set_choice(None)

    def _fields(self) -> Rectangle:
        return Rectangle(int(self.top.value()), int(self.left.value()), *self.extent.value())

    def _show(self, place: Rectangle) -> None:
        self.top.set_value(place.top)
        self.left.set_value(place.left)
        self.extent.set_value((place.height, place.width))

    def _take_fields(self) -> None:
        self.choose(self._fields())

    def _choose_around(self, middle: Cell) -> None:
        self.choose(around(middle, self.extent.value()))

    def _choose_between(self, first: Cell, last: Cell) -> None:
        seen = self._seen()
        if seen is not None:
            wanted = (abs(first[0] - last[0]) + 1, abs(first[1] - last[1]) + 1)
            self.choose(between(first, last, seen.most))
            if wanted[0] > seen.most[0] or wanted[1] > seen.most[1]:
                self.refuse(_TOO_LARGE)

    def choose(self, place: Rectangle) -> None:
        """Take what lies in this rectangle of the picture, moved inside it."""
        seen, sight = self._seen(), self._place.sight
        if seen is None or sight is None or self._ask is None:
            return
        place = place.inside(sight.size() or (1, 1))
        self.refuse("")
        self._show(place)
        sight.view.set_choice(Overlay(*place, role="accent"))
        self._ask.ask(seen.cells(place))

    def _seen(self) -> Seen | None:
        size = self._place.sight.size() if self._place.sight is not None else None
        if size is None:
            self.refuse(_NO_PICTURE)
            return None
        try:
            return seen_by(self._place.document.project.before, size)
        except SpecError as error:
            self.refuse(str(error))
            return None

    def _make(self, patch: PatchOf) -> None:
        """The kernel of the numbers that the engine has told."""
        spec = self._place.document.project.filter
        if not patch.planes:
            self.refuse(_NOT_FOUND)
            return
        pixels = _pixels(patch)
        if pixels.ndim == 3 and spec.channels != "sum":
            pixels = pixels.mean(axis=2)
        try:
            found = design.template_from_patch(pixels, 0, 0, patch.height, patch.width)
        except SpecError as error:
            self.refuse(str(error))
            return
        # Convolution turns the kernel before it lays it down.
        weights = design.flip(found.weights) if spec.operation == "convolution" else found.weights
        made = spec_of(weights)
        settings = self._fields()
        refusal = self._live.put(settings, lambda _base: made, "take a patch as the kernel")
        if refusal:
            self.refuse(refusal)
        self.tell(f"The patch gives {shown(found.answer, 3)}; more contrast, more.", _ANSWER_HELP)

    def _follow(self, settings: Rectangle | None) -> None:
        sight = self._place.sight
        if settings is not None:
            self._show(settings)
        if sight is not None:
            sight.view.set_choice(Overlay(*settings, role="accent") if settings is not None else None)

    def _refuse_number(self, text: str) -> None:
        said = f"{text!r} is no number" if parse_number(text) is None else f"{text} cannot be"
        self.refuse(f"{said}; a patch has 1 to {MAX_KERNEL_SIZE} rows and columns, and lies in the picture.")


def _pixels(patch: PatchOf) -> Array:
    """[h, w], or [h, w, planes]."""
    shape = (patch.height, patch.width) if patch.planes == 1 else (patch.height, patch.width, patch.planes)
    return np.frombuffer(patch.values, np.float32).reshape(shape).astype(np.float64)
