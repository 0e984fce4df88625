"""Kernels as text, the way a person types or pastes them."""

from __future__ import annotations

import math
import re
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kernels.convert import check_weights
from engine.spec.filter import check_weight

Style = Literal["rows", "line", "list", "factor"]
STYLES: tuple[Style, ...] = get_args(Style)
Rows = list[str]

_LONGEST = 100_000
_DEEPEST = 8
_LARGEST_DENOMINATOR = 10_000

# Where a pattern may meet many characters of one kind, only one part of it can: a long text must not take long.
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_FRACTION = rf"\(?\s*({_NUMBER}(?:\s*/\s*{_NUMBER})?)\s*\)?"
_BEFORE = re.compile(rf"{_FRACTION}\s*(?:\*|(?=\[))(.*)", re.DOTALL)
_BEHIND = re.compile(rf"(.*[\])])\s*(?:\*\s*{_FRACTION}|/\s*\(?\s*({_NUMBER})\s*\)?)", re.DOTALL)
# numpy.array([[…]], dtype=float32) and tensor([[…]], device='cuda:0'), as Python prints them
_PRINTED = re.compile(r"(?:\w+\.)*(?:array|asarray|matrix|tensor)\s*\((.*)\)", re.DOTALL)
_SETTINGS = re.compile(r",\s*\w+\s*=.*", re.DOTALL)
_SIGNS = str.maketrans({"\N{MINUS SIGN}": "-", "×": "*", "·": "*", "\ufeff": " ", "\N{NO-BREAK SPACE}": " "})
_BRACKETS = str.maketrans("(){}", "[][]")
_EDGE = " \t\r\n,"


class _Text(NamedTuple):
    """The text of each row of each plane, and what all numbers are to be multiplied by."""

    planes: list[Rows]
    factor: float


def parse_kernel(text: str) -> NDArray[np.float32]:
    """The weights that a text spells: rows by `;` or a new line, numbers by spaces, tabs or commas.

    A number may be a fraction such as 1/9, and a factor may stand before all of them: `1/16 * 1 2 1; 2 4 2; 1 2 1`.
    What Python, numpy, torch or Matlab print can be pasted as it is: brackets around rows, `array(…)` or `tensor(…)`
    around it all, a factor or divisor behind it. Planes in brackets of their own are channels, as in torch.

    Returns:
        float32 [kH, kW], or [kH, kW, C] where the text holds C planes.

    Raises:
        SpecError: if it is no rectangle of numbers, 1×1 to 31×31; the sentence names the row and the value.

    Example:
        >>> parse_kernel("-1 0 1; -2, 0, 2; -1 0 1").shape
        (3, 3)
        >>> parse_kernel("[[1/4, 1/2, 1/4]]").tolist()
        [[0.25, 0.5, 0.25]]
        >>> parse_kernel("1/4 * tensor([[1., 2., 1.]], dtype=torch.float64)").tolist()
        [[0.25, 0.5, 0.25]]
    """
    if len(text) > _LONGEST:
        raise SpecError(f"A kernel of {len(text):,} characters is too long; 31 rows of 31 numbers is the most.")
    planes, factor = _read(text)
    if not planes:
        raise SpecError("No kernel is given; write rows of numbers, such as -1 0 1; -2 0 2; -1 0 1.")
    words = [[re.split(r"\s*,\s*|\s+", row.strip(_EDGE)) for row in plane] for plane in planes]
    _check_rectangle(words)
    if len(words) == 1:
        return np.array(_weights(words[0], factor), dtype=np.float32)
    found = [_weights(plane, factor, f"Plane {number}, row") for number, plane in enumerate(words, start=1)]
    return np.ascontiguousarray(np.moveaxis(np.array(found, dtype=np.float32), 0, -1))


def _check_rectangle(planes: list[list[list[str]]]) -> None:
    height, width = len(planes[0]), len(planes[0][0])
    for plane in planes:
        if len(plane) != height:
            raise SpecError(f"Every plane needs as many rows as the first, {height}; one has {len(plane)}.")
        for number, row in enumerate(plane, start=1):
            if len(row) != width:
                raise SpecError(f"Every row needs as many numbers as the first, {width}; row {number} has {len(row)}.")
    check_weights(np.zeros((height, width)))  # the size, before each number is looked at


def _weights(rows: list[list[str]], factor: float, where: str = "Row") -> list[list[float]]:
    """The numbers that the words spell times the factor; or where the first stands that is none, and why."""
    found: list[list[float]] = []
    for i, row in enumerate(rows, start=1):
        found.append([])
        for j, word in enumerate(row, start=1):
            try:
                value = _number(word) * factor
                check_weight(value)
            except SpecError as error:
                raise SpecError(f"{where} {i}, value {j}: {error}") from None
            found[-1].append(value)
    return found


def _number(word: str) -> float:
    above, slash, below = word.partition("/")
    try:
        return float(above) / float(below) if slash else float(above)
    except (ValueError, ZeroDivisionError):
        raise SpecError(f"{word[:40]!r} is not a number; write one such as 2, -0.5 or 1/9.") from None


