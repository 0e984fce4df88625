"""One kernel over one picture, fast and to float32 rounding; then a detector and pooling."""

from __future__ import annotations

from engine.filtering.bands import Cancelled
from engine.filtering.image import filter_image
from engine.filtering.picture import FilterResult, apply_filter
from engine.filtering.plan import Plan, make_plan

__all__ = ["Cancelled", "FilterResult", "Plan", "apply_filter", "filter_image", "make_plan"]
