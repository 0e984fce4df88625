"""What a layer's weights are before anything is learned."""

from __future__ import annotations

from typing import Annotated, Literal

from engine.spec.fields import field

_WORDS = Literal[
    "default", "kaiming-uniform", "kaiming-normal", "xavier-uniform", "xavier-normal", "orthogonal", "zeros"
]
_BANKS = Literal[
    "bank:lecture",
    "bank:families",
    "bank:sobel-compass",
    "bank:scharr-compass",
    "bank:prewitt-compass",
    "bank:kirsch-compass",
    "bank:gabor",
    "bank:cosine",
    "bank:laws",
    "bank:leung-malik",
    "bank:maximum-response",
    "bank:schmid",
]
_HELP = (
    "What the weights are before training: as torch draws them (default), drawn after Kaiming or Xavier, orthogonal, "
    "or all zero. Biases then begin with zero."
)
_LABELS = {"default": "torch's own"}

Init = Annotated[_WORDS, field("Initial weights", _HELP, labels=_LABELS)]
Init2d = Annotated[
    Literal[_WORDS, _BANKS],
    field("Initial weights", f"{_HELP[:-1]}. A bank's kernels go into the maps one after the other.", labels=_LABELS),
]
InitSeed = Annotated[
    int | None,
    field(
        "Initial seed",
        "Draws this layer's weights from a chance of their own. Left out, they follow the run's seed.",
        0,
        2**31 - 1,
    ),
]
Frozen = Annotated[
    bool,
    field(
        "Frozen",
        "Training leaves the layer's weights as they are, a kernel from the Kernel page among them. The layers before "
        "it learn on.",
    ),
]
BESIDE = ("frozen", "init", "init_seed")
"""Settings that torch's classes know nothing of."""
BANK = "bank:"
