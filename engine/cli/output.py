"""Feature maps as files: .npy keeps every number, .png shows them in 256 levels of grey."""

from __future__ import annotations

import math
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.cli.answer import Answer
from engine.errors import BadFile, SpecError
from engine.files import atomic_write

Scaling = Literal["none", "unit", "signed", "maximum"]

SUFFIXES = (".png", ".npy")
# What rounding may leave of a zero or add to a one, as a share of the largest value.
_ROUNDING = 1e-6
_TOLD = {
    "none": "values as they are",
    "unit": "0 is black and 1 is white",
    "signed": "zero is mid-grey 128 and {white:.4g} is white",
    "maximum": "0 is black and the maximum, {white:.4g}, is white",
}


class Levels(NamedTuple):
    """A map in grey levels: uint8 of the map's shape, how it was scaled, and the value that became white."""

    levels: NDArray[np.uint8]
    scaling: Scaling
    white: float


def checked_output(name: str) -> Path:
    """The path of an output that can be written as far as its name tells.

    Raises:
        BadFile: for an unknown extension, or a folder that does not exist.
    """
    path = Path(name)
    if path.suffix.lower() not in SUFFIXES:
        raise BadFile(f"{name!r} cannot be written: the output's name must end in {' or '.join(SUFFIXES)}.")
    if not path.parent.is_dir():
        raise BadFile(f"{name!r} cannot be written: the folder {path.parent} does not exist.")
    if path.is_dir():
        raise BadFile(f"{name!r} is a folder; the name of a file would do.")
    return path


def write_map(found: NDArray[np.float32], path: Path) -> Answer:
    """Write a feature map, and say what was written."""
    if path.suffix.lower() == ".png":
        shown = grey_levels(found)
        _write_png(shown.levels, path)
        scaling, white = shown.scaling, shown.white
    else:
        atomic_write(path, lambda handle: np.save(handle, found, allow_pickle=False))
        scaling, white = "none", math.nan
    low, high = float(found.min()), float(found.max())
    size = "×".join(str(side) for side in found.shape)
    text = f"{path}: {size}, values from {low:.4g} to {high:.4g}; {_TOLD[scaling].format(white=white)}"
    data = {"min": _for_json(low), "max": _for_json(high), "scaling": scaling, "white": _for_json(white)}
    return Answer(text, {"output": str(path), "shape": list(found.shape), **data})


def _for_json(value: float) -> float | None:
    return value if math.isfinite(value) else None


def grey_levels(found: NDArray[np.float32]) -> Levels:
    """A map as grey levels.

    Values within 0 to 1 are multiplied by 255. A map with negative values has zero at 128 and the same scale on both
    sides; one that only exceeds 1 is divided by its maximum.

    Raises:
        SpecError: for values that are not finite, or a number of channels that a PNG cannot hold.

    Example:
        >>> grey_levels(np.array([[-2.0, 0.0, 1.0]], dtype=np.float32)).levels.tolist()
        [[1, 128, 192]]
    """
    if not np.isfinite(found).all():
        raise SpecError("The map holds values that are not finite, which a PNG cannot show; a .npy output would do.")
    if found.ndim == 3 and found.shape[2] not in (1, 3):
        raise SpecError(f"A PNG holds 1 or 3 channels and this map has {found.shape[2]}; a .npy output would do.")
    low, high = float(found.min()), float(found.max())
    slack = _ROUNDING * max(1.0, -low, high)
    if low < -slack:
        white = max(-low, high)
        return Levels(_rounded(128 + found * (127 / white)), "signed", white)
    white = 1.0 if high <= 1 + slack else high
    return Levels(_rounded(found * (255 / white)), "unit" if white == 1 else "maximum", white)


def _rounded(levels: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def _write_png(levels: NDArray[np.uint8], path: Path) -> None:
    from PIL import Image

    picture = Image.fromarray(levels[..., 0] if levels.ndim == 3 and levels.shape[2] == 1 else levels)

    def write(handle: BinaryIO) -> None:
        picture.save(handle, format="PNG")

    atomic_write(path, write)
