"""What a kernel is as a matrix, in two lines of text."""

from __future__ import annotations

from app.widgets.number_text import shown
from engine.kernels import KernelFacts

MAX_VECTOR = 5
SPACE = "\N{NO-BREAK SPACE}"


def facts_text(facts: KernelFacts) -> str:
    """Sum, norm and rank, and the two vectors of a separable kernel, in which no line can break.

    Example:
        >>> import numpy as np
        >>> from engine.kernels import describe
        >>> text = facts_text(describe(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])))
        >>> print(text.replace(SPACE, " "))
        Sum 0 · norm 3.46 · rank 1
        Separable as [1 2 1]ᵀ · [−1 0 1]
    """
    if facts.rank == 0:
        return "All weights are 0, so every cell of the map is the bias. Type a number into a cell."
    text = f"Sum {shown(facts.sum, 3)} · norm {shown(facts.norm, 3)} · rank {facts.rank}"
    if facts.column is None or facts.row is None:
        return text
    if max(len(facts.column), len(facts.row)) > MAX_VECTOR:
        return f"{text}, separable"
    return f"{text}\nSeparable as {_vector(facts.column)}ᵀ · {_vector(facts.row)}"


def _vector(values: tuple[float, ...]) -> str:
    return "[" + SPACE.join(shown(value, 3) for value in values) + "]"
