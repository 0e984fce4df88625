"""Kernels that answer to second derivatives: spots, rings and both sides of an edge. Their weights sum to 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.kernels.blur import gaussian_weights
from engine.kernels.family import NUMBER_OF_CELLS, Family, grid, odd_size, printed
from engine.kernels.parameter import Parameter

Plane = NDArray[np.float64]

_MARR_HILDRETH = "Marr and Hildreth, Theory of edge detection, Proc. R. Soc. Lond. B 207 (1980), 187–217"
_GONZALEZ = "Gonzalez and Woods, Digital Image Processing, 3rd ed. (2008), section 3.6.2"


def laplacian_of_gaussian(sigma: float, size: float) -> Plane:
    """(x² + y² − 2σ²) / 2πσ⁶ · exp(−(x² + y²) / 2σ²), less its mean so that flat areas give nothing."""
    x, y = grid(odd_size(size, 4 * sigma))
    square = x**2 + y**2
    weights = (square - 2 * sigma**2) / (2 * np.pi * sigma**6) * np.exp(-square / (2 * sigma**2))
    return _without_mean(weights)


def difference_of_gaussians(sigma: float, ratio: float, size: float) -> Plane:
    """The Gaussian of width σ minus the one of width ratio·σ."""
    cells = odd_size(size, 3 * ratio * sigma)
    return gaussian_weights(sigma, cells) - gaussian_weights(ratio * sigma, cells)


def _without_mean(weights: Plane) -> Plane:
    lowered: Plane = weights - weights.mean()
    return lowered


_SIGMA = Parameter(
    name="sigma",
    label="Sigma σ",
    help="Width of the Gaussian: the kernel answers most to spots of radius √2·σ.",
    default=1.4,
    minimum=0.5,
    maximum=3.7,
    step=0.1,
    unit="px",
)

BLOB_FAMILIES = (
    Family(
        name="laplacian-4",
        label="Laplacian 4",
        group="blobs",
        summary="Sum of both second derivatives from the four nearest neighbours: zero on flats and slopes.",
        source=f"{_GONZALEZ}, eq. 3.6-6 and fig. 3.37(a)",
        make=printed((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    ),
    Family(
        name="laplacian-8",
        label="Laplacian 8",
        group="blobs",
        summary="The Laplacian with the diagonals added: it treats all directions more alike.",
        source=f"{_GONZALEZ}, fig. 3.37(b)",
        make=printed((1, 1, 1), (1, -8, 1), (1, 1, 1)),
    ),
    Family(
        name="log",
        label="Laplacian of Gaussian",
        group="blobs",
        summary="Smooths and takes the Laplacian in one: edges lie where its answer changes sign.",
        source=f"{_MARR_HILDRETH}: ∇²G; the mean is taken off so that the weights sum to 0",
        make=laplacian_of_gaussian,
        parameters=(_SIGMA, NUMBER_OF_CELLS),
    ),
    Family(
        name="difference-of-gaussians",
        label="Difference of Gaussians",
        group="blobs",
        summary="A narrow blur minus a wide one: keeps details of one size, as cells of the retina do.",
        source=f"{_MARR_HILDRETH}: ratio 1.6 comes closest to the Laplacian of Gaussian",
        make=difference_of_gaussians,
        parameters=(
            Parameter(
                name="sigma",
                label="Sigma σ",
                help="Width of the narrow Gaussian.",
                default=1.0,
                minimum=0.3,
                maximum=3.0,
                step=0.1,
                unit="px",
            ),
            Parameter(
                name="ratio",
                label="Ratio",
                help="How many times wider the second Gaussian is.",
                default=1.6,
                minimum=1.1,
                maximum=5.0,
                step=0.1,
            ),
            NUMBER_OF_CELLS,
        ),
    ),
)
