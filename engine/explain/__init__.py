"""Why a network says what it says: attributions and how far to trust them."""

from __future__ import annotations

from engine.explain.attribution import Attribution, attribute
from engine.explain.sanity import Curve, deletion, insertion, randomised
from engine.spec.attribution import METHODS, Method, Target, method_names

__all__ = [
    "METHODS",
    "Attribution",
    "Curve",
    "Method",
    "Target",
    "attribute",
    "deletion",
    "insertion",
    "method_names",
    "randomised",
]
