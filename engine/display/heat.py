"""Heat over a picture: how strongly each place speaks for a number, in colours that leave the rest of it visible."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.display.tables import FIRST, STEPS, TableName, table
from engine.protocol import Box, Range
from engine.spec.inspect import CLASS_MAP, HeatColours, look_named

Array = NDArray[np.float32]
SHARE = 0.995
"""The share of cells whose heat is within the colours: a few sharp points do not leave all others pale."""
PALE, DIM, DARK = 0.75, 0.35, 0.7
"""How far the picture gives up its colours, and its light, under full heat; and its light where nobody looks."""
_SMOOTH = 64**2
"""Heat of fewer cells is drawn with soft edges, as it says nothing sharper."""


def heat_scale(heat: Array, method: str, colours: HeatColours = "auto") -> Range:
    """Which colours the heat has, and what their ends mean: both signs where the method tells them apart.

    Example:
        >>> scale = heat_scale(np.array([[-2.0, 2.0]], np.float32), "occlusion")
        >>> scale.table, scale.low, scale.high
        ('diverging', -2.0, 2.0)
    """
    told = heat[np.isfinite(heat)]
    signed = colours == "auto" and look_named(method).signed and bool((told < 0).any())
    strong = np.abs(told)
    top = float(np.quantile(strong, SHARE)) if strong.size else 0.0
    top = 1.0 if method == CLASS_MAP.name else top or float(strong.max(initial=0.0)) or 1.0
    least, most, mean = (float(told.min()), float(told.max()), float(told.mean())) if told.size else (0.0, 0.0, 0.0)
    return Range(
        table="diverging" if signed else "magma" if colours == "auto" else colours,
        low=-top if signed else 0.0,
        high=top,
        minimum=least,
        maximum=most,
        mean=mean,
        bad_cells=heat.size - told.size,
    )


def lay_heat(
    out: NDArray[np.uint8], heat: Array, window: Sequence[float], scale: Range, opacity: float, dark: bool = True
) -> None:
    """Colour the part of a picture that was looked at, as strongly as each place is hot; the rest becomes dark.

    Args:
        out: uint8 [H, W, 4], the picture as blue, green, red, 255; it is painted over.
        heat: float32 [h, w].
        window: (top, left, height, width) of the part of the picture that the heat is of.
        scale: from `heat_scale`.
        opacity: 0 to 1; 0 leaves the picture as it is.
        dark: whether for the dark look.
    """
    if opacity <= 0:
        return
    top, left, high, wide = _pixels(window, out.shape[:2])
    part = out[top : top + high, left : left + wide]
    mode = cv2.INTER_LINEAR if heat.size < _SMOOTH else cv2.INTER_AREA
    sized = cv2.resize(np.nan_to_num(heat / np.float32(scale.high)), (wide, high), interpolation=mode)
    shown = np.clip(sized, -1, 1)
    share = (shown + 1) / 2 if scale.low < 0 else np.abs(shown)
    entries = np.rint(FIRST + STEPS * share).astype(np.uint8)
    name: TableName = scale.table  # type: ignore[assignment]  # made by `heat_scale`
    colours = cv2.LUT(cv2.merge([entries] * 4), table(name, dark)[None])
    weight = np.float32(opacity) * np.sqrt(np.abs(shown))
    grey = cv2.cvtColor(cv2.cvtColor(part, cv2.COLOR_BGRA2GRAY), cv2.COLOR_GRAY2BGRA)
    pale = cv2.addWeighted(part, 1 - PALE * opacity, grey, PALE * opacity, 0)
    pale = cv2.convertScaleAbs(pale, alpha=1 - DIM * opacity)
    mixed = cv2.blendLinear(colours, pale, weight, 1 - weight)
    dimmed = cv2.convertScaleAbs(out, alpha=1 - DARK * opacity)
    dimmed[top : top + high, left : left + wide] = mixed
    dimmed[..., 3] = 255
    out[:] = dimmed


def _pixels(window: Sequence[float], size: tuple[int, ...]) -> Box:
    """The window in whole pixels of the picture, at least one each way."""
    top, left = (min(round(at), side - 1) for at, side in zip(window[:2], size, strict=False))
    high, wide = (
        min(max(round(length), 1), side - at) for length, side, at in zip(window[2:], size, (top, left), strict=False)
    )
    return top, left, high, wide
