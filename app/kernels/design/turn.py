"""The tool that turns a kernel by any angle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from app.kernels.design.live_tool import LiveTool
from app.kernels.design.place import Place
from app.kernels.design.weights import Array
from app.widgets.fields import Slider, Toggle
from app.widgets.number_text import parse_number, shown
from app.widgets.segmented import Segmented
from engine.kernels import design

EIGHTH, QUARTER = 45.0, 90.0
METHODS = (("linear", "linear"), ("cubic", "cubic"), ("rings", "rings"))
_HELP = (
    "Turns the kernel clockwise about its middle. Steps of 90° only move weights; for other angles they are read "
    "between the cells. Every angle is made from the kernel as it was when the tool was opened."
)
_METHOD_HELP = (
    "linear: between the 4 nearest cells. cubic: between 16, sharper, may overshoot. rings: no weight changes, each "
    "ring of cells moves on along itself in steps of 45°, as compass kernels are made (square kernels of odd size)."
)
_GROW_HELP = "Make the grid larger, so that no corner is cut off; without it the size stays."


class Settings(NamedTuple):
    """An angle in degrees, clockwise, and how weights are found between the cells."""

    angle: float = 0.0
    method: str = "linear"
    grow: bool = False


def turned(weights: Array, settings: Settings) -> Array:
    """The kernel turned."""
    if settings.method == "rings":
        return design.rotate_rings(weights, round(settings.angle / EIGHTH))
    if settings.angle % QUARTER == 0:
        return np.rot90(weights, -round(settings.angle / QUARTER))
    interpolation: design.Interpolation = "cubic" if settings.method == "cubic" else "linear"
    return design.rotate(weights, settings.angle, interpolation, settings.grow)


class TurnTool(LiveTool[Settings]):
    """A slider for the angle."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, "Turn by an angle", _HELP, Settings())
        self.angle = Slider(-180.0, 180.0, 1.0, "°", False, "Angle", _HELP)
        # Tab would go to the number behind the proxy and leave the handle out.
        self.angle.setFocusProxy(None)  # type: ignore[arg-type]  # the stub knows no "none"
        self.angle.rejected.connect(self._refuse)
        self.method = Segmented(METHODS, "Between the cells", _METHOD_HELP)
        self.grow = Toggle("Grow", None, "Grow", _GROW_HELP)
        self.add(self.angle)
        self.add(self.method, self.grow)
        for name in Settings._fields:
            self.bind(name, getattr(self, name))
        self.show_settings()

    def make(self, weights: Array, settings: Settings) -> Array:
        """The kernel turned."""
        return turned(weights, settings)

    def act(self, settings: Settings) -> str:
        """What undo calls it."""
        return f"turn the kernel by {shown(settings.angle)}°"

    def leaves_alone(self, settings: Settings) -> bool:
        """An angle of 0 does, in whatever way it is turned."""
        return settings.angle == 0

    def back_to(self, settings: Settings) -> Settings:
        """A kernel that is not turned says nothing of how to turn it."""
        return settings if settings.angle else self.settings._replace(angle=0.0)

    def put(self, settings: Settings) -> None:
        """Turn; rings turn by whole eighths."""
        if settings.method == "rings":
            settings = settings._replace(angle=EIGHTH * round(settings.angle / EIGHTH))
        super().put(settings)
        self.grow.setEnabled(settings.method != "rings")

    def _refuse(self, text: str) -> None:
        said = f"{text!r} is no number" if parse_number(text) is None else f"{text}° is more than half a turn"
        self.refuse(f"{said}; an angle is −180 to 180 degrees.")
