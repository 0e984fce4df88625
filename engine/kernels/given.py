"""A kernel as somebody names it in one word: by its name, in numbers, by its file, or by its place in a bank."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile, SpecError
from engine.kernels.catalogue import kernel, kernel_names
from engine.kernels.files import SUFFIXES, load_weights
from engine.kernels.text import parse_kernel

_SIGNS_OF_NUMBERS = re.compile(r"[\s\d.,;/*×·+\-−eE()\[\]{}]*")
_BANK_SUFFIXES = (".json", ".npy", ".npz")
_PRINTED = re.compile(r"\b(?:array|asarray|matrix|tensor)\(")


def weights_given(given: str, parameters: Mapping[str, float] | None = None) -> NDArray[np.float32]:
    """The weights that a word means.

    Args:
        given: the name of a kernel; numbers such as "1 0 -1; 2 0 -2; 1 0 -1"; a .json, .npy, .txt or .npz file; or
            one kernel of a bank, FILE#NAME or BANK#NAME.
        parameters: of the named kernel or bank, by name.

    Returns:
        float32 [kH, kW], or [kH, kW, C].

    Raises:
        SpecError: for a name or numbers that mean no kernel.
        BadFile: for a file that holds none or several, or parameters for what has fixed weights.

    Example:
        >>> weights_given("1/2 * 1 1").tolist()
        [[0.5, 0.5]]
        >>> weights_given("kirsch-compass#north").tolist() == weights_given("kirsch").tolist()
        True
    """
    values = dict(parameters or {})
    if given in kernel_names():
        return kernel(given, **values).weights
    place, hash_sign, name = given.rpartition("#")
    if hash_sign and place.replace("-", "_").isidentifier():
        from engine.kernels.banks import bank  # only who names one loads them

        return bank(place, **values).find(name).weights
    found = _fixed(given)
    if found is None:
        return kernel(given, **values).weights
    if values:
        raise BadFile(f"{given[:80]} has fixed weights; -P {next(iter(values))} goes with a named kernel only.")
    return found


def _fixed(given: str) -> NDArray[np.float32] | None:
    """The weights of numbers or a file; None for what can only be a name."""
    place, _, name = given.rpartition("#")
    if Path(place).suffix.lower() in _BANK_SUFFIXES:
        return _in_file(place, name)
    suffix = Path(given).suffix.lower()
    if suffix not in (*SUFFIXES, ".npz") and spells_numbers(given):
        return parse_kernel(given)
    if suffix == ".npz" or (suffix == ".json" and _is_bank(Path(given))):
        return _only_one(given)
    return load_weights(given) if suffix in SUFFIXES or os.sep in given else None


def spells_numbers(given: str) -> bool:
    """Whether a word can only be meant as rows of numbers; they may still be no kernel."""
    return bool(_PRINTED.search(given)) or (
        _SIGNS_OF_NUMBERS.fullmatch(given) is not None and any(map(str.isdigit, given))
    )


def _in_file(path: str, name: str) -> NDArray[np.float32]:
    from engine.kernels.banks import load_bank

    try:
        return load_bank(path).find(name).weights
    except SpecError as error:
        raise BadFile(f"{path}: {error}") from None


def _is_bank(path: Path) -> bool:
    from engine.kernels.banks.files import FORMAT
    from engine.project.guarded import read_bytes

    return f'"{FORMAT}"'.encode() in read_bytes(path)


def _only_one(path: str) -> NDArray[np.float32]:
    from engine.kernels.banks import load_bank

    kernels = load_bank(path).kernels
    if len(kernels) > 1:
        raise BadFile(f"{path} holds {len(kernels)} kernels; name one of them, as in {path}#{kernels[0].name}.")
    return kernels[0].weights
