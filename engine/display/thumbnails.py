"""The gallery: what each of many kernels makes of the current frame, small, in one picture."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.display.contrast import tightened
from engine.display.levels import Levels, MapLevels, measure
from engine.display.mosaic import Mosaic, layout, paint_mosaic
from engine.display.paint import Picture
from engine.display.tables import Palette, palette
from engine.errors import SpecError
from engine.filtering.picture import apply_filter
from engine.spec.filter import FilterSpec, PoolingSpec, with_changes
from engine.spec.view import ViewSpec

_WHOLE = 6
"""From this many pixels to one on, the square is cut to a whole multiple: five times faster, and hardly smaller."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """The maps of a gallery [N, side, side], float32, how they are shown, and the range that they share if they do."""

    maps: NDArray[np.float32]
    levels: Levels | MapLevels
    palette: Palette
    mosaic: Mosaic
    shared: Levels | None = None

    def paint(self, out: Picture) -> None:
        """Paint all thumbnails into memory of `mosaic.size` × 4 bytes."""
        paint_mosaic(self.maps, self.levels, self.palette, self.mosaic, out)


def make_gallery(
    frame: NDArray[Any],
    specs: Sequence[FilterSpec],
    side: int = 96,
    view: ViewSpec | None = None,
    dark: bool = True,
    aspect: float = 1e9,
    gap: int = 0,
    also: Levels | None = None,
) -> Gallery:
    """Apply every spec to a small copy of the frame.

    Args:
        frame: uint8 [H, W, 3], or a feature map, float32 [H, W] or [H, W, 3]; its central square is used.
        specs: one for each thumbnail. Stride, padding and pooling are left aside: all thumbnails have one size.
        side: height and width of a thumbnail; less if the frame is smaller.
        view: the colours, and whether each thumbnail has its own scale.
        dark: the theme.
        aspect: of the picture they form; by default they lie in one row.
        gap: pixels between them.
        also: a range that a shared scale has to hold as well.

    Raises:
        SpecError: there is no spec, or the frame is empty.
    """
    steps = gallery_steps(frame, specs, side, view, dark, aspect, gap, also)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            made: Gallery = end.value
            return made


def gallery_steps(
    frame: NDArray[Any],
    specs: Sequence[FilterSpec],
    side: int = 96,
    view: ViewSpec | None = None,
    dark: bool = True,
    aspect: float = 1e9,
    gap: int = 0,
    also: Levels | None = None,
) -> Generator[None, None, Gallery]:
    """As `make_gallery`, with a pause after every thumbnail: something more urgent may come meanwhile."""
    if not specs:
        raise SpecError("A gallery needs at least one kernel; none was given.")
    chosen = view or ViewSpec()
    small = small_frame(frame, side)
    del frame  # during the pauses its memory may be wanted for the next one
    maps = np.empty((len(specs), *small.shape[:2]), np.float32)
    turning = [spec.detector.kind == "direction" for spec in specs]
    tight: list[Levels] = []
    for spec, values, turns in zip(specs, maps, turning, strict=True):
        values[...] = apply_filter(small, _plain(spec)).map
        tight.append(tightened(measure(values, chosen.colour_map, turns), values, chosen.saturated))
        yield
    mosaic = layout(len(maps), maps.shape[1], maps.shape[2], aspect=aspect, gap=gap)
    levels, shared = _levels(tight, turning, chosen, also)
    return Gallery(maps, levels, palette(chosen.colour_map, dark), mosaic, shared)


def small_frame(frame: NDArray[Any], side: int) -> NDArray[Any]:
    """The central square of a frame with at most `side` pixels to a side, each the mean of those it stands for."""
    height, width = frame.shape[:2]
    square = min(height, width)
    if square == 0:
        raise SpecError(f"A frame of {height}×{width} pixels has nothing to show; at least 1×1 is needed.")
    if square >= _WHOLE * side:
        square -= square % side
    top, left = (height - square) // 2, (width - square) // 2
    centre = frame[top : top + square, left : left + square]
    if square <= side:
        return np.ascontiguousarray(centre)
    return np.asarray(cv2.resize(centre, (side, side), interpolation=cv2.INTER_AREA), frame.dtype)


def _plain(spec: FilterSpec) -> FilterSpec:
    """The spec with a result of the picture's size; edges repeated, as an invented dark rim would fill a thumbnail."""
    channels = "sum" if len(spec.kernel.weights) == 3 else "grey"
    return with_changes(
        spec, channels=channels, padding="same", padding_mode="replicate", stride=(1, 1), pooling=PoolingSpec()
    )


def _levels(
    tight: Sequence[Levels], turning: Sequence[bool], view: ViewSpec, also: Levels | None
) -> tuple[Levels | MapLevels, Levels | None]:
    """The levels of the maps, and the range they share where they do. Directions have the same one everywhere."""
    if view.scale == "own":
        return MapLevels.of(tight), None
    ordinary = [levels for levels, turns in zip(tight, turning, strict=True) if not turns]
    if not ordinary:
        return MapLevels.of(tight), None
    shared = widest([*ordinary, *([also] if also is not None and also.kind != "cyclic" else [])])
    return MapLevels.of(levels if turns else shared for levels, turns in zip(tight, turning, strict=True)), shared


def widest(levels: Sequence[Levels]) -> Levels:
    """One range that holds all of these; symmetric around zero as soon as one of them is."""
    low, high = min(one.low for one in levels), max(one.high for one in levels)
    if any(one.kind == "diverging" for one in levels):
        reach = max(-low, high)
        return Levels(low=-reach, high=reach, kind="diverging")
    return Levels(low=low, high=high)
