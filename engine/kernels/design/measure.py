"""Everything that can be read off a kernel, in one answer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from engine.kernels.design.low_rank import ranks_of
from engine.kernels.design.planes import planes_of
from engine.kernels.design.spectrum import Passband, passband
from engine.kernels.design.symmetry import Symmetries, symmetries


class Measures(NamedTuple):
    """Read-outs of a kernel; of one with channels, over all its planes together where not said otherwise.

    `sum` ΣK is what a flat picture of ones gives (the gain at frequency 0). `l1` Σ|K| is the largest answer to pixels
    within ±1; `l2` √ΣK² how much the spread of white noise is multiplied. `lowest` and `highest` bound the answers to
    pixels in [0, 1]: the negative weights' sum and the positive ones'. `smallest` and `largest` are weights. `ranks`
    has one rank a plane, `passband` is None for a kernel with channels.
    """

    size: tuple[int, int]
    sum: float
    l1: float
    l2: float
    lowest: float
    highest: float
    smallest: float
    largest: float
    ranks: tuple[int, ...]
    symmetries: Symmetries
    passband: Passband | None

    @property
    def separable(self) -> bool:
        """Whether each plane is one column times one row."""
        return max(self.ranks) <= 1


def measure(weights: ArrayLike) -> Measures:
    """The read-outs of a kernel.

    A plane's rank counts its singular values above max(kH, kW)·2⁻²³ of the largest: smaller ones are the rounding of
    float32 weights.

    Args:
        weights: [kH, kW] or [kH, kW, C].

    Raises:
        SpecError: for what is no kernel.

    Source: rank by singular values, Golub and Van Loan, Matrix Computations, 4th ed. (2013), section 5.4.1.

    Example:
        >>> found = measure([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
        >>> found.sum, found.l1, found.lowest, found.highest, found.ranks
        (0.0, 8.0, -4.0, 4.0, (1,))
        >>> found.passband.kind, found.symmetries.odd
        ('band-pass', ('left-right', 'half-turn'))
    """
    planes = planes_of(weights)
    largest = float(np.abs(planes).max())
    scale = largest or 1.0
    return Measures(
        size=(planes.shape[0], planes.shape[1]),
        sum=float(planes.sum()),
        l1=float(np.abs(planes).sum()),
        # Squares of weights near the ends of float32's range fit into float64 only when scaled.
        l2=scale * float(np.sqrt(((planes / scale) ** 2).sum())),
        lowest=float(planes[planes < 0].sum()),
        highest=float(planes[planes > 0].sum()),
        smallest=float(planes.min()),
        largest=float(planes.max()),
        ranks=ranks_of(planes),
        symmetries=symmetries(planes),
        passband=passband(planes) if planes.ndim == 2 else None,
    )
