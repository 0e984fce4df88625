"""Numbers as a person writes and reads them."""

from __future__ import annotations

import math
import re
from functools import lru_cache

MINUS = "\N{MINUS SIGN}"

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE)
_EXPONENT = re.compile(r"e([+-])0*(\d)")


def parse_number(text: str) -> float | None:
    """The finite number that `text` says, or None. Decimal point or comma, exponents, and fractions are read.

    Example:
        >>> parse_number("0,25"), parse_number("-1/8"), parse_number("1e3"), parse_number("nan")
        (0.25, -0.125, 1000.0, None)
    """
    above, slash, below = text.strip().replace(MINUS, "-").partition("/")
    top = _plain_number(above)
    bottom = _plain_number(below) if slash else 1.0
    if top is None or not bottom:
        return None
    value = top / bottom
    return value if math.isfinite(value) else None


def _plain_number(text: str) -> float | None:
    text = text.strip()
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def number_text(value: float, digits: int = 6) -> str:
    """`value` to at most `digits` significant digits, without needless zeros or signs.

    Example:
        >>> number_text(-0.0), number_text(1 / 3, 4), number_text(1e-07)
        ('0', '0.3333', '1e-7')
    """
    text = _EXPONENT.sub(lambda found: f"e{found[1].strip('+')}{found[2]}", f"{value:.{digits}g}")
    return "0" if text == "-0" else text


def shown(value: float, digits: int = 6) -> str:
    """`number_text` with a real minus sign, for text that is only looked at."""
    text = number_text(value, digits)
    return MINUS + text[1:] if text.startswith("-") else text


@lru_cache(maxsize=4096)
def compact(value: float, room: int, bare: bool = False, digits: int = 4, least: int = 2) -> str | None:
    """`value` in at most `room` characters with `digits` down to `least` significant digits, or None.

    `bare` leaves out the zero before the point.

    Example:
        >>> compact(0.25, 4), compact(-0.25, 4, bare=True), compact(0.0625, 5), compact(1.27, 2), compact(2.0, 1)
        ('0.25', '−.25', '0.062', None, '2')
    """
    for count in range(digits, least - 1, -1):
        text = shown(value, count)
        if bare and abs(value) < 1:
            text = text.replace("0.", ".", 1)
        if len(text) <= room:
            return text
    return None


def tidy(value: float) -> float:
    """`value` without the dust of binary fractions: 0.1 + 0.2 becomes 0.3."""
    return float(f"{value:.12g}")
