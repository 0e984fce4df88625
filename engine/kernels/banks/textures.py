"""Banks for textures: derivatives of Gaussians in many directions and sizes, rings, and waves.

Those of Leung and Malik, of Varma and Zisserman and of Schmid are published on a grid of 49×49. Here everything in
them, sigmas and grid, is shrunk by the same factor size/49, since a kernel has at most 31×31 cells.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.kernels.banks.family import BankFamily, Kernels, named
from engine.kernels.blur import gaussian_weights
from engine.kernels.design import normalise
from engine.kernels.family import grid
from engine.kernels.parameter import Parameter
from engine.spec.filter import MAX_KERNEL_SIZE

Plane = NDArray[np.float64]

PUBLISHED_SIZE = 49
ORIENTATIONS = 6
ELONGATION = 3

_LEUNG_MALIK = (
    "Leung and Malik, Representing and recognizing the visual appearance of materials using three-dimensional textons, "
    "IJCV 43 (2001), 29–44; sigmas √2, 2, 2√2, 4 and elongation 3 as in the 'LM Large' set of Varma and Zisserman, A "
    "statistical approach to texture classification from single images, IJCV 62 (2005), 61–81"
)
_MAXIMUM_RESPONSE = (
    "Varma and Zisserman, A statistical approach to texture classification from single images, IJCV 62 (2005), 61–81: "
    "the 38 kernels behind MR8; sigmas 1, 2, 4 and 10, elongation 3"
)
_SCHMID = (
    "Schmid, Constructing models for content-based image retrieval, CVPR 2001: "
    "F = F₀ + cos(πτr/σ)·exp(−r²/2σ²) with 13 pairs (σ, τ)"
)
_SCHMID_PAIRS = (
    *((2, 1), (4, 1), (4, 2), (6, 1), (6, 2), (6, 3)),
    *((8, 1), (8, 2), (8, 3), (10, 1), (10, 2), (10, 3), (10, 4)),
)


def directed(order: int, sigma: float, angle: float, size: int) -> Plane:
    """The first or second derivative of a Gaussian, σ wide along `angle` and 3σ across it, less its mean, Σ|K| = 1.

    For cross-correlation: the first (`order` 1) is positive where it gets brighter in the direction of `angle`, which
    is 0 to the right and grows clockwise; the second on dark bars across that direction.
    """
    x, y = grid(size)
    turn = np.radians(angle)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    bell = np.exp(-(along**2) / (2 * sigma**2) - across**2 / (2 * (ELONGATION * sigma) ** 2))
    return _measured(along * bell if order == 1 else (along**2 / sigma**2 - 1) * bell)


def spot(sigma: float, size: int) -> Plane:
    """The Laplacian of a Gaussian, less its mean, Σ|K| = 1; positive on dark spots."""
    x, y = grid(size)
    square = (x**2 + y**2) / (2 * sigma**2)
    return _measured((square - 1) * np.exp(-square))


def rings(sigma: float, tau: float, size: int) -> Plane:
    """Schmid's wave that runs outwards under a bell, `tau` half waves within σ, less its mean, Σ|K| = 1."""
    x, y = grid(size)
    radius = np.hypot(x, y)
    return _measured(np.cos(np.pi * tau * radius / sigma) * np.exp(-(radius**2) / (2 * sigma**2)))


def _measured(weights: Plane) -> Plane:
    return np.asarray(normalise(normalise(weights, "zero-mean"), "l1-norm-1"), dtype=np.float64)


def _directed_ones(sigmas: tuple[float, ...], size: int, source: str) -> Kernels:
    """Edges and then bars, each at every sigma in six directions over half a turn."""
    kinds = (
        (1, "edge", "Derivative of a long Gaussian: positive where it gets brighter towards"),
        (2, "bar", "Second derivative of a long Gaussian: positive on dark bars across"),
    )
    angles = [180 / ORIENTATIONS * i for i in range(ORIENTATIONS)]
    return tuple(
        named(
            f"{word} {angle:g}° σ {sigma:.3g}",
            directed(order, sigma, angle, size),
            f"{summary} {angle:g}° (clockwise from the right).",
            source,
        )
        for order, word, summary in kinds
        for sigma in sigmas
        for angle in angles
    )


def _spot(sigma: float, size: int, source: str) -> Kernels:
    summary = "Laplacian of a Gaussian: positive on dark spots."
    return (named(f"spot σ {sigma:.3g}", spot(sigma, size), summary, source),)


def _blur(sigma: float, size: int, source: str) -> Kernels:
    summary = "Gaussian blur; its weights sum to 1."
    return (named(f"blur σ {sigma:.3g}", gaussian_weights(sigma, size), summary, source),)


def leung_malik(size: float) -> Kernels:
    """36 edges and bars, 8 spots (σ and 3σ) and 4 blurs."""
    cells = int(size)
    sigmas = tuple(np.sqrt(2.0) ** i * cells / PUBLISHED_SIZE for i in (1, 2, 3, 4))
    spots = [_spot(factor * sigma, cells, _LEUNG_MALIK) for factor in (1, ELONGATION) for sigma in sigmas]
    blurs = [_blur(sigma, cells, _LEUNG_MALIK) for sigma in sigmas]
    return sum((*spots, *blurs), _directed_ones(sigmas[:3], cells, _LEUNG_MALIK))


def maximum_response(size: float) -> Kernels:
    """36 edges and bars, one blur and one spot."""
    cells = int(size)
    one, two, four, ten = (sigma * cells / PUBLISHED_SIZE for sigma in (1.0, 2.0, 4.0, 10.0))
    round_ones = _blur(ten, cells, _MAXIMUM_RESPONSE) + _spot(ten, cells, _MAXIMUM_RESPONSE)
    return _directed_ones((one, two, four), cells, _MAXIMUM_RESPONSE) + round_ones


def schmid(size: float) -> Kernels:
    """13 kernels of rings."""
    cells = int(size)
    return tuple(
        named(
            f"rings σ {sigma * cells / PUBLISHED_SIZE:.3g} τ {tau}",
            rings(sigma * cells / PUBLISHED_SIZE, tau, cells),
            f"Rings with {tau} half wave{'s' if tau > 1 else ''} within σ; it answers alike to every direction.",
            _SCHMID,
        )
        for sigma, tau in _SCHMID_PAIRS
    )


_SIZE = Parameter(
    name="size",
    label="Size",
    help="Height and width of every kernel; everything in it grows and shrinks with them.",
    default=MAX_KERNEL_SIZE,
    minimum=15,
    maximum=MAX_KERNEL_SIZE,
    step=2,
    unit="cells",
    integer=True,
    odd=True,
)

TEXTURE_BANKS = (
    BankFamily(
        name="leung-malik",
        label="Leung–Malik",
        summary="48 kernels for textures: edges and bars in 6 directions and 3 sizes, 8 spots, 4 blurs.",
        source=_LEUNG_MALIK,
        make=leung_malik,
        parameters=(_SIZE,),
    ),
    BankFamily(
        name="maximum-response",
        label="Maximum response",
        summary="38 kernels; the largest answer of every 6 directions makes 8 features that turning leaves alone.",
        source=_MAXIMUM_RESPONSE,
        make=maximum_response,
        parameters=(_SIZE,),
    ),
    BankFamily(
        name="schmid",
        label="Schmid",
        summary="13 kernels of rings: turning the picture turns their maps and changes nothing else.",
        source=_SCHMID,
        make=schmid,
        parameters=(_SIZE,),
    ),
)
