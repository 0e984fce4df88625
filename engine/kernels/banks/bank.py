"""A bank: up to 64 named kernels that are used side by side, one feature map each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kernels.convert import Weights, spec_of, weights_of
from engine.spec.fields import Spec
from engine.spec.filter import KernelSpec

MOST_KERNELS = 64
LONGEST_NAME = 80
LONGEST_TEXT = 1000


class NamedKernel(Spec, frozen=True, kw_only=True):
    """A kernel of a bank: its name there, its weights, and in one line what it does and where it is defined."""

    name: str
    kernel: KernelSpec
    summary: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        Spec.__post_init__(self)
        _check_texts("A kernel", self.name, self.summary, self.source)

    @property
    def weights(self) -> Weights:
        """float32 [kH, kW], or [kH, kW, 3] for a kernel that sums over the volume."""
        return weights_of(self.kernel)


class Bank(Spec, frozen=True, kw_only=True):
    """1 to 64 kernels with different names; all have one plane, or all three. It cannot be changed, only replaced."""

    name: str
    kernels: tuple[NamedKernel, ...]
    summary: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        Spec.__post_init__(self)
        _check_texts("A bank", self.name, self.summary, self.source)
        if not 1 <= len(self.kernels) <= MOST_KERNELS:
            raise SpecError(f"A bank holds 1 to {MOST_KERNELS} kernels; this one has {len(self.kernels)}.")
        names = [each.name for each in self.kernels]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise SpecError(f"The kernels of a bank need different names; {twice!r} stands twice.")
        if len({len(each.kernel.weights) for each in self.kernels}) > 1:
            raise SpecError("The kernels of a bank all have one plane or all three; this one holds both kinds.")

    def find(self, name: str) -> NamedKernel:
        """The kernel of that name.

        Raises:
            SpecError: if there is none.
        """
        for each in self.kernels:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in self.kernels[:12]) + (", …" if len(self.kernels) > 12 else "")
        raise SpecError(f"There is no kernel {name[:LONGEST_NAME]!r} in bank {self.name!r}; there is {known}.")


def _check_texts(what: str, name: str, summary: str, source: str) -> None:
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        raise SpecError(f"{what} has a name of 1 to {LONGEST_NAME} printable characters; this one is {name[:99]!r}.")
    if max(len(summary), len(source)) > LONGEST_TEXT:
        raise SpecError(f"{what}'s summary and source have at most {LONGEST_TEXT:,} characters each ({name!r}).")


def bank_of(name: str, kernels: Mapping[str, NDArray[Any]], summary: str = "", source: str = "") -> Bank:
    """A bank of one's own.

    Args:
        name: of the bank.
        kernels: {name: weights [kH, kW] or [kH, kW, 3]}, 1 to 64 of them; sizes may differ.
        summary: what it is for, in one line.
        source: where it comes from.

    Raises:
        SpecError: for too many kernels, or one that cannot be.

    Example:
        >>> mine = bank_of("mine", {"left": np.array([[1, -1]]), "up": np.array([[1], [-1]])})
        >>> [(each.name, each.weights.shape) for each in mine.kernels]
        [('left', (1, 2)), ('up', (2, 1))]
    """
    named = tuple(NamedKernel(name=each, kernel=spec_of(np.asarray(weights))) for each, weights in kernels.items())
    return Bank(name=name, kernels=named, summary=summary, source=source)


def stack_of(bank: Bank) -> Weights:
    """All kernels of a bank on one grid, which is as large as the largest height and width.

    Smaller ones are laid on it anchor on anchor, with zeros around: with padding "same" every map stays what it was.

    Returns:
        float32 [N, kH, kW], or [N, kH, kW, 3] for kernels that sum over the volume.

    Example:
        >>> stack_of(bank_of("mine", {"a": np.ones((1, 2)), "b": np.ones((3, 1))})).shape
        (2, 3, 2)
    """
    from engine.kernels.design import resize  # only who needs a stack loads the tools

    size = max(each.kernel.size[0] for each in bank.kernels), max(each.kernel.size[1] for each in bank.kernels)
    return np.stack([resize(each.weights, size) for each in bank.kernels])
