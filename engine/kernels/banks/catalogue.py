"""All banks that come with the program, and banks made of one family."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.errors import SpecError
from engine.kernels.banks.bank import MOST_KERNELS, Bank
from engine.kernels.banks.directions import DIRECTION_BANKS
from engine.kernels.banks.family import BankFamily, taken
from engine.kernels.banks.textures import TEXTURE_BANKS
from engine.kernels.banks.waves import WAVE_BANKS
from engine.kernels.catalogue import family
from engine.kernels.parameter import suggestion

_BANKS: dict[str, BankFamily] = {each.name: each for each in (*DIRECTION_BANKS, *WAVE_BANKS, *TEXTURE_BANKS)}


def bank_families() -> tuple[BankFamily, ...]:
    """Every bank that comes with the program, the lecture's first; none of their kernels is made yet."""
    return tuple(_BANKS.values())


def bank_names() -> tuple[str, ...]:
    """The names of the banks that come with the program.

    Example:
        >>> bank_names()[:2]
        ('lecture', 'families')
    """
    return tuple(_BANKS)


def bank(name: str, /, **parameters: Any) -> Bank:
    """A bank that comes with the program.

    Args:
        name: one of `bank_names()`.
        parameters: of that bank, by name; those left out take their default.

    Raises:
        SpecError: for an unknown name or parameter, a value out of its range, or more than 64 kernels.

    Example:
        >>> len(bank("leung-malik").kernels), len(bank("gabor", orientations=4, phases=1).kernels)
        (48, 16)
        >>> bank("sobel-compass").find("east").weights.tolist()
        [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
    """
    found = _BANKS.get(name) if isinstance(name, str) else None
    if found is None:
        raise SpecError(f"There is no bank {name!r}; {suggestion(str(name), list(_BANKS))}")
    return found.bank(parameters)


def sweep(name: str, parameter: str, count: int = 8, **others: Any) -> Bank:
    """A bank of one family of kernels, in which one parameter runs over its whole range.

    Args:
        name: one of `kernel_names()`.
        parameter: which of its parameters runs; a parameter of whole or odd numbers meets only those.
        count: how many values, evenly spaced from its minimum to its maximum, 2 to 64.
        others: the other parameters, by name.

    Raises:
        SpecError: for a family or parameter that is not there, or a count that cannot be.

    Example:
        >>> [each.name for each in sweep("gaussian", "sigma", 3).kernels]
        ['sigma 0.2', 'sigma 2.6', 'sigma 5']
    """
    rule = family(name)
    running = next((each for each in rule.parameters if each.name == parameter), None)
    if running is None:
        known = [each.name for each in rule.parameters]
        raise SpecError(f"Kernel {name!r} has no parameter {parameter!r}; {suggestion(str(parameter), known)}")
    if not (isinstance(count, (int, np.integer)) and 2 <= count <= MOST_KERNELS):
        raise SpecError(f"A bank of one family has 2 to {MOST_KERNELS} kernels, not {count}.")
    values = np.linspace(running.minimum, running.maximum, count)
    if running.integer:
        step = 2 if running.odd else 1
        values = np.unique(running.minimum + step * np.rint((values - running.minimum) / step))
    kernels = tuple(
        taken(rule.kernel({**others, parameter: float(value)}), f"{parameter} {value:.4g}") for value in values
    )
    return Bank(name=f"{name} {parameter}", kernels=kernels, summary=rule.summary, source=rule.source)
