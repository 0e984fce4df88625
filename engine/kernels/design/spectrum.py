"""What a kernel does to stripes: how much it passes of each frequency, and what kind of filter that makes it."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import SpecError
from engine.kernels.design.grid import anchor
from engine.kernels.design.planes import Planes, plane_of
from engine.spec.filter import Operation

Kind = Literal["silent", "all-pass", "low-pass", "high-pass", "band-pass", "high-boost", "mixed"]

KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_FREQUENCIES = 1024

_ALL, _NONE, _HALF = 0.9, 0.1, 0.5
_HIGH = 0.4
_GRID = 64
_FINE_GRID = 128


class FrequencyResponse(NamedTuple):
    """What becomes of stripes of each frequency, the constant (frequency 0) in the middle.

    `magnitude` [N, N] is how many times as strong they come out, `phase` [N, N] how far they are moved on, in radians
    within ±π (0 where nothing comes out). `frequencies` [N] are those of the rows (vertical) as well as of the columns
    (horizontal), in cycles a pixel from −0.5 up to below 0.5. All are float64.
    """

    magnitude: NDArray[np.float64]
    phase: NDArray[np.float64]
    frequencies: NDArray[np.float64]


def frequency_response(
    weights: ArrayLike, size: int = _GRID, operation: Operation = "correlation"
) -> FrequencyResponse:
    """The frequency response of a kernel: its discrete Fourier transform, filled up with zeros to size×size.

    H(f) = Σ_j K[j]·exp(−2πi f·(j − a)) for convolution, where a is the anchor; cross-correlation has the conjugate,
    with its own anchor, and so the same magnitude.

    Args:
        weights: [kH, kW].
        size: N, frequencies in each direction, max(kH, kW) to 1,024; more make the curve finer, not different.
        operation: "correlation" or "convolution"; of effect on the phase alone.

    Raises:
        SpecError: for what is no plane, or too few or too many frequencies.

    Source: Gonzalez and Woods, Digital Image Processing, 3rd ed. (2008), sections 4.6.6 (convolution theorem) and
        4.6.3 (centring); Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed. (2010), section 2.6.

    Example:
        >>> response = frequency_response([[1, -1]], size=4)
        >>> response.frequencies.tolist(), response.magnitude[2].round(3).tolist()
        ([-0.5, -0.25, 0.0, 0.25], [2.0, 1.414, 0.0, 1.414])
    """
    plane = plane_of(weights)
    height, width = plane.shape
    row, column = anchor((height, width), operation)
    if not (isinstance(size, (int, np.integer)) and max(height, width) <= size <= MOST_FREQUENCIES):
        known = f"{max(height, width)} to {MOST_FREQUENCIES:,}"
        raise SpecError(f"A kernel of {height}×{width} needs {known} frequencies in each direction, not {size}.")
    laid = np.zeros((size, size))
    laid[:height, :width] = plane
    found = np.fft.fftshift(np.fft.fft2(np.roll(laid, (-row, -column), axis=(0, 1))))
    if operation == "correlation":
        found = found.conj()
    magnitude = np.abs(found)
    # Rounding leaves a direction to what is nothing but rounding; that is no phase.
    heard = magnitude > 1e-12 * max(float(np.abs(plane).sum()), 1e-300)
    phase = np.where(heard, np.angle(found), 0.0)
    return FrequencyResponse(magnitude, phase, np.fft.fftshift(np.fft.fftfreq(size)))


class Passband(NamedTuple):
    """What kind of filter a kernel is, read off its frequency response at 128×128 frequencies.

    `kind` is a word; `constant` how much of a flat area comes out (|ΣK|), `peak` the most of any frequency, and
    `frequency` (vertical, horizontal) in cycles a pixel that one, the lowest if there are several. `wavelength` is
    the distance of its stripes in pixels, None where the peak is the constant. `angle` is the direction in which they
    follow each other, in degrees clockwise from the right, above −90° and up to 90°; None where stripes of that width
    pass half as strong or more whatever their direction.

    "low-pass": flat areas pass (at least 0.9 of the peak), and of frequencies above 0.4 at most half of the peak does
    on average. "high-pass": of flat areas at most 0.1 of the peak passes, and the peak lies above 0.4 cycles a pixel
    in one of the two directions; "band-pass": the same with a lower peak. "high-boost": flat areas pass in part, and
    the peak is that high. "all-pass": everything passes within a tenth. "silent": all weights are 0. Anything else is
    "mixed".
    """

    kind: Kind
    constant: float
    peak: float
    frequency: tuple[float, float]
    wavelength: float | None
    angle: float | None


def passband(weights: ArrayLike) -> Passband:
    """The kind of filter that a kernel is, in one word and a few numbers.

    Args:
        weights: [kH, kW].

    Raises:
        SpecError: for what is no plane.

    Example:
        >>> passband([[1, 2, 1]]).kind, passband([[1, -1]]).kind, passband([[1, 0, -1]]).kind
        ('low-pass', 'high-pass', 'band-pass')
        >>> passband([[1, 0, -1]]).wavelength
        4.0
    """
    plane = plane_of(weights)
    response = frequency_response(plane, max(_FINE_GRID, 2 * math.ceil(max(plane.shape) / 2)))
    magnitude, steps = response.magnitude, response.frequencies
    constant, peak = abs(float(plane.sum())), float(magnitude.max())
    if peak == 0:
        return Passband("silent", 0.0, 0.0, (0.0, 0.0), None, None)
    vertical, horizontal = np.meshgrid(steps, steps, indexing="ij")
    near = np.argwhere(magnitude >= peak * (1 - 1e-6))
    distances = np.hypot(*(steps[near].T))
    # A real kernel passes f and −f alike: the one that points to the right is named.
    best = near[np.lexsort((near[:, 0], -near[:, 1], np.round(distances, 9)))[0]]
    frequency = _to_the_right(float(steps[best[0]]), float(steps[best[1]]))
    high = np.maximum(np.abs(vertical), np.abs(horizontal)) >= _HIGH
    kind = _kind(constant / peak, magnitude / peak, high, max(map(abs, frequency)) >= _HIGH)
    radius = math.hypot(*frequency)
    if radius == 0:
        return Passband(kind, constant, peak, frequency, None, None)
    angle = math.degrees(math.atan2(*frequency)) if _takes_sides(plane, min(radius, 0.5)) else None
    return Passband(kind, constant, peak, frequency, 1 / radius, angle)


def _takes_sides(plane: Planes, radius: float) -> bool:
    """Whether stripes of one width pass less than half as strong in some directions as in others."""
    turns = np.radians(np.arange(0.0, 180.0, 5.0))[:, np.newaxis]
    down = np.exp(-2j * np.pi * radius * np.sin(turns) * np.arange(plane.shape[0]))
    across = np.exp(-2j * np.pi * radius * np.cos(turns) * np.arange(plane.shape[1]))
    passed = np.abs(np.einsum("ti,ij,tj->t", down, plane, across))
    return bool(passed.min() < _HALF * passed.max())


def _to_the_right(down: float, across: float) -> tuple[float, float]:
    """Of a frequency and its opposite the one that points to the right, or straight down."""
    turned = across < 0 or (across == 0 and down < 0)
    return (-down + 0.0, -across + 0.0) if turned else (down, across)


def _kind(constant: float, passed: NDArray[np.float64], high: NDArray[np.bool_], peak_is_high: bool) -> Kind:
    if float(passed.min()) >= _ALL:
        return "all-pass"
    if constant >= _ALL:
        return "low-pass" if float(passed[high].mean()) <= _HALF else "mixed"
    if constant <= _NONE:
        return "high-pass" if peak_is_high else "band-pass"
    return "high-boost" if peak_is_high else "mixed"
