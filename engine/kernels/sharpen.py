"""Kernels that keep the picture and add to its detail. Their weights sum to 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.kernels.blur import gaussian_weights
from engine.kernels.family import NUMBER_OF_CELLS, Family, odd_size
from engine.kernels.parameter import Parameter
from engine.spec.filter import MAX_KERNEL_SIZE

Plane = NDArray[np.float64]

_GONZALEZ = "Gonzalez and Woods, Digital Image Processing, 3rd ed. (2008)"


def identity(size: float) -> Plane:
    """1 in the centre, 0 around it."""
    weights = np.zeros((int(size), int(size)))
    weights[int(size) // 2, int(size) // 2] = 1.0
    return weights


def sharpen(amount: float) -> Plane:
    """The picture minus `amount` times its Laplacian."""
    return identity(3) - amount * np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])


def unsharp(sigma: float, amount: float, size: float) -> Plane:
    """The picture plus `amount` times what a Gaussian blur takes from it."""
    cells = odd_size(size, 3 * sigma)
    return (1 + amount) * identity(cells) - amount * gaussian_weights(sigma, cells)


def emboss(strength: float) -> Plane:
    """The picture plus `strength` times its slope from the upper left to the lower right."""
    return identity(3) + strength * np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]])


SHARPEN_FAMILIES = (
    Family(
        name="identity",
        label="Identity",
        group="sharpen",
        summary="Gives the picture back as it is: a single 1 in the centre.",
        source="Goodfellow, Bengio and Courville, Deep Learning (2016), eq. 9.6 with K one at a single place",
        make=identity,
        parameters=(
            Parameter(
                name="size",
                label="Size",
                help="Height and width of the kernel.",
                default=3,
                minimum=1,
                maximum=MAX_KERNEL_SIZE,
                step=2,
                unit="cells",
                integer=True,
                odd=True,
            ),
        ),
    ),
    Family(
        name="sharpen",
        label="Sharpen",
        group="sharpen",
        summary="Takes the Laplacian off the picture, which makes every edge steeper.",
        source=f"{_GONZALEZ}, eq. 3.6-7: g = f + c·∇²f with c = −amount",
        make=sharpen,
        parameters=(
            Parameter(
                name="amount",
                label="Amount",
                help="How much of the Laplacian is taken off; 0 leaves the picture as it is.",
                default=1.0,
                minimum=0.0,
                maximum=5.0,
                step=0.1,
            ),
        ),
    ),
    Family(
        name="unsharp",
        label="Unsharp mask",
        group="sharpen",
        summary="Adds what a blur would take away, so details of about that width stand out.",
        source=f"{_GONZALEZ}, eq. 3.6-8 and 3.6-9: g = f + amount·(f − blurred f)",
        make=unsharp,
        parameters=(
            Parameter(
                name="sigma",
                label="Sigma σ",
                help="Width of the Gaussian blur.",
                default=1.5,
                minimum=0.3,
                maximum=5.0,
                step=0.1,
                unit="px",
            ),
            Parameter(
                name="amount",
                label="Amount",
                help="How much detail is added; 0 leaves the picture as it is.",
                default=1.0,
                minimum=0.0,
                maximum=5.0,
                step=0.1,
            ),
            NUMBER_OF_CELLS,
        ),
    ),
    Family(
        name="emboss",
        label="Emboss",
        group="sharpen",
        summary="Makes the picture look raised, with light and shadow on opposite sides of every edge.",
        source="GIMP user manual, filter 'Convolution Matrix', example 'Emboss'",
        make=emboss,
        parameters=(
            Parameter(
                name="strength",
                label="Strength",
                help="How strong light and shadow are; 0 leaves the picture as it is.",
                default=1.0,
                minimum=0.0,
                maximum=3.0,
                step=0.1,
            ),
        ),
    ),
)
