"""One output cell as the sum it is: every product of weight and value, the bias, the result."""

from __future__ import annotations

from engine.protocol import Readout, Term

MAX_SHOWN = 25


def number(value: float) -> str:
    """A value with the digits that can be told apart, and a true minus sign.

    Example:
        >>> number(-0.73129), number(2.0), number(0.0)
        ('−0.731', '2', '0')
    """
    return f"{value:.3g}".replace("-", "−")


def term_text(term: Term) -> str:
    """One product; a padding cell stands in brackets."""
    value = f"[{number(term.value)}]" if term.padded else number(term.value)
    return f"{number(term.weight)}·{value}"


def sum_text(readout: Readout, columns: int) -> str:
    """The whole sum in lines of the kernel's rows; the start of it where it is too long to read."""
    terms = list(readout.terms)
    if not terms:
        return ""
    shown = terms[:MAX_SHOWN]
    lines = [shown[start : start + columns] for start in range(0, len(shown), columns)]
    text = " +\n".join(" + ".join(term_text(term) for term in line) for line in lines)
    if len(terms) > MAX_SHOWN:
        text += f" + … ({len(terms)} products)"
    return text + (f" + {number(readout.bias)}" if readout.bias else "")


def values_text(readout: Readout) -> str:
    """The probed cell's value, or its three."""
    return "  ".join(number(value) for value in readout.values)
