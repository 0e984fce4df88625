"""What the Inspect page explains, by which method, and in which colours the answer is laid over the picture."""

from __future__ import annotations

from typing import Annotated, Literal

from engine.errors import SpecError
from engine.spec.attribution import METHODS, Method, Target
from engine.spec.fields import Spec, field

Look = Literal[
    "saliency",
    "gradient-x-input",
    "integrated-gradients",
    "smoothgrad",
    "guided-backprop",
    "deconvolution",
    "grad-cam",
    "guided-grad-cam",
    "occlusion",
    "class-map",
]
HeatColours = Literal["auto", "viridis", "magma", "cividis", "grey"]
LIVE_RUNS = 2
"""A method that runs the network no oftener than this follows a moving picture."""
LARGEST = 1_000_000

CLASS_MAP = Method(
    name="class-map",
    label="Class map",
    meaning="How likely each place of the whole picture is the class, at its own size. Only a network without fully "
    "connected layers can say that: it looks everywhere at once.",
    source="Long, Shelhamer and Darrell, Fully Convolutional Networks, 2015, section 3.1",
    signed=False,
)


def look_named(name: str) -> Method:
    """What is said of a way to look at a network: of a method of attribution, or of the class map.

    Example:
        >>> look_named("saliency").label, look_named("class-map").label
        ('Saliency', 'Class map')
    """
    return CLASS_MAP if name == CLASS_MAP.name else METHODS[name]


class InspectSpec(Spec, frozen=True, kw_only=True):
    """The number that is explained, and how its explanation looks."""

    method: Annotated[Look, field("Method", "How it is found out what the number came from.")] = "saliency"
    layer: str = ""
    """Path of the layer whose maps Grad-CAM uses; the last one that has maps if empty."""
    chosen: Annotated[
        int | None, field("Class", "The class that is explained; the likeliest one if left out.", 0, LARGEST)
    ] = None
    unit: Target | None = None
    """A number of any layer that is explained in the place of a class."""
    opacity: Annotated[
        float, field("Opacity", "How much the heat covers the picture. 0 leaves the picture alone.", 0.0, 1.0)
    ] = 0.8
    colours: Annotated[
        HeatColours,
        field(
            "Colours",
            "Auto: blue speaks against the number and orange for it where a method tells them apart, magma where it "
            "does not. The others show only how much a place matters.",
        ),
    ] = "auto"
    smoothing: Annotated[
        float,
        field(
            "Smoothing",
            "On a moving picture the bars follow the network's answers this slowly; the thin marks do not wait. 0 "
            "smooths nothing.",
            0.0,
            5.0,
            "s",
        ),
    ] = 0.3

    def __post_init__(self) -> None:
        Spec.__post_init__(self)
        if self.unit is not None and not all(0 <= at <= LARGEST for at in (self.unit.map, *self.unit.cell)):
            raise SpecError("Maps and cells are counted from 0; a number from 0 to a million would do.")

    @property
    def is_live(self) -> bool:
        """Whether the method is quick enough to follow a moving picture."""
        return look_named(self.method).runs <= LIVE_RUNS
