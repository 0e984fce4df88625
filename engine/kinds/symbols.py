"""Letters in the place of numbers: `a·w + b·x + e·y + f·z`, as the lecture's figure writes a convolution."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kinds.facts import bias_shape, weight_shape
from engine.kinds.links import Links, reads
from engine.kinds.spec import KindSpec

MAX_NAMES = 10_000
_LOW_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LOW_COMMA = "‚"  # Unicode has no lowered comma; this quotation mark looks like one

Names = NDArray[np.str_]


class Symbols(NamedTuple):
    """The names of a layer's cells: of its input, [C, *size], and of its weights, in their shape."""

    input: Names
    weight: Names


def symbols(spec: KindSpec) -> Symbols:
    """A name for each input cell and each weight.

    As long as the alphabet has letters for all, input cells are a, b, c, … and weights the last letters up to z.
    Beyond that they are x and w with their row and column, counted from 1, written low; an axis of a single cell, such
    as a single channel, is not counted.

    Raises:
        SpecError: if there are too many to name, or the layer has no output.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), figure 9.1.

    Example:
        >>> names = symbols(KindSpec(size=(3, 4), kernel_size=2))
        >>> "".join(names.input.ravel()), "".join(names.weight.ravel())
        ('abcdefghijkl', 'wxyz')
        >>> print(symbols(KindSpec(size=(9, 9))).input[0, 8, 0])
        x₉₁
    """
    shapes = spec.input_shape, weight_shape(spec)
    cells, weights = (int(np.prod(shape)) for shape in shapes)
    if cells + weights > MAX_NAMES:
        raise SpecError(f"{cells + weights:,} cells and weights are too many to name; a smaller input would do.")
    letters = string.ascii_lowercase
    if cells + weights <= len(letters):
        return Symbols(
            np.array(list(letters[:cells])).reshape(shapes[0]), np.array(list(letters[-weights:])).reshape(shapes[1])
        )
    return Symbols(_numbered("x", shapes[0]), _numbered("w", shapes[1]))


def _numbered(letter: str, shape: tuple[int, ...]) -> Names:
    """Names such as x₁₂; with commas where a number may have two digits."""
    counted = [axis for axis, n in enumerate(shape) if n > 1] or [len(shape) - 1]
    comma = _LOW_COMMA if max(shape) > 9 else ""
    names = [
        letter + comma.join(str(cell[axis] + 1).translate(_LOW_DIGITS) for axis in counted)
        for cell in np.ndindex(*shape)
    ]
    return np.array(names).reshape(shape)


def symbolic_sum(spec: KindSpec, cell: Sequence[int]) -> str:
    """An output cell as the sum of products that it is, in letters.

    A cell of the padding is written as the 0 that it holds, or as the input cell that it repeats.

    Args:
        spec: the layer.
        cell: (channel, *place) of the output.

    Raises:
        SpecError: if the layer has no such cell or too many names.

    Example:
        >>> symbolic_sum(KindSpec(size=(3, 4), kernel_size=2), (0, 0, 0))
        'a·w + b·x + e·y + f·z'
        >>> symbolic_sum(KindSpec(size=(3, 4), kernel_size=2, operation="convolution"), (0, 0, 0))
        'a·z + b·y + e·x + f·w'
    """
    terms = symbolic_terms(spec, reads(spec, cell))
    added = ["bias"] if bias_shape(spec) is not None else []
    return " + ".join([*(f"{value}·{weight}" for value, weight in terms), *added]) or "0"


def symbolic_terms(spec: KindSpec, links: Links) -> list[tuple[str, str]]:
    """(input, weight) by name for each link; "0" for a zero of the padding.

    Example:
        >>> spec = KindSpec(size=(3,), kernel_size=2, padding=1)
        >>> symbolic_terms(spec, reads(spec, (0, 0)))
        [('0', 'y'), ('a', 'z')]
    """
    names = symbols(spec)
    there = (links.inputs >= 0).all(axis=1)
    values = np.where(there, names.input[tuple(links.inputs.T)], "0")
    return list(zip(values.tolist(), names.weight[tuple(links.weights.T)].tolist(), strict=True))
