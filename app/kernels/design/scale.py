"""The tool that multiplies and rounds the weights."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from app.kernels.design.live_tool import LiveTool
from app.kernels.design.place import Place
from app.kernels.design.pop_out import button
from app.kernels.design.weights import Array
from app.widgets.fields import Choice
from app.widgets.number_field import NumberField
from app.widgets.number_text import parse_number, shown
from engine.kernels import design

LARGEST = 1e6
STEPS = (
    (0.0, "not"),
    (1.0, "whole"),
    (0.5, "halves"),
    (0.25, "quarters"),
    (0.1, "0.1"),
    (0.01, "0.01"),
    (0.001, "0.001"),
)
_HELP = (
    "Multiplies every weight by the same number, which multiplies the map; then rounds, as for a kernel of whole "
    "numbers that a small processor can work with."
)
_ROUND_HELP = "Bring every weight to the nearest multiple of this; of two equally near, the even one."


class Settings(NamedTuple):
    """A factor, and what the weights are to be multiples of afterwards; 0 for anything."""

    factor: float = 1.0
    step: float = 0.0


class ScaleTool(LiveTool[Settings]):
    """A factor to type, double or halve, and a step to round to."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, "Scale and round", _HELP, Settings())
        self.factor = NumberField(-LARGEST, LARGEST, 0.1, False, "", "Factor", _HELP)
        self.factor.rejected.connect(self._refuse)
        half = button("÷2", "Half", "Halve the factor.")
        twice = button("×2", "Twice", "Double the factor.")
        for press, by in ((half, 0.5), (twice, 2.0)):
            press.clicked.connect(partial(self._multiply, by))
        self.step = Choice(STEPS, "Round to", _ROUND_HELP)
        self.add_row("Factor", half, twice, self.factor, tip=_HELP)
        self.add_row("Round to", self.step, tip=_ROUND_HELP)
        for name in Settings._fields:
            self.bind(name, getattr(self, name))
        self.show_settings()

    def make(self, weights: Array, settings: Settings) -> Array:
        """The kernel scaled, then rounded."""
        scaled = design.scale(weights, settings.factor)
        return design.round_to(scaled, settings.step) if settings.step else scaled

    def act(self, settings: Settings) -> str:
        """What undo calls it."""
        scaled = f"scale the kernel by {shown(settings.factor, 4)}" if settings.factor != 1 else ""
        rounded = f"round the kernel to {shown(settings.step)}" if settings.step else ""
        return " and ".join(part for part in (scaled, rounded) if part) or "scale the kernel by 1"

    def _multiply(self, by: float, _checked: bool = False) -> None:
        factor = self.settings.factor * by
        if abs(factor) <= LARGEST:
            self.put(self.settings._replace(factor=factor))

    def _refuse(self, text: str) -> None:
        said = f"{text!r} is no number" if parse_number(text) is None else f"{text} is too much"
        self.refuse(f"{said}; a factor is −1,000,000 to 1,000,000, such as 0.5 or 1/9.")
