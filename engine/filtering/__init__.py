"""One kernel over one picture, fast and to float32 rounding; then a detector and pooling."""

from __future__ import annotations

from engine.filtering.bands import Cancelled
from engine.filtering.bank import apply_bank
from engine.filtering.chain import apply_chain
from engine.filtering.explain import CellExplanation, explain_cell
from engine.filtering.image import filter_image
from engine.filtering.picture import FilterResult, apply_filter
from engine.filtering.plan import Plan, make_plan
from engine.filtering.stream import filter_to_file

__all__ = [
    "Cancelled",
    "CellExplanation",
    "FilterResult",
    "Plan",
    "apply_bank",
    "apply_chain",
    "apply_filter",
    "explain_cell",
    "filter_image",
    "filter_to_file",
    "make_plan",
]
