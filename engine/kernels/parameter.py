"""What can be set on a named kernel: label, range and step of each parameter, and its check."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from engine.errors import SpecError

AUTOMATIC = 0.0


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One number that shapes a kernel, described well enough for a slider.

    `minimum` and `maximum` are both allowed; a slider that goes from `minimum` in steps of `step` meets only allowed
    values. `automatic` ones may also be 0, which means "chosen from the other parameters". `labels`, where given,
    names the whole numbers from `minimum` on.
    """

    name: str
    label: str
    help: str
    default: float
    minimum: float
    maximum: float
    step: float
    unit: str = ""
    integer: bool = False
    odd: bool = False
    automatic: bool = False
    labels: tuple[str, ...] = ()

    def checked(self, value: Any) -> float:
        """`value` as a number in range.

        Raises:
            SpecError: with the label, the range and the value given.
        """
        number = _number(value, self.label)
        if self.automatic and number == AUTOMATIC:
            return number
        if not (self.minimum <= number <= self.maximum):
            raise SpecError(f"{self.label} must be {self._range()}; it is {number:g}.")
        if self.integer and number != math.floor(number):
            raise SpecError(f"{self.label} must be a whole number; it is {number:g}.")
        if self.odd and number % 2 != 1:
            raise SpecError(f"{self.label} must be odd, so that the kernel has a centre; it is {number:g}.")
        return number

    def _range(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        automatic = " (or 0 to have it chosen)" if self.automatic else ""
        return f"between {self.minimum:g} and {self.maximum:g}{unit}{automatic}"


def _number(value: Any, label: str) -> float:
    try:
        if isinstance(value, (bool, str, bytes)):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise SpecError(f"{label} must be a number; it is {value!r}.") from None


def checked_values(
    owner: str, parameters: Sequence[Parameter], given: Mapping[str, Any], what: str = "Kernel"
) -> dict[str, float]:
    """Every parameter's value, those not given at their default; `what` the owner is stands in the sentence.

    Raises:
        SpecError: for a name that `owner` does not have or a value out of range.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise SpecError(f"{what} {owner!r} has no parameter {name!r}; {suggestion(name, list(known))}")
    return {name: parameter.checked(given.get(name, parameter.default)) for name, parameter in known.items()}


def suggestion(word: str, known: Sequence[str]) -> str:
    """The end of a sentence that says which of the known words would do."""
    if not known:
        return "it has none."
    from difflib import get_close_matches  # not needed as long as nobody errs

    near = get_close_matches(word.lower(), known, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"there is {', '.join(known)}."
