"""Banks of edge kernels turned round the compass, and banks of what the catalogue has."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from engine.kernels.banks.family import BankFamily, Kernels, named, taken
from engine.kernels.catalogue import families, kernel
from engine.kernels.design import flip, rotate_rings
from engine.kernels.edges import COMPASS

_ROBINSON = (
    "Robinson, Edge detection by compass gradient masks, Computer Graphics and Image Processing 6 (1977), 492–501: "
    "the weights move on along the ring around the centre"
)


def compass(name: str) -> Kernels:
    """The horizontal kernel of that name in eight directions, the bright side first in the north, then clockwise."""
    horizontal = kernel(name)
    north = flip(horizontal.weights, "up-down")  # the catalogue's answer to bright below
    return tuple(
        named(
            direction,
            rotate_rings(north, turn),
            f"Positive where it gets brighter to the {direction}.",
            f"{horizontal.source}; {_ROBINSON}",
        )
        for turn, direction in enumerate(COMPASS)
    )


def kirsch() -> Kernels:
    """Kirsch's eight kernels."""
    return tuple(taken(kernel("kirsch", direction=turn), direction) for turn, direction in enumerate(COMPASS))


def lecture() -> Kernels:
    """The six kernels of the lecture, as it prints them."""
    return tuple(taken(family.kernel({})) for family in families() if family.group == "lecture")


def all_families() -> Kernels:
    """One of every family of the catalogue."""
    return tuple(taken(family.kernel({})) for family in families())


def _compass(label: str, name: str, summary: str, make: Callable[[], Kernels]) -> BankFamily:
    return BankFamily(name=name, label=label, summary=summary, source=_ROBINSON, make=make)


DIRECTION_BANKS = (
    BankFamily(
        name="lecture",
        label="The lecture's six",
        summary="The six edge kernels that the lecture prints: plain, Sobel and Scharr, each for both directions.",
        source="Yang, Convolutional Neural Networks (lecture, 2025), slide 'Some Special Kernel'",
        make=lecture,
    ),
    BankFamily(
        name="families",
        label="All families",
        summary="One kernel of every family of the catalogue, each as it first shows.",
        source="the sources of the kernels",
        make=all_families,
    ),
    _compass(
        "Sobel compass",
        "sobel-compass",
        "Sobel's kernel in eight directions; the largest of the eight answers tells where it gets brighter.",
        partial(compass, "sobel-horizontal"),
    ),
    _compass(
        "Scharr compass",
        "scharr-compass",
        "Scharr's kernel in eight directions.",
        partial(compass, "scharr-horizontal"),
    ),
    _compass(
        "Prewitt compass",
        "prewitt-compass",
        "Prewitt's kernel in eight directions: three cells against three.",
        partial(compass, "prewitt-horizontal"),
    ),
    BankFamily(
        name="kirsch-compass",
        label="Kirsch compass",
        summary="Kirsch's eight kernels: three neighbours on one side against the other five.",
        source=kernel("kirsch").source,
        make=kirsch,
    ),
)
