"""Kernels that average: box, Gaussian and motion blur. Their weights sum to 1, so flat areas keep their value."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.kernels.family import NUMBER_OF_CELLS, Family, odd_size
from engine.kernels.parameter import Parameter
from engine.spec.filter import MAX_KERNEL_SIZE

Plane = NDArray[np.float64]


def gaussian_weights(sigma: float, size: int) -> Plane:
    """exp(−(x² + y²) / 2σ²) on a size×size grid, divided by its sum."""
    steps = np.arange(size) - (size - 1) / 2
    bell = np.exp(-(steps**2) / (2 * sigma**2))
    return np.outer(bell / bell.sum(), bell / bell.sum())


def gaussian(sigma: float, size: float) -> Plane:
    """A Gaussian as wide as ±3σ unless a size is given."""
    return gaussian_weights(sigma, odd_size(size, 3 * sigma))


def box(size: float) -> Plane:
    """size×size equal weights."""
    return np.full((int(size), int(size)), 1 / size**2)


def motion_blur(length: float, angle: float) -> Plane:
    """How much of a centred line of this length lies in each cell, as a share of the whole.

    The line is cut wherever it crosses from one cell into the next; each piece counts for the cell of its middle.
    """
    size = int(length) | 1
    half = (size - 1) // 2
    along = np.array([math.sin(math.radians(angle)), math.cos(math.radians(angle))])
    walls = np.arange(-half - 0.5, half + 1)
    crossings = np.concatenate([walls / part for part in along if abs(part) > 1e-9])
    inner = crossings[np.abs(crossings) < length / 2]
    cuts = np.sort(np.concatenate([[-length / 2], inner, [length / 2]]))
    middles = (cuts[:-1] + cuts[1:]) / 2
    lengths = np.diff(cuts)
    # Where the line passes through a corner it is cut twice: the piece between has no length and no cell of its own.
    real = lengths > 1e-9
    rows, columns = (np.rint(np.outer(along, middles[real])).astype(int) + half).tolist()
    weights = np.zeros((size, size))
    np.add.at(weights, (rows, columns), lengths[real])
    return weights / length


BLUR_FAMILIES = (
    Family(
        name="box",
        label="Box",
        group="blur",
        summary="The plain mean of all pixels under the kernel.",
        source="Gonzalez and Woods, Digital Image Processing, 3rd ed. (2008), section 3.5.1: all weights 1/mn",
        make=box,
        parameters=(
            Parameter(
                name="size",
                label="Size",
                help="Height and width of the kernel; an even one moves the picture by half a pixel.",
                default=3,
                minimum=1,
                maximum=MAX_KERNEL_SIZE,
                step=1,
                unit="cells",
                integer=True,
            ),
        ),
    ),
    Family(
        name="gaussian",
        label="Gaussian",
        group="blur",
        summary="A mean that counts near pixels more than far ones, the same in every direction.",
        source=(
            "Marr and Hildreth, Theory of edge detection, Proc. R. Soc. Lond. B 207 (1980), 187–217: "
            "G = exp(−(x² + y²) / 2σ²) / 2πσ², here divided by the sum of its weights"
        ),
        make=gaussian,
        parameters=(
            Parameter(
                name="sigma",
                label="Sigma σ",
                help="Width of the bell: about two thirds of a row's weight lies within one sigma of the centre.",
                default=1.0,
                minimum=0.2,
                maximum=5.0,
                step=0.1,
                unit="px",
            ),
            NUMBER_OF_CELLS,
        ),
    ),
    Family(
        name="motion-blur",
        label="Motion blur",
        group="blur",
        summary="The mean along a line, as if the camera had moved straight while the shutter was open.",
        source=(
            "Gonzalez and Woods, Digital Image Processing, 3rd ed. (2008), eq. 5.6-11 (uniform linear motion), "
            "here in pixels: the share of the path that lies in each cell"
        ),
        make=motion_blur,
        parameters=(
            Parameter(
                name="length",
                label="Length",
                help="How far the camera moved.",
                default=9,
                minimum=1,
                maximum=MAX_KERNEL_SIZE,
                step=1,
                unit="px",
                integer=True,
            ),
            Parameter(
                name="angle",
                label="Angle",
                help="Direction of the motion: 0 is along a row, and it turns clockwise.",
                default=0.0,
                minimum=0.0,
                maximum=180.0,
                step=5.0,
                unit="°",
            ),
        ),
    ),
)
