"""Heat laid over the frame that it was made from, as the window shows it."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.display.heat import heat_scale, lay_heat
from engine.display.paint import paint_frame
from engine.display.reduce import reduce_frame
from engine.protocol import Plane, Range
from engine.server.inspecting.work import Explained
from engine.server.paint import Painter
from engine.spec.inspect import InspectSpec

MOST_PIXELS = 1 << 20
"""Of the picture under the heat: heat has fewer cells than that."""


def paint_heat(painter: Painter, answer: Explained, spec: InspectSpec, dark: bool) -> tuple[Plane, Range]:
    """Paint the frame of an answer with its heat into a slot of the view "maps", and tell what colours mean."""
    pixels = answer.question.frame.pixels
    rows, columns = pixels.shape[:2]
    factor = 1
    while -(-rows // factor) * -(-columns // factor) > MOST_PIXELS:
        factor *= 2
    small = np.ascontiguousarray(reduce_frame(pixels, factor))
    plane, out = painter.plane("maps", *small.shape[:2])
    paint_frame(small, out)
    scale = heat_scale(answer.heat, answer.question.spec.method, spec.colours)
    lay_heat(out, answer.heat, [edge / factor for edge in answer.window], scale, spec.opacity, dark)
    return msgspec.structs.replace(plane, rows=rows, columns=columns, reduction=factor), scale
