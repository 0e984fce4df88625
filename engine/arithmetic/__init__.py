"""Sizes, padding, receptive fields and visit counts, in plain Python and numpy. Knows nothing of torch or cv2."""

from __future__ import annotations

from engine.arithmetic.checks import pair, whole
from engine.arithmetic.padding import check_padding_mode, extent, padding_amounts, padding_per_side
from engine.arithmetic.receptive import (
    Box,
    ChainGeometry,
    Window,
    cells_reached,
    chain_geometry,
    pixels_read,
    receptive_field,
)
from engine.arithmetic.sizes import SizeFormula, output_size, pooled_size, size_formula
from engine.arithmetic.visits import axis_visits, visit_counts

__all__ = [
    "Box",
    "ChainGeometry",
    "SizeFormula",
    "Window",
    "axis_visits",
    "cells_reached",
    "chain_geometry",
    "check_padding_mode",
    "extent",
    "output_size",
    "padding_amounts",
    "padding_per_side",
    "pair",
    "pixels_read",
    "pooled_size",
    "receptive_field",
    "size_formula",
    "visit_counts",
    "whole",
]
