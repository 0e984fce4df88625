"""One layer as a box to scale, with the true numbers beside it."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from engine.drawing.colours import GROUPS
from engine.drawing.marks import Area, Line, Mark, Piece, Rect, Words, text_width
from engine.spec.layers import AnyLayer, Shape, settings_of, shape_text
from engine.spec.shapes import Step

TALL = 132.0
"""Pixels of the largest map's height."""
LEAST = 5.0
_SKEW = 0.28
"""A map's width goes into the depth of the box, so much shorter than its height."""
_VECTOR = 10.0
_UNKNOWN = (46.0, 16.0, 8.0)
THIN = 7.0
"""The width of a layer that changes no size: a slice behind the box that it works on."""
SLICE_GAP = 2.0
LABEL, NUMBER = 11, 10
ROUND = 2.0


class Box(NamedTuple):
    """Height and width of the front, how far it goes back, and its colours."""

    height: float
    width: float
    depth: float
    kind: str
    state: str = ""
    """"": as it should be; "problem", "unknown", "off"."""


class Scale(NamedTuple):
    """From sizes to pixels: areas of maps are true to each other, channels count by their logarithm."""

    largest: int

    def cells(self, size: int) -> float:
        """Pixels for so many cells of a map.

        Example:
            >>> Scale(28).cells(28), Scale(28).cells(7)
            (132.0, 66.0)
        """
        return max(TALL * math.sqrt(size / self.largest), LEAST)

    def box(self, shape: Shape | None, kind: str, state: str = "") -> Box:
        """The box of maps, or of a vector, of this shape."""
        if shape is None:
            return Box(*_UNKNOWN, kind, state or "unknown")
        if len(shape) == 1:
            return Box(min(10 + 11 * math.log2(1 + shape[0]), 1.2 * TALL), _VECTOR, 0.0, kind, state)
        across = 3 + 5 * math.log2(1 + shape[0])
        height = self.cells(shape[-1] if len(shape) == 2 else shape[-2])
        depth = 0.0 if len(shape) == 2 else _SKEW * self.cells(shape[-1])
        return Box(height, across, depth, kind, state)


def kind_of(layer: AnyLayer) -> str:
    """Which of the colours a layer has."""
    return layer.group if layer.group in GROUPS else "Other"


def is_slice(step: Step | None) -> bool:
    """Whether a layer leaves every size as it is and is drawn as a slice of what comes in."""
    if step is None or step.entering is None or step.leaving is None or step.layer.parts():
        return False
    same = step.entering.shape == step.leaving.shape
    return same and (step.layer.disabled or step.layer.group in ("Detector", "Normalisation") or _is_idle(step))


def _is_idle(step: Step) -> bool:
    assert step.entering is not None
    return step.layer.view(step.entering.shape) == "own"


def told_of(layer: AnyLayer, path: str, step: Step | None) -> str:
    """One sentence about a layer, for who points at it."""
    words = [f"{path}: {layer.type}", _window_words(layer)]
    sentence = " ".join(word for word in words if word)
    if layer.disabled:
        return f"{sentence}, switched off"
    if step is not None and step.misfit is not None:
        return f"{sentence}. {step.misfit.message}"
    if step is None or step.leaving is None:
        return f"{sentence}, of unknown size"
    learned = f", {step.parameters:,} parameters" if step.parameters else ""
    return f"{sentence}, makes {shape_text(step.leaving.shape)}{learned}"


def _window_words(layer: AnyLayer) -> str:
    """A window's size, and its step if that is more than one cell: `5×5 / 2`."""
    names = settings_of(type(layer))
    size = getattr(layer, "kernel_size", None) if "kernel_size" in names else None
    if size is None:
        return ""
    step = getattr(layer, "stride", None) if "stride" in names else None
    words = _amount(size)
    return f"{words} / {_short(step)}" if step is not None and _short(step) != "1" else words


def _amount(value: Any) -> str:
    return shape_text(value) if isinstance(value, tuple) else str(value)


