"""Banks of waves and of products: Gabor kernels, the cosine transform's patterns, Laws' texture kernels."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kernels.banks.bank import NamedKernel
from engine.kernels.banks.family import BankFamily, Kernels, named
from engine.kernels.design import normalise
from engine.kernels.parameter import Parameter
from engine.kernels.texture import gabor
from engine.spec.filter import MAX_KERNEL_SIZE

Vector = NDArray[np.float64]

_GABOR = (
    "Daugman, J. Opt. Soc. Am. A 2 (1985), 1160–1169; σ = 0.56·λ, a bandwidth of one octave, as in Petkov, Biological "
    "Cybernetics 72 (1995), 83–96"
)
_COSINE = (
    "Ahmed, Natarajan and Rao, Discrete cosine transform, IEEE Trans. Computers C-23 (1974), 90–93, in two dimensions"
)
_LAWS = "Laws, Textured image segmentation (dissertation, University of Southern California 1980)"
_LAWS_VECTORS = {
    "level": (1, 4, 6, 4, 1),
    "edge": (-1, -2, 0, 2, 1),
    "spot": (-1, 0, 2, 0, -1),
    "wave": (-1, 2, 0, -2, 1),
    "ripple": (1, -4, 6, -4, 1),
}

_SIGMA_OF_WAVELENGTH = 0.56
_LONGEST = 8.5


def gabors(orientations: float, wavelengths: float, shortest: float, longest: float, phases: float) -> Kernels:
    """Gabor kernels of every direction, wavelength and phase, less their mean, with Σ|K| = 1."""
    if shortest > longest:
        raise SpecError(f"The shortest wavelength, {shortest:g} px, is longer than the longest, {longest:g} px.")
    angles = [180 / orientations * i for i in range(int(orientations))]
    lengths = np.geomspace(shortest, longest, int(wavelengths)).tolist() if shortest < longest else [shortest]
    choices = list(itertools.product(lengths, angles, (0.0, 90.0)[: int(phases)]))
    return tuple(_gabor(*choice) for choice in choices)


def _gabor(wavelength: float, angle: float, phase: float) -> NamedKernel:
    size = min(2 * int(np.ceil(3 * _SIGMA_OF_WAVELENGTH * wavelength)) + 1, MAX_KERNEL_SIZE)
    weights = gabor(_SIGMA_OF_WAVELENGTH * wavelength, angle, wavelength, 1.0, phase, size)
    word = "between" if phase else "on"
    return named(
        f"{angle:.3g}° λ {wavelength:.3g}{' odd' if phase else ''}",
        normalise(normalise(weights, "zero-mean"), "l1-norm-1"),
        f"Answers to stripes {wavelength:.3g} px apart, one after the other at {angle:.3g}°, most {word} a bright one.",
        _GABOR,
    )


def cosines(size: float) -> Kernels:
    """All size×size patterns of the cosine transform, from the flat one to the finest checks; ΣK² = 1 each."""
    cells = int(size)
    waves = [_cosine(k, cells) for k in range(cells)]
    return tuple(
        named(
            f"{down} down {across} across",
            np.outer(waves[down], waves[across]),
            f"A pattern of {down} half waves downwards times {across} across.",
            _COSINE,
        )
        for down in range(cells)
        for across in range(cells)
    )


def _cosine(k: int, size: int) -> Vector:
    wave = np.cos(np.pi * k * (np.arange(size) + 0.5) / size)
    return np.asarray(wave / np.sqrt((wave**2).sum()))


def laws() -> Kernels:
    """25 products of five vectors of five."""
    return tuple(
        named(
            f"{down} × {across}",
            np.outer(_LAWS_VECTORS[down], _LAWS_VECTORS[across]),
            f"Laws' {down} downwards times {across} across.",
            _LAWS,
        )
        for down in _LAWS_VECTORS
        for across in _LAWS_VECTORS
    )


def _number(name: str, label: str, help_text: str, default: float, most: float) -> Parameter:
    return Parameter(
        name=name, label=label, help=help_text, default=default, minimum=1, maximum=most, step=1, integer=True
    )


def _length(name: str, label: str, help_text: str, default: float) -> Parameter:
    return Parameter(
        name=name, label=label, help=help_text, default=default, minimum=2, maximum=_LONGEST, step=0.5, unit="px"
    )


WAVE_BANKS = (
    BankFamily(
        name="gabor",
        label="Gabor",
        summary="Waves under a bell in several directions and wavelengths, as cells of the visual cortex see them.",
        source=_GABOR,
        make=gabors,
        parameters=(
            _number("orientations", "Directions", "How many directions over half a turn.", 8, 32),
            _number("wavelengths", "Wavelengths", "How many, evenly spaced in octaves.", 4, 8),
            _length("shortest", "Shortest λ", "The shortest distance from one bright stripe to the next.", 3.0),
            _length("longest", "Longest λ", "The longest distance from one bright stripe to the next.", _LONGEST),
            _number("phases", "Phases", "1: a bright stripe in the centre; 2: also an edge in the centre.", 2, 2),
        ),
    ),
    BankFamily(
        name="cosine",
        label="Cosine patterns",
        summary="The patterns that JPEG builds its blocks from: every whole number of half waves down and across.",
        source=_COSINE,
        make=cosines,
        parameters=(_number("size", "Size", "Height and width; there are size² patterns.", 8, 8),),
    ),
    BankFamily(
        name="laws",
        label="Laws",
        summary="25 texture kernels: every product of level, edge, spot, wave and ripple downwards and across.",
        source=_LAWS,
        make=laws,
    ),
)
