"""Turns what a caller gives for a size or a step into whole numbers, or says why it cannot."""

from __future__ import annotations

import operator
from typing import Any

from engine.errors import SpecError


def whole(value: Any, name: str, minimum: int) -> int:
    """The whole number that `value` is: a Python or numpy integer of at least `minimum`.

    Raises:
        SpecError: for anything else, with `name` in the sentence.
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise SpecError(f"{name} must be a whole number; it is {value!r}.") from None
    if isinstance(value, bool):
        raise SpecError(f"{name} must be a whole number; it is {value!r}.")
    if number < minimum:
        raise SpecError(f"{name} must be at least {minimum}; it is {number}.")
    return number


def pair(value: Any, name: str, minimum: int) -> tuple[int, int]:
    """`value` as (vertical, horizontal): one whole number stands for both.

    Raises:
        SpecError: unless it is one whole number or two of them, each at least `minimum`.

    Example:
        >>> pair(2, "Stride", 1), pair((1, 3), "Stride", 1)
        ((2, 2), (1, 3))
    """
    if not isinstance(value, (tuple, list)):
        number = whole(value, name, minimum)
        return number, number
    if len(value) != 2:
        raise SpecError(f"{name} takes one number or two (vertical, horizontal); it has {len(value)}.")
    return whole(value[0], name, minimum), whole(value[1], name, minimum)
