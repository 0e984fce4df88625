"""Values as a person reads them."""

from __future__ import annotations

import math


def format_value(value: float, digits: int = 4) -> str:
    """A value with as many digits as say something, short enough for a status line.

    Args:
        value: any number, NaN and infinities included.
        digits: significant ones; large whole numbers keep all of theirs up to six.

    Example:
        >>> [format_value(v) for v in (0.7314159, -2.0, 123456.0, 1.5e-7, float("nan"))]
        ['0.7314', '-2', '123456', '1.5e-07', 'not a number']
    """
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:.{digits}g}"
