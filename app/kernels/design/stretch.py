"""The tool that puts a kernel on another grid."""

from __future__ import annotations

from typing import NamedTuple

from app.kernels.design.live_tool import LiveTool
from app.kernels.design.place import Place
from app.kernels.design.weights import Array
from app.widgets.fields import PairField
from app.widgets.number_text import parse_number
from app.widgets.segmented import Segmented
from engine.kernels import design
from engine.spec.filter import MAX_KERNEL_SIZE, Operation

Size = tuple[int, int]
METHODS = (("keep", "keep"), ("linear", "stretch"), ("area", "tiles"))
_HELP = "Puts the kernel on a grid of another size: rows × columns, 1 to 31 each."
_METHOD_HELP = (
    "keep: the weights stay, zeros are added around them or the edge is cut off. stretch: the kernel answers to larger "
    "or smaller things; weights are read between the cells, and their sum stays roughly. tiles: each cell is a tile "
    "that is laid over the new cells; the sum stays."
)


class Settings(NamedTuple):
    """Another size, None for the kernel's own, and what becomes of the content."""

    size: Size | None = None
    method: str = "linear"


class StretchTool(LiveTool[Settings]):
    """Two numbers for the size."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, "Another size", _HELP, Settings())
        self.extent = PairField(1, MAX_KERNEL_SIZE, "", "New size", _HELP)
        self.extent.rejected.connect(self._refuse)
        self.method = Segmented(METHODS, "Content", _METHOD_HELP)
        self.add_row("Rows × columns", self.extent, tip=_HELP)
        self.add(self.method)
        self.bind("size", self.extent)
        self.bind("method", self.method)
        self.show_settings()

    def make(self, weights: Array, settings: Settings) -> Array:
        """The kernel on the other grid."""
        size = settings.size or self.live.base.size
        operation: Operation = self.place.document.project.filter.operation
        if settings.method == "keep":
            return design.resize(weights, size, operation)
        return design.resample(weights, size, "area" if settings.method == "area" else "linear")

    def act(self, settings: Settings) -> str:
        """What undo calls it."""
        rows, columns = settings.size or self.live.base.size
        return f"bring the kernel to {rows}×{columns}"

    def leaves_alone(self, settings: Settings) -> bool:
        """The size it has does, whatever becomes of the content."""
        return settings.size in (None, self.live.base.size)

    def back_to(self, settings: Settings) -> Settings:
        """A kernel of its own size says nothing of what should become of the content."""
        return settings if settings.size else self.settings._replace(size=None)

    def show_settings(self) -> None:
        """The size and what becomes of the content."""
        self.extent.set_value(self.settings.size or self.live.base.size)
        self.method.set_value(self.settings.method)

    def _refuse(self, text: str) -> None:
        value = parse_number(text)
        said = f"{text!r} is no number" if value is None else f"{text} cannot be a size"
        self.refuse(f"{said}; a kernel has 1 to {MAX_KERNEL_SIZE} rows and columns.")
