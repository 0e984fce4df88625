"""What a kernel is as a matrix, in three lines of text."""

from __future__ import annotations

import numpy as np

from app.widgets.number_text import shown
from engine.kernels import KernelFacts, describe
from engine.kernels.algebra import Vector
from engine.spec.filter import Plane

LINE = 46
"""Characters that fit on a line."""
SHORTER = ((3, 5), (2, 5), (2, 3), (1, 3))
"""Digits of the numbers of a vector, and how many of them are shown from its middle, while the line is too long."""
SPACE = "\N{NO-BREAK SPACE}"
TOLERANCE = 1e-6
"""Of the largest weight: what is off by less is symmetric."""
DUST = 1e-9
"""Of the largest number: what is less is nothing but rounding."""
HELP = (
    "Sum: what a flat picture of ones gives. Norm √Σk²: by how much the spread of noise is multiplied. Rank: of how "
    "many columns times rows it is the sum; one is enough for a separable kernel, which costs less. 0…1 gives: the "
    "lowest and highest value that a picture can lead to. ↔ ↕: mirrored left to right, upside down; even keeps every "
    "weight, odd turns the signs."
)


def _as_matrix(facts: KernelFacts, whole: bool = False) -> str:
    """Sum, norm and rank, and the two vectors of a separable kernel, in which no line can break.

    Long vectors are shortened unless the `whole` is wanted.

    Example:
        >>> text = _as_matrix(describe(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])))
        >>> print(text.replace(SPACE, " "))
        Sum 0 · norm 3.46 · rank 1
        Separable as [1 2 1]ᵀ · [−1 0 1]
    """
    if facts.rank == 0:
        return "All weights are 0, so every cell of the map is the bias. Type a number into a cell."
    digits = 6 if whole else 3
    total = facts.sum if abs(facts.sum) > TOLERANCE * facts.gain else 0.0
    text = f"Sum {shown(total, digits)} · norm {shown(facts.norm, digits)} · rank {facts.rank}"
    if facts.column is None or facts.row is None:
        return text
    return f"{text}\n{_product(facts.column, facts.row, whole)}"


def facts_text(plane: Plane, whole: bool = False) -> str:
    """The facts of one plane, and between them the range of its map and its symmetries.

    Example:
        >>> print(facts_text(((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))))
        Sum 0 · norm 4.47 · rank 2
        0…1 gives −4…4 · symmetric all round
    """
    facts = describe(np.array(plane))
    first, *rest = _as_matrix(facts, whole).split("\n")
    if facts.rank == 0:
        return first
    digits = 6 if whole else 3
    low, high = (facts.sum - facts.gain) / 2, (facts.sum + facts.gain) / 2
    ends = f"0…1 gives {shown(low + 0.0, digits)}…{shown(high, digits)}"
    return "\n".join([first, " · ".join([ends, *symmetries(plane)]), *rest])


def symmetries(plane: Plane) -> list[str]:
    """The mirrors and turns that keep the weights of a kernel (even) or turn their signs (odd), in a word each.

    Example:
        >>> symmetries(((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0)))
        ['symmetric all round']
        >>> symmetries(((1.0, 2.0), (-2.0, -1.0)))
        ['half turn odd']
    """
    across = tuple(row[::-1] for row in plane)
    mirrors = {"↔": _sign(plane, across), "↕": _sign(plane, plane[::-1])}
    square = len(plane) == len(plane[0])
    diagonal = _sign(plane, tuple(zip(*plane, strict=True))) if square else ""
    if [*mirrors.values(), diagonal] == ["even"] * 3:
        return ["symmetric all round"]
    found = [f"{name} {sign}" for name, sign in mirrors.items() if sign]
    if diagonal:
        found.append(f"╲ {diagonal}")
    if not found:
        half = _sign(plane, across[::-1])
        found = [f"half turn {half}"] if half else []
    return found


def _sign(plane: Plane, image: Plane) -> str:
    """ "even" where the image is the plane, "odd" where it is with the other sign; else empty."""
    pairs = [pair for rows in zip(plane, image, strict=True) for pair in zip(*rows, strict=True)]
    slack = TOLERANCE * max(abs(one) for one, _ in pairs)
    if all(abs(one - other) <= slack for one, other in pairs):
        return "even"
    return "odd" if all(abs(one + other) <= slack for one, other in pairs) else ""


def _product(column: Vector, row: Vector, whole: bool) -> str:
    """A column times a row; shortened until the line holds it, unless the `whole` is wanted."""
    if whole:
        return f"Separable as {_vector(column, 6, len(column))}ᵀ · {_vector(row, 6, len(row))}"
    for digits, most in SHORTER:
        text = f"Separable as {_vector(column, digits, most)}ᵀ · {_vector(row, digits, most)}"
        if len(text) <= LINE:
            break
    return text


def _vector(values: Vector, digits: int, most: int) -> str:
    slack = DUST * max(map(abs, values))
    texts = [shown(value if abs(value) > slack else 0.0, digits) for value in values]
    if len(texts) > most:
        middle = most - (len(texts) - most) % 2  # as many at either side of the middle
        first = (len(texts) - middle) // 2
        texts = texts[first : first + middle]
        return f"[…{SPACE.join(texts)}…]"
    return "[" + SPACE.join(texts) + "]"
