"""Finding a layer by a few letters: by its name, by what else it is called, and by what it does."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from app.network.recipes import RECIPES
from app.network.words import summary_line
from engine.spec.layers import LAYER_TYPES

READY = "Ready-made"
"""The group of several layers at once."""
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+d?")
_ALIASES = {
    "Conv": "convolution kernel filter cnn feature",
    "ConvTranspose": "deconvolution upconvolution fractional stride",
    "UnsharedConv": "locally connected local unshared",
    "TiledConv": "local tiled",
    "TableConv": "connection table c3 paper",
    "FixedKernels": "bank kernels frozen gabor sobel filter",
    "MaxPool": "subsampling downsample maximum",
    "AvgPool": "subsampling downsample mean average",
    "LPPool": "subsampling root power l2",
    "AdaptiveAvgPool": "global average pooling gap mean",
    "AdaptiveMaxPool": "global maximum pooling",
    "ReLU": "activation rectifier nonlinearity",
    "Softmax": "probabilities",
    "SiLU": "swish activation",
    "Sigmoid": "logistic activation",
    "Tanh": "hyperbolic tangent activation",
    "BatchNorm": "normalization bn",
    "GroupNorm": "normalization instance gn",
    "LayerNorm": "normalization ln",
    "Normalize": "mean std standardise preprocessing scale",
    "Dropout": "regularization noise",
    "Flatten": "reshape vector",
    "Linear": "dense fully connected fc perceptron",
    "Upsample": "resize interpolate enlarge unpool",
    "Pad": "padding border zeros reflect",
    "Identity": "nothing placeholder",
    "Residual": "skip shortcut resnet add bypass block",
    "Branches": "inception parallel concat split merge block",
}
_OFTEN = ("Conv{}d", "ReLU", "MaxPool{}d", "BatchNorm{}d", "Dropout", "Flatten", "Linear", "Residual", "Branches")


class Entry(NamedTuple):
    """Something that can be added: its name, one sentence about it, its group, and words that lead to it."""

    name: str
    help: str
    group: str
    words: tuple[str, ...]
    aliases: tuple[str, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """Every type of layer in the order of the menu, then what is ready-made."""
    made = []
    for name, kind in LAYER_TYPES.items():
        aliases = _ALIASES.get(re.sub(r"\dd$", "", name), "") + " " + kind.group
        made.append(_entry(name, summary_line(kind), kind.group, aliases))
    return (*made, *(_entry(recipe.name, recipe.help, READY, recipe.aliases) for recipe in RECIPES))


def _entry(name: str, help: str, group: str, aliases: str) -> Entry:
    return Entry(name, help, group, tuple(word.lower() for word in _WORD.findall(name)), _words(aliases))


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower()))


def often_used(axes: int) -> tuple[str, ...]:
    """What most networks on maps of so many axes are made of."""
    names = (name.format(axes if 1 <= axes <= 3 else 2) for name in _OFTEN)
    return tuple(name for name in names if name in LAYER_TYPES)


def found(typed: str, axes: int = 2) -> list[Entry]:
    """What fits all typed words, best first; among equals what is for maps of so many axes.

    Example:
        >>> found("dropout")[0].name, found("skip")[0].name, found("max pool", 1)[0].name, found("xyzzy")
        ('Dropout', 'Residual', 'MaxPool1d', [])
    """
    wanted = _words(typed)
    ranks = [(rank, entry) for entry in entries() if (rank := _rank(entry, typed.strip().lower(), wanted)) is not None]
    ranks.sort(key=lambda each: (each[0], not _is_for(each[1], axes)))
    return [entry for _, entry in ranks]


def _is_for(entry: Entry, axes: int) -> bool:
    kind = LAYER_TYPES.get(entry.name)
    return kind is None or kind.axes in (0, axes)


def _rank(entry: Entry, typed: str, wanted: tuple[str, ...]) -> int | None:
    """0 for the best; None if a typed word leads nowhere near."""
    name = entry.name.lower()
    if not wanted or name == typed:
        return 0
    if name.startswith(typed):
        return 1
    ranks = [_word_rank(entry, word) for word in wanted]
    known = [rank for rank in ranks if rank is not None]
    return max(known) if len(known) == len(ranks) else None


def _word_rank(entry: Entry, word: str) -> int | None:
    if any(each.startswith(word) for each in entry.words):
        return 2
    if word in entry.aliases:
        return 3
    if any(each.startswith(word) for each in entry.aliases):
        return 4
    if word in entry.name.lower():
        return 5
    return 6 if any(each.startswith(word) for each in _words(entry.help)) else None
