"""The rule behind a bank that comes with the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.kernels.banks.bank import Bank, NamedKernel
from engine.kernels.convert import spec_of
from engine.kernels.family import Kernel
from engine.kernels.parameter import Parameter, checked_values

Kernels = tuple[NamedKernel, ...]


class BankFamily(msgspec.Struct, frozen=True, kw_only=True):
    """The rule behind a named bank; `make` takes the parameters by name and gives its kernels."""

    name: str
    label: str
    summary: str
    source: str
    make: Callable[..., Kernels]
    parameters: tuple[Parameter, ...] = ()

    def bank(self, given: Mapping[str, Any]) -> Bank:
        """The bank with these parameters.

        Raises:
            SpecError: for an unknown parameter, a value out of its range, or more than 64 kernels.
        """
        values = checked_values(self.name, self.parameters, given, "Bank")
        return Bank(name=self.name, kernels=self.make(**values), summary=self.summary, source=self.source)


def named(name: str, weights: NDArray[Any], summary: str, source: str) -> NamedKernel:
    """A kernel that only this bank has."""
    return NamedKernel(name=name, kernel=spec_of(np.asarray(weights)), summary=summary, source=source)


def taken(kernel: Kernel, name: str = "") -> NamedKernel:
    """A named kernel as it is, with its parameters."""
    return NamedKernel(name=name or kernel.name, kernel=kernel.spec(), summary=kernel.summary, source=kernel.source)
