"""Kernels that answer to stripes of one width and direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.kernels.family import NUMBER_OF_CELLS, Family, grid, odd_size
from engine.kernels.parameter import Parameter


def gabor(sigma: float, theta: float, wavelength: float, gamma: float, psi: float, size: float) -> NDArray[np.float64]:
    """exp(−(x'² + γ²y'²) / 2σ²) · cos(2πx'/λ + ψ), where x' runs in direction θ and y' across it."""
    x, y = grid(odd_size(size, 3 * sigma / min(gamma, 1.0)))
    turn = np.radians(theta)
    along = x * np.cos(turn) + y * np.sin(turn)
    across = y * np.cos(turn) - x * np.sin(turn)
    bell: NDArray[np.float64] = np.exp(-(along**2 + (gamma * across) ** 2) / (2 * sigma**2))
    wave: NDArray[np.float64] = np.cos(2 * np.pi * along / wavelength + np.radians(psi))
    return bell * wave


TEXTURE_FAMILIES = (
    Family(
        name="gabor",
        label="Gabor",
        group="texture",
        summary="A wave under a bell: answers to stripes of one width and direction, as cells of the visual cortex do.",
        source=(
            "Daugman, Uncertainty relation for resolution in space, spatial frequency, and orientation optimized by "
            "two-dimensional visual cortical filters, J. Opt. Soc. Am. A 2 (1985), 1160–1169; written as in Petkov, "
            "Biological Cybernetics 72 (1995), 83–96"
        ),
        make=gabor,
        parameters=(
            Parameter(
                name="sigma",
                label="Sigma σ",
                help="Width of the bell along the wave.",
                default=2.0,
                minimum=0.5,
                maximum=5.0,
                step=0.1,
                unit="px",
            ),
            Parameter(
                name="theta",
                label="Angle θ",
                help="Direction of the wave: 0 answers to vertical stripes, and it turns clockwise.",
                default=0.0,
                minimum=0.0,
                maximum=360.0,
                step=5.0,
                unit="°",
            ),
            Parameter(
                name="wavelength",
                label="Wavelength λ",
                help="Distance from one bright stripe to the next.",
                default=4.0,
                minimum=2.0,
                maximum=31.0,
                step=0.5,
                unit="px",
            ),
            Parameter(
                name="gamma",
                label="Aspect γ",
                help="Below 1 the bell is longer along the stripes, which makes the kernel pickier about direction.",
                default=0.6,
                minimum=0.2,
                maximum=2.0,
                step=0.1,
            ),
            Parameter(
                name="psi",
                label="Phase ψ",
                help="Where in the wave the centre is: 0 on a bright stripe, 90 between stripes, 180 on a dark one.",
                default=0.0,
                minimum=-180.0,
                maximum=180.0,
                step=15.0,
                unit="°",
            ),
            NUMBER_OF_CELLS,
        ),
    ),
)
