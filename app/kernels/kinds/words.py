"""What is said of a layer and of its cells."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.kernels.kinds.told import KindTold
from app.kernels.steps.sums import Line
from engine.errors import SpecError
from engine.kinds.facts import kind_facts
from engine.protocol import KindExplained
from engine.spec.kind import KindSpec

MOST_CHANNELS = 3
"""Channels whose sums are written one by one."""


def cell_words(event: KindExplained) -> str:
    """Such as 'Output (0, 3, 4)': channel first, as torch counts."""
    return f"{event.side.capitalize()} ({', '.join(map(str, event.cell))})"


def kernel_words(told: KindTold, spec: KindSpec) -> tuple[str, ...]:
    """Whose weights they are, in words and shorter."""
    kernel = told.event.kernel
    if spec.kind == "tiled" and kernel:
        tile = "×".join(map(str, spec.tile))
        return f"kernel ({', '.join(map(str, kernel))}) of the {tile} that take turns", f"kernel {kernel}"
    if spec.kind == "unshared" and kernel:
        if told.event.side == "input":
            return "each of another place's kernel", "of several kernels"
        return f"of this place only, ({', '.join(map(str, kernel))})", "of this place"
    if spec.kind == "dense":
        return "of this cell only", "its own"
    turned = "turned by 180°" if spec.operation == "convolution" else ""
    return f"the same at every place{', ' if turned else ''}{turned}", turned or "shared"


def lines_of(told: KindTold, spec: KindSpec) -> list[Line]:
    """From the products to the cell, a line each."""
    event = told.event
    if event.side == "input":
        return [
            Line("value", (event.value,)),
            Line("products", (float(event.count),)),
            Line("output cells reached", (float(len({tuple(place) for place in told.places.tolist()})),), "result"),
        ]
    sums = list(zip(event.channels, event.channel_sums, strict=True))
    lines = [Line(f"Σ of channel {channel}", (total,)) for channel, total in sums[:MOST_CHANNELS] if len(sums) > 1]
    if len(sums) > MOST_CHANNELS:
        rest = sum(total for _, total in sums[MOST_CHANNELS:])
        lines.append(Line(f"Σ of {len(sums) - MOST_CHANNELS} more", (rest,)))
    lines.append(Line(f"Σ of {event.count:,} products", (event.total,)))
    if spec.bias:
        lines.append(Line("+ bias", (event.bias,)))
    lines.append(Line(f"output {', '.join(map(str, event.cell))}", (event.value,), "result"))
    return lines


class Compared(msgspec.Struct, frozen=True):
    """A count, how it comes about, and how it compares with the shared layer's."""

    label: str
    text: str
    compared: str


def shared_of(spec: KindSpec) -> KindSpec:
    """The plain shared layer of the same shape: no groups, and weights that all places share."""
    return msgspec.structs.replace(spec, kind="shared", groups=1, output_padding=(0,))


def compared(spec: KindSpec) -> list[Compared]:
    """Weights and multiply-adds, next to those of the shared layer of the same shape.

    Example:
        >>> [each.compared for each in compared(KindSpec(kind="tiled", size=(8, 8)))]
        ['4 times the shared layer’s 9', 'as many as the shared layer']
    """
    own, plain = kind_facts(spec), kind_facts(shared_of(spec))
    found = []
    for label, text, mine, theirs in (
        ("weights", own.weights_text, own.weights, plain.weights),
        ("multiply-adds", own.macs_text, own.macs, plain.macs),
    ):
        if mine is not None:
            same = spec == shared_of(spec)
            found.append(Compared(label, text, "" if same else ratio_words(mine, theirs)))
    return found


def ratio_words(mine: int, theirs: int | None) -> str:
    """How a count compares with the shared layer's.

    Example:
        >>> ratio_words(3, 9), ratio_words(10, 4), ratio_words(5, None)
        ('1/3 of the shared layer’s 9', '2.5 times the shared layer’s 4', 'the shared layer does not fit')
    """
    if theirs is None:
        return "the shared layer does not fit"
    if mine == theirs:
        return "as many as the shared layer"
    if mine < theirs and theirs % mine == 0:
        return f"1/{theirs // mine:,} of the shared layer’s {theirs:,}"
    return f"{_factor(mine / theirs)} times the shared layer’s {theirs:,}"


def _factor(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 or ratio == int(ratio) else f"{ratio:.3g}"


def code_of(spec: KindSpec) -> str:
    """The layer in torch's own words; empty if it cannot be. The module stands above as a comment, if there is one."""
    from engine.kinds.code import torch_code, torch_module  # only who reads code needs it

    try:
        module = torch_module(spec)
        return (f"# {module}\n" if module else "") + torch_code(spec)
    except SpecError:
        return ""


def sizes(shape: Sequence[int]) -> str:
    """Such as '3 × 12×12': channels first.

    Example:
        >>> sizes((3, 12, 16)), sizes((1, 48))
        ('3 × 12×16', '48')
    """
    cells = "×".join(map(str, shape[1:]))
    return f"{shape[0]} × {cells}" if shape[0] > 1 else cells
