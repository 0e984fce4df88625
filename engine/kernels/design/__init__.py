"""Tools to design kernels: pure functions from weights to weights, and what can be read off them; numpy only.

A kernel goes in as an array [kH, kW] or [kH, kW, C] of any real type and comes out as a new float32 array; what it
was made of stays as it was. Tools work on kernels of up to 151×151, so that a chain of them can be looked at as one.
"""

from __future__ import annotations

from engine.kernels.design.adjust import MEASURES, Measure, negate, normalise, round_to, scale
from engine.kernels.design.combine import compose, weighted_sum
from engine.kernels.design.grid import RESAMPLINGS, Resampling, anchor, dilate, resample, resize
from engine.kernels.design.low_rank import LowRank, low_rank, singular_values
from engine.kernels.design.measure import Measures, measure
from engine.kernels.design.merge import merged
from engine.kernels.design.planes import MOST_CELLS
from engine.kernels.design.spectrum import (
    KINDS,
    FrequencyResponse,
    Kind,
    Passband,
    frequency_response,
    passband,
)
from engine.kernels.design.symmetry import (
    SYMMETRIES,
    Symmetries,
    Symmetry,
    symmetric_cells,
    symmetries,
    symmetrise,
)
from engine.kernels.design.template import Template, match_scores, template_from_patch
from engine.kernels.design.turn import (
    INTERPOLATIONS,
    MIRRORS,
    Interpolation,
    Mirror,
    flip,
    rotate,
    rotate_rings,
    transpose,
)

__all__ = [
    "INTERPOLATIONS",
    "KINDS",
    "MEASURES",
    "MIRRORS",
    "MOST_CELLS",
    "RESAMPLINGS",
    "SYMMETRIES",
    "FrequencyResponse",
    "Interpolation",
    "Kind",
    "LowRank",
    "Measure",
    "Measures",
    "Mirror",
    "Passband",
    "Resampling",
    "Symmetries",
    "Symmetry",
    "Template",
    "anchor",
    "compose",
    "dilate",
    "flip",
    "frequency_response",
    "low_rank",
    "match_scores",
    "measure",
    "merged",
    "negate",
    "normalise",
    "passband",
    "resample",
    "resize",
    "rotate",
    "rotate_rings",
    "round_to",
    "scale",
    "singular_values",
    "symmetric_cells",
    "symmetries",
    "symmetrise",
    "template_from_patch",
    "transpose",
    "weighted_sum",
]
