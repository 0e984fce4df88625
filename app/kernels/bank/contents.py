"""Between banks, which have a name for each kernel, and the project, which has kernels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from app.kernels.step_words import kernel_words
from app.widgets.number_text import shown
from engine.errors import SpecError
from engine.kernels import family, kernel_names
from engine.kernels.banks import Bank, NamedKernel
from engine.spec.edit import CUSTOM
from engine.spec.filter import KernelSpec

Kernels = tuple[KernelSpec, ...]


def kernels_of(bank: Bank) -> Kernels:
    """The kernels of a bank; those that no family makes keep the name they have there."""
    known = kernel_names()
    return tuple(
        msgspec.structs.replace(each.kernel, name=each.name)
        if each.kernel.name == CUSTOM and each.name not in known
        else each.kernel
        for each in bank.kernels
    )


def bank_of_kernels(name: str, kernels: Kernels) -> Bank:
    """A bank to be kept in a file.

    Raises:
        SpecError: if there is no kernel in it.
    """
    depth = max((len(each.weights) for each in kernels), default=1)
    # Kernels of one plane and of three can stand beside each other here, but in no file.
    alike = [
        each if len(each.weights) == depth else msgspec.structs.replace(each, weights=each.weights * depth)
        for each in kernels
    ]
    named = tuple(NamedKernel(name=label, kernel=each) for label, each in zip(labels(kernels), alike, strict=True))
    return Bank(name=name, kernels=named)


def labels(kernels: Sequence[KernelSpec]) -> list[str]:
    """What to call each kernel: no two the same.

    Example:
        >>> from engine.kernels import kernel
        >>> labels([kernel("gaussian").spec(), kernel("gaussian", sigma=2.0).spec(), kernel("sharpen").spec()])
        ['Gaussian, sigma 1', 'Gaussian, sigma 2', 'Sharpen']
    """
    plain = [kernel_words(each) for each in kernels]
    often = Counter(plain)
    made = [
        label + _differing(each, [other for other, name in zip(kernels, plain, strict=True) if name == label])
        if often[label] > 1
        else label
        for each, label in zip(kernels, plain, strict=True)
    ]
    return _numbered(made)


def _differing(kernel: KernelSpec, alike: Sequence[KernelSpec]) -> str:
    """The parameters in which a kernel differs from others of its family."""
    try:
        rules = {rule.name: rule for rule in family(kernel.name).parameters}
    except SpecError:
        return ""
    words = []
    for name, value in kernel.parameters.items():
        if len({other.parameters.get(name) for other in alike}) > 1:
            rule = rules.get(name)
            place = round(value - rule.minimum) if rule is not None and rule.labels else -1
            told = rule.labels[place] if rule is not None and 0 <= place < len(rule.labels) else shown(value, 3)
            words.append(f"{name} {told}")
    return f", {', '.join(words)}" if words else ""


def _numbered(names: Sequence[str]) -> list[str]:
    made: list[str] = []
    for name in names:
        unique, number = name, 1
        while unique in made:
            number += 1
            unique = f"{name} ({number})"
        made.append(unique)
    return made