def _read(text: str) -> _Text:
    """What is around the numbers taken off: factors, the words of Python, brackets."""
    plain = re.sub(r"[\r\n]\s*", "\n", re.sub(r"[^\S\r\n]+", " ", text.translate(_SIGNS))).strip()
    body, factor = _without_factors(plain.removeprefix("Parameter containing:").strip())
    printed = _PRINTED.fullmatch(body)
    body = _SETTINGS.sub("", printed.group(1)) if printed else body
    if "..." in body:
        raise SpecError("The text leaves numbers out where it says '...'; copy all of them.")
    body = "/".join(part.strip(" ") for part in body.translate(_BRACKETS).split("/"))
    return _Text(_planes(_tree(body)), factor)


def _without_factors(text: str) -> tuple[str, float]:
    """The text between a factor before it and a factor or divisor behind it, and the product of these."""
    factor = 1.0
    before = _BEFORE.fullmatch(text)
    if before:
        factor, text = _number(re.sub(r"\s", "", before.group(1))), before.group(2).strip()
    behind = _BEHIND.fullmatch(text)
    if behind:
        text, times, divided_by = behind.groups()
        factor *= _number(re.sub(r"\s", "", times) if times else f"1/{divided_by}")
    return text, factor


def _tree(body: str) -> list[Any]:
    """Brackets as lists in lists; between them the text that is more than separators."""
    root: list[Any] = []
    stack = [root]
    for piece in re.split(r"([\[\]])", body):
        if piece == "[":
            stack[-1].append([])
            stack.append(stack[-1][-1])
        elif piece == "]":
            stack.pop()
        elif piece.strip(f"{_EDGE};"):
            stack[-1].append(piece)
        if not 1 <= len(stack) <= _DEEPEST:
            raise SpecError("The brackets of the kernel do not match; one pair around each row is enough.")
    if len(stack) > 1:
        raise SpecError("A bracket of the kernel is not closed; one pair around each row is enough.")
    return root


def _planes(node: list[Any]) -> list[Rows]:
    """The text of the rows of every plane."""
    depth = 0
    while len(node) == 1 and isinstance(node[0], list):
        node, depth = node[0], depth + 1
    if not node:
        return []
    inner = [child for child in node if isinstance(child, list)]
    if not inner:
        # numpy breaks long rows within their brackets; one pair around it all is Matlab's.
        return [[row for row in re.split(r"[;\n\r]" if depth < 2 else ";", node[0]) if row.strip(_EDGE)]]
    if len(inner) < len(node):
        raise SpecError("Some numbers stand outside of the brackets; put every row into a pair of its own.")
    if all(_is_row(child) for child in inner):
        return [["".join(child) for child in inner]]
    return [plane for child in inner for plane in _one_plane(child)]


def _one_plane(node: list[Any]) -> list[Rows]:
    found = [["".join(node)]] if _is_row(node) else _planes([node])
    if len(found) != 1:
        raise SpecError("The kernel's brackets lie too deep in each other: rows in planes is as far as it goes.")
    return found


def _is_row(node: list[Any]) -> bool:
    return not any(isinstance(child, list) for child in node)


def format_kernel(weights: NDArray[np.floating[Any]], style: Style = "rows") -> str:
    """A kernel as text that `parse_kernel` reads back exactly.

    Args:
        weights: [kH, kW], or [kH, kW, C], which always becomes a "list" of its planes.
        style: "rows" puts each row on a line of its own, "line" all on one with `;` between them, "list" is how
            Python and JSON write it, "factor" takes a common fraction out where there is one and is "rows" otherwise.

    Example:
        >>> format_kernel(np.array([[0.1, -2], [3, 0]], dtype=np.float32))
        '0.1 -2\\n3 0'
        >>> format_kernel(np.array([[1, 2, 1]]) / 4, "factor")
        '1/4 * 1 2 1'
    """
    values = np.asarray(weights, dtype=np.float32)
    if values.ndim == 3:
        return f"[{', '.join(format_kernel(plane, 'list') for plane in np.moveaxis(values, -1, 0))}]"
    if style not in STYLES:
        raise SpecError(f"A kernel's text cannot be {style!r}; it can be {', '.join(STYLES)}.")
    if style == "factor":
        return _factored(values) or format_kernel(values)
    words = [[_shortest(weight) for weight in row] for row in values]
    if style == "list":
        return f"[{', '.join('[' + ', '.join(row) + ']' for row in words)}]"
    return ("\n" if style == "rows" else "; ").join(" ".join(row) for row in words)


def _shortest(weight: np.float32) -> str:
    return np.format_float_positional(weight, trim="-") if abs(weight) >= 1e-4 or weight == 0 else str(weight)


def _factored(values: NDArray[np.float32]) -> str:
    """Whole numbers with a fraction before them; empty where that is no shorter or not exact."""
    from fractions import Fraction  # the window starts without it

    fractions = [Fraction(weight).limit_denominator(_LARGEST_DENOMINATOR) for weight in values.ravel().tolist()]
    denominator = math.lcm(*(fraction.denominator for fraction in fractions))
    if not 1 < denominator <= _LARGEST_DENOMINATOR:
        return ""
    whole = np.array([int(fraction * denominator) for fraction in fractions]).reshape(values.shape)
    text = f"1/{denominator} * " + "\n".join(" ".join(map(str, row)) for row in whole.tolist())
    return text if np.array_equal(parse_kernel(text), values) else ""
