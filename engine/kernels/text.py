"""Kernels as text, the way a person types or pastes them."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kernels.convert import check_weights

_LONGEST = 100_000


def parse_kernel(text: str) -> NDArray[np.float32]:
    """The weights that a text spells: rows by `;` or a new line, numbers by spaces or commas.

    A number may be a fraction such as 1/9; square brackets around rows are allowed, so a matrix printed by numpy or
    Matlab can be pasted.

    Returns:
        float32 [kH, kW].

    Raises:
        SpecError: if it is no rectangle of numbers, 1×1 to 31×31.

    Example:
        >>> parse_kernel("-1 0 1; -2, 0, 2; -1 0 1").shape
        (3, 3)
        >>> parse_kernel("[[1/4, 1/2, 1/4]]").tolist()
        [[0.25, 0.5, 0.25]]
    """
    if len(text) > _LONGEST:
        raise SpecError(f"A kernel of {len(text):,} characters is too long; 31 rows of 31 numbers is the most.")
    lines = re.split(r"[;\n\r\]]", text.replace("\N{MINUS SIGN}", "-").replace("[", " "))
    rows = [_row(line) for line in lines if line.strip(" \t,")]
    if not rows:
        raise SpecError("No kernel is given; write rows of numbers, such as -1 0 1; -2 0 2; -1 0 1.")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise SpecError(
                f"Every row needs as many numbers as the first, {len(rows[0])}; row {number} has {len(row)}."
            )
    weights = np.array(rows)
    check_weights(weights)
    return weights.astype(np.float32)


def _row(line: str) -> list[float]:
    return [_number(word) for word in re.split(r"\s*,\s*|\s+", line.strip(" \t,"))]


def _number(word: str) -> float:
    above, slash, below = word.partition("/")
    try:
        return float(above) / float(below) if slash else float(above)
    except (ValueError, ZeroDivisionError):
        raise SpecError(f"{word[:40]!r} is not a number; write one such as 2, -0.5 or 1/9.") from None


def format_kernel(weights: NDArray[np.floating]) -> str:
    """A kernel's rows as text that `parse_kernel` reads back exactly.

    Example:
        >>> format_kernel(np.array([[0.1, -2], [3, 0]], dtype=np.float32))
        '0.1 -2\\n3 0'
    """
    return "\n".join(" ".join(_shortest(weight) for weight in row) for row in np.asarray(weights, dtype=np.float32))


def _shortest(weight: np.float32) -> str:
    return np.format_float_positional(weight, trim="-") if abs(weight) >= 1e-4 or weight == 0 else str(weight)
