"""A whole network as a drawing: from left to right, in as many rows as the width asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.drawing.blocks import GAP, Builder, arrow, in_row
from engine.drawing.boxes import LABEL, Member, Scale, cluster
from engine.drawing.colours import GROUPS
from engine.drawing.marks import Area, Drawing, Mark, Piece, Rect, Words, text_width
from engine.spec.layers import shape_text
from engine.spec.network import NetworkSpec, input_text
from engine.spec.shapes import Step, walk

INPUT = ""
"""The path of what comes in."""
MARGIN = 20.0
_ROWS = 34.0
"""Between two rows."""
_LEGEND = 34.0
_SWATCH = 10.0
SCALE_WORDS = "height: square root of the map's height · width: logarithm of the channels"


def draw_network(network: NetworkSpec, width: float = 1600.0, title: str = "") -> Drawing:
    """The stack of layers as boxes, joined by arrows; blocks show their branches.

    A box is as high as its layer's maps, as deep as they are wide, and as wide as they are many, by a square root and
    a logarithm; the true numbers stand below. Layers that change no size are slices of the box before them. What does
    not fit, and what is switched off, is drawn as such.

    Args:
        network: any, also one with problems.
        width: in pixels; a block that is wider makes the drawing wider.
        title: words above it, if any.

    Example:
        >>> drawing = draw_network(NetworkSpec())
        >>> [area.path for area in drawing.areas], drawing.width
        ([''], 1600.0)
    """
    steps = {step.path: step for step in walk(network)}
    scale = Scale(_largest(network, steps.values()))
    pieces = [_input(network, scale), *Builder(steps, scale).pieces(network.layers)]
    rows = _wrapped(pieces, width - 2 * MARGIN)
    whole = max(width, max(row.width for row in rows) + 2 * MARGIN)
    marks: list[Mark] = [Words(MARGIN, MARGIN + 14, title, 15, "text", "start", bold=True)] if title else []
    turns: list[Mark] = []
    areas: list[Area] = []
    y = MARGIN + (32.0 if title else 0.0)
    end: tuple[float, float] | None = None
    for row in rows:
        axis = y + row.up
        if end is not None:
            turns += _turn(end, (MARGIN + row.enter, axis), whole, y - _ROWS / 2)
        some, named = row.at(MARGIN, axis)
        marks += some
        areas += named
        end = (MARGIN + row.leave, axis)
        y = axis + row.down + _ROWS
    return Drawing(whole, *_legend([*turns, *marks], y - _ROWS, whole), tuple(areas))


def _largest(network: NetworkSpec, steps: Iterable[Step]) -> int:
    """The largest size of a map anywhere."""
    shapes = [network.input_shape, *(step.leaving.shape for step in steps if step.leaving is not None)]
    return max((size for shape in shapes if len(shape) > 1 for size in shape[1:]), default=1)


def _input(network: NetworkSpec, scale: Scale) -> Piece:
    shape = network.input_shape
    told = f"Input: {input_text(shape)}"
    return cluster([Member(INPUT, scale.box(shape, "Input"), told, "Input", "", shape_text(shape))])


def _wrapped(pieces: Sequence[Piece], width: float) -> list[Piece]:
    """The pieces in rows of at most this width, where a piece is not wider itself."""
    rows: list[list[Piece]] = [[]]
    taken = 0.0
    for piece in pieces:
        if rows[-1] and taken + piece.width > width:
            rows.append([])
            taken = 0.0
        rows[-1].append(piece)
        taken += piece.width + GAP
    return [in_row(row) for row in rows]


def _turn(end: tuple[float, float], start: tuple[float, float], width: float, between: float) -> list[Mark]:
    """The way from the end of one row to the start of the next."""
    right, left = max(width - MARGIN / 2, end[0] + 8), MARGIN / 2
    return arrow([end, (right, end[1]), (right, between), (left, between), (left, start[1]), start])


def _legend(marks: list[Mark], y: float, width: float) -> tuple[float, tuple[Mark, ...]]:
    """What the colours mean and how the boxes are scaled, below the drawing; and its height."""
    used = {fill.partition(".")[0] for mark in marks if "." in (fill := getattr(mark, "fill", ""))}
    made: list[Mark] = []
    x, line = MARGIN, y + _LEGEND
    for group in (*(group for group in GROUPS if group in used), SCALE_WORDS):
        is_group = group in GROUPS
        wide = text_width(group, LABEL) + (_SWATCH + 6 if is_group else 0)
        if x > MARGIN and x + wide > width - MARGIN:
            x, line = MARGIN, line + 18
        if is_group:
            made.append(Rect(x, line - _SWATCH + 1, _SWATCH, _SWATCH, f"{group}.front", f"{group}.line", 2.0))
        made.append(Words(x + wide - text_width(group, LABEL), line, group, LABEL, "second", "start"))
        x += wide + 16
    return line + MARGIN, (*marks, *made)
