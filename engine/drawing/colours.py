"""The colours of drawings by their names, on a dark and on a light ground."""

from __future__ import annotations

from functools import cache

GROUPS = ("Input", "Convolution", "Pooling", "Detector", "Normalisation", "Dense", "Shape", "Other")
"""Kinds of layers that have a colour of their own; the last is for all others."""

_DARK = {
    "ground": "#0f1115",
    "frame": "#171b21",
    "frame_line": "#39424f",
    "edge": "#77828f",
    "text": "#e6e9ee",
    "second": "#9aa4b2",
    "faint": "#6b7482",
    "problem": "#e0624c",
    "problem_fill": "#2a1d1c",
    "unknown": "#20252d",
    "node": "#232830",
    "accent": "#4c8dd6",
}
_LIGHT = {
    "ground": "#ffffff",
    "frame": "#f6f7f9",
    "frame_line": "#c6ccd6",
    "edge": "#7d8695",
    "text": "#1b2027",
    "second": "#555f6e",
    "faint": "#7d8695",
    "problem": "#b23a26",
    "problem_fill": "#fbecea",
    "unknown": "#eceef2",
    "node": "#ffffff",
    "accent": "#1f6fd0",
}
_FRONTS = {
    "Input": ("#5d6a7a", "#b7c0cc"),
    "Convolution": ("#3b78c2", "#74a9e8"),
    "Pooling": ("#bd5b3d", "#eb9271"),
    "Detector": ("#c99a35", "#f2cd6b"),
    "Normalisation": ("#7d62bb", "#b7a0e4"),
    "Dense": ("#36916a", "#74c79f"),
    "Shape": ("#4c8892", "#93c6cd"),
    "Other": ("#747b86", "#c3c8d0"),
}
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


@cache
def colours(dark: bool) -> dict[str, str]:
    """Every colour as `#rrggbb`; the faces of boxes are called by kind and face, such as `Pooling.top`.

    Example:
        >>> colours(dark=False)["Convolution.front"]
        '#74a9e8'
    """
    table = dict(_DARK if dark else _LIGHT)
    for group, fronts in _FRONTS.items():
        front = fronts[0] if dark else fronts[1]
        table |= {
            f"{group}.front": front,
            f"{group}.top": _mixed(front, _WHITE, 0.22 if dark else 0.42),
            f"{group}.side": _mixed(front, _BLACK, 0.3 if dark else 0.16),
            f"{group}.line": _mixed(front, _BLACK, 0.55 if dark else 0.42),
        }
    return table


def _mixed(colour: str, other: tuple[int, int, int], share: float) -> str:
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in zip(parts, other, strict=True))
