"""Layers in a row, and layers that hold several rows beside each other, as pieces of a drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.drawing.boxes import LABEL, Member, Scale, cluster, is_slice, member, told_of
from engine.drawing.marks import Area, Line, Mark, Piece, Point, Rect, Words, text_width
from engine.spec.layers import AnyLayer, settings_of, shape_text
from engine.spec.shapes import Step

GAP = 20.0
"""Between boxes, where the arrow is."""
_ARROW = 5.0
_PAD = 10.0
_FORK = 26.0
"""From where a way forks to where its parts begin."""
_NODE = 9.0
_LANES = 14.0
"""Between rows that lie beside each other."""
_HEAD = 18.0
"""Of a block's frame, for its name."""
_SKIP = 8.0
"""The room of a row that holds nothing."""


def arrow(points: Sequence[Point], line: str = "edge") -> list[Mark]:
    """A way with a head at its end, which goes to the right or up or down."""
    (x, y), (before_x, before_y) = points[-1], points[-2]
    way: list[Mark] = [Line(tuple(points), line, thick=1.4)]
    if x == before_x:
        back = -_ARROW if y > before_y else _ARROW
        head = ((x, y), (x - _ARROW * 0.7, y + back), (x + _ARROW * 0.7, y + back))
    else:
        head = ((x, y), (x - _ARROW, y - _ARROW * 0.7), (x - _ARROW, y + _ARROW * 0.7))
    return [*way, Line(head, line, line, closed=True)]


class Builder:
    """Makes the pieces of a network from what is known of its layers."""

    def __init__(self, steps: Mapping[str, Step], scale: Scale) -> None:
        self._steps = steps
        self._scale = scale

    def pieces(self, layers: Sequence[AnyLayer], inside: str = "") -> list[Piece]:
        """A list of layers: boxes with their slices, and blocks."""
        made: list[Piece] = []
        waiting: list[Member] = []
        for layer in layers:
            path = inside + layer.id
            step = self._steps.get(path)
            if waiting and (layer.parts() or not is_slice(step)):
                made.append(cluster(waiting))
                waiting = []
            if layer.parts():
                made.append(self.block(layer, path))
            else:
                waiting.append(member(layer, path, step, self._scale))
        return [*made, cluster(waiting)] if waiting else made

    def lane(self, layers: Sequence[AnyLayer], inside: str) -> Piece:
        """A list of layers in one row, however long; an empty one is a mere way."""
        pieces = self.pieces(layers, inside)
        if not pieces:
            return Piece(0.0, _SKIP, _SKIP, 0.0, 0.0)
        return in_row(pieces)

    def block(self, layer: AnyLayer, path: str) -> Piece:
        """A layer that holds lists: each a row, from a fork to where they meet."""
        lanes = [self.lane(part, f"{path}.{name}.") for name, part in layer.parts().items()]
        across = max((lane.width for lane in lanes), default=0.0)
        places = offsets(lanes)
        left, node = _PAD + _FORK, _PAD + _FORK + across + GAP + _NODE
        marks: list[Mark] = []
        areas: list[Area] = []
        for lane, y in zip(lanes, places, strict=True):
            marks += _ways(lane, left + (across - lane.width) / 2, y, node)
        for lane, y in zip(lanes, places, strict=True):
            placed, named = lane.at(left + (across - lane.width) / 2, y)
            marks += placed
            areas += named
        marks += _meeting(layer, node)
        up = max((lane.up - y for lane, y in zip(lanes, places, strict=True)), default=_SKIP)
        down = max((lane.down + y for lane, y in zip(lanes, places, strict=True)), default=_SKIP)
        width = node + _NODE + _PAD
        return self._framed(layer, path, Piece(width, up, down, _PAD, node + _NODE, tuple(marks), tuple(areas)))

    def _framed(self, layer: AnyLayer, path: str, inner: Piece) -> Piece:
        """A block in its frame, under its name."""
        step = self._steps.get(path)
        shape = step.leaving.shape if step is not None and step.leaving is not None else None
        is_problem = step is not None and step.misfit is not None
        name = f"{layer.id} · {shape_text(shape)}" if shape is not None else layer.id
        width = max(inner.width, text_width(name, LABEL) + 2 * _PAD)
        up, down = max(inner.up, _NODE) + _HEAD, max(inner.down, _NODE) + _PAD
        line = "problem" if is_problem else "frame_line"
        frame = Rect(0, -up, width, up + down, "problem_fill" if is_problem else "frame", line, 8.0, layer.disabled)
        words = Words(_PAD, -up + 14, name, LABEL, "problem" if is_problem else "second", "start", bold=True)
        area = Area(path, 0, -up, width, up + down, told_of(layer, path, step))
        through: list[Mark] = [Line(((0, 0), (inner.enter, 0)), "edge", thick=1.4)]
        through.append(Line(((inner.leave, 0), (width, 0)), "edge", thick=1.4))
        return Piece(width, up, down, 0, width, (frame, words, *through, *inner.marks), (area, *inner.areas))


def offsets(lanes: Sequence[Piece]) -> list[float]:
    """How far below the axis each row lies.

    Of two rows the first that holds something is on the axis and the other above it; more are spread about the axis.
    """
    if len(lanes) <= 2:
        main = next((place for place, lane in enumerate(lanes) if lane.width), 0)
        places = [0.0] * len(lanes)
        for place, lane in enumerate(lanes):
            if place != main:
                places[place] = -(lanes[main].up + _LANES + lane.down)
        return places
    high = sum(lane.up + lane.down for lane in lanes) + _LANES * (len(lanes) - 1)
    places, top = [], -high / 2
    for lane in lanes:
        places.append(top + lane.up)
        top += lane.up + lane.down + _LANES
    return places


def _ways(lane: Piece, x: float, y: float, node: float) -> list[Mark]:
    """From the fork to a row, and from there to the meeting."""
    fork = _PAD + 6
    enter, leave = x + lane.enter, x + lane.leave
    into: list[Point] = [(_PAD, 0), (fork, 0), (fork, y)] if y else [(_PAD, 0)]
    out: list[Point] = [(node, y), (node, -_NODE if y < 0 else _NODE)] if y else [(node - _NODE, 0)]
    if not lane.width:
        return arrow([*into, *out])
    return [*arrow([*into, (enter, y)]), *arrow([(leave, y), *out])]


def _meeting(layer: AnyLayer, x: float) -> list[Mark]:
    """A circle with a sign: a sum, or maps put behind each other."""
    said = {getattr(layer, name) for name in settings_of(type(layer)) if isinstance(getattr(layer, name), str)}
    sign = "‖" if said & {"concat", "cat"} else "+"
    circle = Rect(x - _NODE, -_NODE, 2 * _NODE, 2 * _NODE, "node", "edge", _NODE)
    return [circle, Words(x, 5, sign, 14, "text", bold=True)]


def in_row(pieces: Sequence[Piece]) -> Piece:
    """Pieces one behind the other, with arrows between them."""
    marks: list[Mark] = []
    areas: list[Area] = []
    x, leave = 0.0, None
    placed: list[Mark] = []
    for piece in pieces:
        if leave is not None:
            marks += arrow([(leave, 0), (x + piece.enter, 0)])
        some, named = piece.at(x, 0)
        placed += some
        areas += named
        leave = x + piece.leave
        x += piece.width + GAP
    up, down = max(piece.up for piece in pieces), max(piece.down for piece in pieces)
    ends = (pieces[0].enter, leave or 0.0)
    return Piece(x - GAP, up, down, *ends, (*marks, *placed), tuple(areas))
