"""A number of a network and where it comes from, in words."""

from __future__ import annotations

from app.network.maps.asking import Cell
from app.widgets.number_text import shown
from engine.protocol import Link, Part, UnitExplained

_DIGITS = 5


def cell_words(cell: Cell) -> str:
    """A cell's channel and place.

    Example:
        >>> cell_words((3, 10, 12)), cell_words((7,))
        ('map 3 (10, 12)', 'value 7')
    """
    if len(cell) == 1:
        return f"value {cell[0]}"
    return f"map {cell[0]} ({', '.join(map(str, cell[1:]))})"


def layer_words(path: str) -> str:
    """What a layer is called: its id, and the input by that word."""
    return path or "input"


def place_words(path: str, cell: Cell) -> str:
    """A number's layer and cell."""
    return f"{layer_words(path)} {cell_words(cell)}"


def number(value: float) -> str:
    """A number as it stands in a sum."""
    return shown(value, _DIGITS)


def added(value: float) -> str:
    """A number that is added, with its sign before it.

    Example:
        >>> added(0.5), added(-2)
        ('+ 0.5', '\N{MINUS SIGN} 2')
    """
    return f"+ {number(value)}" if value >= 0 else f"\N{MINUS SIGN} {number(-value)}"


def link_words(link: Link, event: UnitExplained) -> str:
    """How one number follows from what is before it.

    Example:
        >>> link = Link(path="relu1", type="ReLU", cell=(0, 1, 2), rule="function", value=0.0, before=-1.5)
        >>> link_words(link, UnitExplained(id=1, show=1, frame=1, layer="relu1", cell=(0, 1, 2)))
        'ReLU(\N{MINUS SIGN}1.5) = 0'
    """
    value = number(link.value)
    if link.rule == "input":
        return f"= {value}, as it comes in"
    if link.rule == "function":
        return f"{link.type}({number(link.before)}) = {value}"
    if link.rule == "largest":
        return f"the largest of {event.count} = {value}"
    last = event.chain[-1] if event.chain else None
    bias = f" {added(link.bias)} (bias)" if link.bias else ""
    if last is not None and last.path == link.path and last.cell == link.cell and event.count > 1:
        return f"{number(event.total)} (Σ of {event.count:,} products){bias} = {value}"
    if link.factor == 1 and not link.bias:
        return f"= {value}, passed on"
    taken = (link.before - link.bias) / link.factor if link.factor else 0.0
    return f"{number(link.factor)} · {number(taken)}{bias} = {value}"


def part_words(part: Part, sources: tuple[str, ...]) -> str:
    """What a share of a sum comes from."""
    source = layer_words(sources[part.source]) if part.source < len(sources) else ""
    if part.cell:
        return f"{source} {cell_words(part.cell)}"
    return f"{source} map {part.channel}"
