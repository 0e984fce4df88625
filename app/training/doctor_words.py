"""What the doctor has found, in words: what it is, where, why it matters, and what helps."""

from __future__ import annotations

from typing import NamedTuple

from engine.protocol import Ailment, Remedy

_MOST_NUMBERS = 12


class Words(NamedTuple):
    """Of an illness: its name, and one sentence on why it matters."""

    name: str
    why: str


ILLNESSES: dict[str, Words] = {
    "not finite": Words("Not finite", "From here on every number is NaN or infinite, and no step can mend that."),
    "dead": Words(
        "Dead", "It is zero for every picture, so it tells the next layer nothing and no gradient can wake it."
    ),
    "saturated": Words(
        "Saturated", "It lies at the end of its curve for nearly every picture, where its slope lets it learn nothing."
    ),
    "duplicated": Words(
        "Duplicated", "Filters that do the same take time and memory and tell the network nothing new."
    ),
    "vanishing": Words("Vanishing", "Next to no gradient arrives here: these weights hardly learn."),
    "exploding": Words("Exploding", "Its gradient is far larger than other layers': one step may undo the rest."),
}
REMEDIES: dict[Remedy, tuple[str, str]] = {
    "redraw": ("Begin again", "Give these filters random weights, as at the start of a run; all others stay."),
    "leaky": ("Use LeakyReLU", "Put LeakyReLU in the place of this activation: it passes gradient below zero too."),
    "clip": ("Clip gradients", "Cut the gradient to a length of 1 from the next step on."),
    "slower": ("Halve the rate", "Train at half the learning rate from the next step on."),
}
"""What its button says, and what it does."""


def headline(found: Ailment) -> str:
    """What and where.

    Example:
        >>> headline(Ailment(layer="relu2", illness="dead", filters=(3, 5), since=9, of=16, source="conv2"))
        'Dead: 2 of 16 maps of relu2, made by filters 3, 5 of conv2'
        >>> headline(Ailment(layer="conv1", illness="exploding", filters=(), since=9))
        'Exploding: conv1'
    """
    name = ILLNESSES[found.illness].name if found.illness in ILLNESSES else found.illness
    if not found.filters:
        return f"{name}: {found.layer}"
    numbers = ", ".join(map(str, found.filters[:_MOST_NUMBERS])) + ("…" if len(found.filters) > _MOST_NUMBERS else "")
    count = f"{len(found.filters)} of {found.of}" if found.of else str(len(found.filters))
    noun = "filter" if len(found.filters) == 1 else "filters"
    if found.source in ("", found.layer):
        return f"{name}: {count} filters of {found.layer}, {numbers}"
    return f"{name}: {count} maps of {found.layer}, made by {noun} {numbers} of {found.source}"


def why(found: Ailment) -> str:
    """Why it matters."""
    return ILLNESSES[found.illness].why if found.illness in ILLNESSES else ""


def since(found: Ailment) -> str:
    """From when on."""
    return f"since step {found.since:,}"
