"""Named kernels and what can be said of a kernel; numpy only. Knows nothing of torch or cv2.

Tools to design kernels are in `engine.kernels.design`, banks of kernels in `engine.kernels.banks`: rooms of their own,
so that whoever needs a name only does not load them.
"""

from __future__ import annotations

from engine.kernels.algebra import KernelFacts, describe, quarter_turn
from engine.kernels.catalogue import families, family, kernel, kernel_names
from engine.kernels.convert import check_weights, spec_of, weights_of
from engine.kernels.family import Family, Group, Kernel
from engine.kernels.files import load_kernel, load_weights, save_kernel
from engine.kernels.given import weights_given
from engine.kernels.parameter import Parameter
from engine.kernels.text import format_kernel, parse_kernel

__all__ = [
    "Family",
    "Group",
    "Kernel",
    "KernelFacts",
    "Parameter",
    "check_weights",
    "describe",
    "families",
    "family",
    "format_kernel",
    "kernel",
    "kernel_names",
    "load_kernel",
    "load_weights",
    "parse_kernel",
    "quarter_turn",
    "save_kernel",
    "spec_of",
    "weights_given",
    "weights_of",
]