def _short(value: Any) -> str:
    """One number for several equal ones."""
    return str(value[0]) if isinstance(value, tuple) and len(set(value)) == 1 else _amount(value)


def faces(box: Box, left: float) -> list[Mark]:
    """A box on the axis: its top and side where it has a depth, and its front."""
    top, right, back = -box.height / 2, left + box.width, box.depth
    fill, line, dashed = _face_colours(box)
    marks: list[Mark] = []
    if back:
        above = ((left, top), (left + back, top - back), (right + back, top - back), (right, top))
        beside = ((right, top), (right + back, top - back), (right + back, top - back + box.height), (right, -top))
        marks.append(Line(above, line, fill["top"], closed=True, dashed=dashed))
        marks.append(Line(beside, line, fill["side"], closed=True, dashed=dashed))
    marks.append(Rect(left, top, box.width, box.height, fill["front"], line, 0.0 if back else ROUND, dashed))
    return marks


def _face_colours(box: Box) -> tuple[dict[str, str], str, bool]:
    names = ("front", "top", "side")
    if box.state == "problem":
        return dict.fromkeys(names, "problem_fill"), "problem", False
    if box.state:
        return dict.fromkeys(names, "unknown"), "faint", True
    return {name: f"{box.kind}.{name}" for name in names}, f"{box.kind}.line", False


class Member(NamedTuple):
    """A box, the layer it stands for, and what is written at it."""

    path: str
    box: Box
    told: str
    title: str = ""
    detail: str = ""
    below: str = ""


def member(layer: AnyLayer, path: str, step: Step | None, scale: Scale) -> Member:
    """A layer that holds no others."""
    shape = step.leaving.shape if step is not None and step.leaving is not None else None
    state = "off" if layer.disabled else "problem" if step is not None and step.misfit is not None else ""
    box, told = scale.box(shape, kind_of(layer), state), told_of(layer, path, step)
    if is_slice(step):
        return Member(path, box._replace(width=THIN), told, layer.type)
    below = shape_text(shape) if shape is not None else "does not fit" if state == "problem" else "?"
    return Member(path, box, told, layer.type, _window_words(layer), below)


def cluster(members: list[Member]) -> Piece:
    """A box with the slices behind it, and its words above and below."""
    head = members[0]
    row = sum(each.box.width for each in members) + SLICE_GAP * (len(members) - 1)
    back = max(each.box.depth for each in members)
    texts = [text_width(head.title, LABEL), text_width(head.detail, NUMBER, True), text_width(head.below, NUMBER, True)]
    width = max(row + back, *texts)
    left = start = (width - row - back) / 2
    high = max(each.box.height for each in members)
    marks: list[Mark] = []
    areas: list[Area] = []
    for each in members:
        marks += faces(each.box, left)
        areas.append(_area(each, left))
        left += each.box.width + SLICE_GAP
    up, down = high / 2 + back, high / 2
    written, above, below = _written(head, width / 2, up, down)
    return Piece(width, up + above, down + below, start, start + row, (*marks, *written), tuple(areas))


def _area(each: Member, left: float) -> Area:
    box = each.box
    return Area(each.path, left, -box.height / 2 - box.depth, box.width + box.depth, box.height + box.depth, each.told)


def _written(head: Member, middle: float, up: float, down: float) -> tuple[list[Mark], float, float]:
    """The words of a cluster, and how much room they take above and below."""
    marks: list[Mark] = []
    above = 0.0
    for text, pixels, colour, is_number in ((head.detail, NUMBER, "second", True), (head.title, LABEL, "text", False)):
        if text:
            above += 5 if not above else 3
            marks.append(Words(middle, -up - above, text, pixels, colour, is_number=is_number, bold=not is_number))
            above += pixels
    if not head.below:
        return marks, above, 0.0
    colour = "problem" if head.box.state == "problem" else "second"
    marks.append(Words(middle, down + 4 + NUMBER, head.below, NUMBER, colour, is_number=True))
    return marks, above, NUMBER + 8.0
