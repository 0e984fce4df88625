"""A drawing as an SVG file."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from engine.drawing.colours import colours
from engine.drawing.marks import Area, Drawing, Line, Mark, Rect, Words

TEXT_FAMILY = "Inter, 'Helvetica Neue', Arial, sans-serif"
NUMBER_FAMILY = "'JetBrains Mono', 'DejaVu Sans Mono', monospace"
_DASH = "4 3"


def to_svg(drawing: Drawing, dark: bool = False, title: str = "Network") -> str:
    """The source of an SVG picture; whoever points at a layer in a browser is told of it.

    Example:
        >>> from engine.drawing.network import draw_network
        >>> from engine.spec.network import NetworkSpec
        >>> to_svg(draw_network(NetworkSpec())).splitlines()[0][:41]
        '<svg xmlns="http://www.w3.org/2000/svg" w'
    """
    size = f'width="{drawing.width:g}" height="{drawing.height:g}"'
    view = f'viewBox="0 0 {drawing.width:g} {drawing.height:g}"'
    table = colours(dark)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} role="img">', f"<title>{escape(title)}</title>"]
    lines.append(f'<rect width="100%" height="100%" fill="{table["ground"]}"/>')
    lines += [_mark(mark, table) for mark in drawing.marks]
    lines += _areas(drawing.areas)
    return "\n".join([*lines, "</svg>", ""])


def _areas(areas: tuple[Area, ...]) -> Iterator[str]:
    """Unseen rectangles that carry what is said of a layer."""
    for area in areas:
        place = f'x="{area.left:.1f}" y="{area.top:.1f}" width="{area.width:.1f}" height="{area.height:.1f}"'
        name = f' id="{escape(area.path)}"' if area.path else ""
        yield f'<rect{name} {place} fill="none" pointer-events="all"><title>{escape(area.told)}</title></rect>'


def _mark(mark: Mark, table: dict[str, str]) -> str:
    if isinstance(mark, Words):
        return _words(mark, table)
    drawn = _drawn(mark, table)
    if isinstance(mark, Rect):
        place = f'x="{mark.left:.1f}" y="{mark.top:.1f}" width="{mark.width:.1f}" height="{mark.height:.1f}"'
        radius = f' rx="{mark.radius:g}"' if mark.radius else ""
        return f"<rect {place}{radius} {drawn}/>"
    kind = "polygon" if mark.closed else "polyline"
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in mark.points)
    return f'<{kind} points="{points}" {drawn} stroke-linejoin="round"/>'


def _drawn(mark: Rect | Line, table: dict[str, str]) -> str:
    fill = table[mark.fill] if mark.fill else "none"
    thick = mark.thick if isinstance(mark, Line) else 1.0
    stroke = f' stroke="{table[mark.line]}" stroke-width="{thick:g}"' if mark.line else ""
    dash = f' stroke-dasharray="{_DASH}"' if mark.dashed else ""
    return f'fill="{fill}"{stroke}{dash}'


def _words(mark: Words, table: dict[str, str]) -> str:
    family = NUMBER_FAMILY if mark.is_number else TEXT_FAMILY
    weight = ' font-weight="600"' if mark.bold else ""
    look = f'font-family="{family}" font-size="{mark.pixels}"{weight} fill="{table[mark.colour]}"'
    return f'<text x="{mark.x:.1f}" y="{mark.y:.1f}" text-anchor="{mark.anchor}" {look}>{escape(mark.text)}</text>'
