"""What a kernel is as a matrix, in three lines of text."""

from __future__ import annotations

import numpy as np

from app.widgets.number_text import shown
from engine.kernels import describe
from engine.spec.filter import Plane

MAX_VECTOR = 5
ENDS = 2
"""So many numbers at either end of a longer vector are shown."""
SPACE = "\N{NO-BREAK SPACE}"
TOLERANCE = 1e-6
"""Of the largest weight: what is off by less is symmetric."""
HELP = (
    "Sum: what a flat picture of ones gives. Norm √Σk²: by how much the spread of noise is multiplied. Rank: of how "
    "many columns times rows it is the sum; one is enough for a separable kernel, which costs less. 0…1 gives: the "
    "lowest and highest value that a picture can lead to. ↔ ↕: mirrored left to right, upside down; even keeps every "
    "weight, odd turns the signs."
)


def facts_text(plane: Plane, whole: bool = False) -> str:
    """Sum, norm and rank; the range of the map, and symmetries; the two vectors of a separable kernel.

    No line can break within a vector. Long vectors are shortened unless the `whole` is wanted.

    Example:
        >>> text = facts_text(((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0)))
        >>> print(text.replace(SPACE, " "))
        Sum 0 · norm 3.46 · rank 1
        0…1 gives −4…4 · ↔ odd · ↕ even
        Separable as [1 2 1]ᵀ · [−1 0 1]
    """
    facts = describe(np.array(plane))
    if facts.rank == 0:
        return "All weights are 0, so every cell of the map is the bias. Type a number into a cell."
    digits = 6 if whole else 3
    weights = [weight for row in plane for weight in row]
    low, high = sum(w for w in weights if w < 0), sum(w for w in weights if w > 0)
    lines = [
        f"Sum {shown(facts.sum, digits)} · norm {shown(facts.norm, digits)} · rank {facts.rank}",
        " · ".join([f"0…1 gives {shown(low, digits)}…{shown(high, digits)}", *symmetries(plane)]),
    ]
    if facts.column is not None and facts.row is not None:
        column, row = (_vector(values, whole) for values in (facts.column, facts.row))
        lines.append(f"Separable as {column}ᵀ · {row}")
    return "\n".join(lines)


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
    """"even" where the image is the plane, "odd" where it is with the other sign; else empty."""
    pairs = [pair for rows in zip(plane, image, strict=True) for pair in zip(*rows, strict=True)]
    slack = TOLERANCE * max(abs(one) for one, _ in pairs)
    if all(abs(one - other) <= slack for one, other in pairs):
        return "even"
    return "odd" if all(abs(one + other) <= slack for one, other in pairs) else ""


def _vector(values: tuple[float, ...], whole: bool) -> str:
    texts = [shown(value, 6 if whole else 3) for value in values]
    if len(texts) > MAX_VECTOR and not whole:
        texts = [*texts[:ENDS], "…", *texts[-ENDS:]]
    return "[" + SPACE.join(texts) + "]"
