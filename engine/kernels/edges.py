"""Kernels that answer to edges: the lecture's six, and the classic ones beside them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.kernels.family import Family, printed
from engine.kernels.parameter import Parameter

_LECTURE = "Yang, Convolutional Neural Networks (lecture, 2025), slide 'Some Special Kernel'"
_SOBEL = f"{_LECTURE}; Sobel and Feldman, A 3×3 isotropic gradient operator for image processing (1968)"
_SCHARR = (
    f"{_LECTURE}; Scharr, Optimale Operatoren in der digitalen Bildverarbeitung (dissertation, Heidelberg 2000): "
    "3, 10, 3 across the derivative −1, 0, 1"
)
_PREWITT = "Prewitt, Object enhancement and extraction, in Picture Processing and Psychopictorics (1970), 75–149"
_ROBERTS = "Roberts, Machine perception of three-dimensional solids (dissertation, MIT 1963): f(i, j) − f(i+1, j+1)"
_KIRSCH = (
    "Kirsch, Computer determination of the constituent structure of biological images, Computers and Biomedical "
    "Research 4 (1971), 315–328: the largest of the eight answers is the edge"
)

COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
# The eight cells around the centre of a 3×3 kernel, clockwise from the upper left.
_RING = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))


def kirsch(direction: float) -> NDArray[np.float64]:
    """Three fives on the side that `direction` names (0 north, then clockwise by 45°), threes below zero elsewhere."""
    around = np.roll([5.0, 5.0, 5.0, -3.0, -3.0, -3.0, -3.0, -3.0], int(direction))
    weights = np.zeros((3, 3))
    for cell, weight in zip(_RING, around, strict=True):
        weights[cell] = weight
    return weights


LECTURE_FAMILIES = (
    Family(
        name="vertical",
        label="Vertical",
        group="lecture",
        summary="Finds vertical edges: the left column minus the right one, so bright on the left is positive.",
        source=_LECTURE,
        make=printed((1, 0, -1), (1, 0, -1), (1, 0, -1)),
    ),
    Family(
        name="horizontal",
        label="Horizontal",
        group="lecture",
        summary="Finds horizontal edges: the upper row minus the lower one, so bright above is positive.",
        source=_LECTURE,
        make=printed((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
    ),
    Family(
        name="sobel-vertical",
        label="Sobel vertical",
        group="lecture",
        summary="Gradient from left to right, smoothed 1-2-1 along the edge; it answers to vertical edges.",
        source=_SOBEL,
        make=printed((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    ),
    Family(
        name="sobel-horizontal",
        label="Sobel horizontal",
        group="lecture",
        summary="Gradient from top to bottom, smoothed 1-2-1 along the edge; it answers to horizontal edges.",
        source=_SOBEL,
        make=printed((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    ),
    Family(
        name="scharr-vertical",
        label="Scharr vertical",
        group="lecture",
        summary="Gradient from left to right, smoothed 3-10-3, which keeps its direction truer than Sobel's.",
        source=_SCHARR,
        make=printed((-3, 0, 3), (-10, 0, 10), (-3, 0, 3)),
    ),
    Family(
        name="scharr-horizontal",
        label="Scharr horizontal",
        group="lecture",
        summary="Gradient from top to bottom, smoothed 3-10-3, which keeps its direction truer than Sobel's.",
        source=_SCHARR,
        make=printed((-3, -10, -3), (0, 0, 0), (3, 10, 3)),
    ),
)

EDGE_FAMILIES = (
    Family(
        name="prewitt-vertical",
        label="Prewitt vertical",
        group="edges",
        summary="Gradient from left to right, averaged equally over three rows.",
        source=_PREWITT,
        make=printed((-1, 0, 1), (-1, 0, 1), (-1, 0, 1)),
    ),
    Family(
        name="prewitt-horizontal",
        label="Prewitt horizontal",
        group="edges",
        summary="Gradient from top to bottom, averaged equally over three columns.",
        source=_PREWITT,
        make=printed((-1, -1, -1), (0, 0, 0), (1, 1, 1)),
    ),
    Family(
        name="roberts-1",
        label="Roberts 1",
        group="edges",
        summary="The smallest edge detector: a pixel minus its neighbour at the lower right.",
        source=_ROBERTS,
        make=printed((1, 0), (0, -1)),
    ),
    Family(
        name="roberts-2",
        label="Roberts 2",
        group="edges",
        summary="The other diagonal: a pixel minus its neighbour at the lower left.",
        source=_ROBERTS,
        make=printed((0, 1), (-1, 0)),
    ),
    Family(
        name="kirsch",
        label="Kirsch",
        group="edges",
        summary="Compares three neighbours on one side with the other five; there is one for each of eight directions.",
        source=_KIRSCH,
        make=kirsch,
        parameters=(
            Parameter(
                name="direction",
                label="Direction",
                help=f"The brighter side: 0 is {COMPASS[0]}, and each step turns it by 45° clockwise.",
                default=0,
                minimum=0,
                maximum=7,
                step=1,
                integer=True,
                labels=COMPASS,
            ),
        ),
    ),
)
