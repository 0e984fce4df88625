"""Three-dimensional inputs: pictures stacked up, or a clip with time as its depth, and slices through them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kinds.spec import AXIS_NAMES

MAX_BYTES = 256 * 2**20
GREY = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in a grey value (Rec. ITU-R BT.601)."""
NAMES = ("ball", "moving-bar", "noise")


def stack(pictures: Iterable[Any]) -> NDArray[np.float32]:
    """Pictures of one size as a volume, the first one in front.

    Args:
        pictures: arrays [H, W], or [H, W, 3] whose grey values are taken; uint8 is divided by 255, other numbers are
            taken as they are.

    Returns:
        float32 [D, H, W].

    Raises:
        SpecError: if there are none, one has another size, or together they are too large; before the volume is made.

    Example:
        >>> stack([np.zeros((4, 6)), np.full((4, 6, 3), 255, np.uint8)])[:, 0, 0].tolist()
        [0.0, 1.0]
    """
    layers: list[NDArray[np.float32]] = []
    for number, picture in enumerate(pictures, start=1):
        layers.append(_layer(picture, number))
        if layers[-1].shape != layers[0].shape:
            first, this = (f"{layer.shape[0]}×{layer.shape[1]}" for layer in (layers[0], layers[-1]))
            raise SpecError(f"Picture {number} of the stack is {this} and the first {first}; all must be of one size.")
        check_bytes((number, *layers[0].shape))
    if not layers:
        raise SpecError("A volume needs at least one picture.")
    return np.stack(layers)


def check_bytes(shape: Sequence[int]) -> None:
    """Raise SpecError if a float32 volume of this shape would take more than `MAX_BYTES`."""
    wanted = 4 * math.prod(shape)
    if wanted > MAX_BYTES:
        raise SpecError(
            f"A volume of {'×'.join(map(str, shape))} cells takes {wanted:,} bytes, and {MAX_BYTES:,} are allowed; "
            f"fewer or smaller pictures would do."
        )


def _layer(picture: Any, number: int) -> NDArray[np.float32]:
    found = np.asarray(picture)
    shaped = found.ndim == 2 or (found.ndim == 3 and found.shape[2] == 3)
    if found.dtype.kind not in "biuf" or found.size == 0 or not shaped:
        raise SpecError(
            f"Picture {number} of the stack is no array [height, width] or [height, width, 3] of numbers; it is "
            f"{found.dtype} {list(found.shape)}."
        )
    values = found.astype(np.float32)
    if found.dtype == np.uint8:
        values /= np.float32(255)
    return values if values.ndim == 2 else values @ np.array(GREY, np.float32)


def slice_of(volume: NDArray[np.float32], axis: str, at: int) -> NDArray[np.float32]:
    """One slice through a volume, as a view.

    Args:
        volume: [D, H, W].
        axis: "depth" for a picture of the stack [H, W], "height" for a cut from above [D, W], or "width" for one from
            the side [D, H].
        at: which one, from 0.

    Raises:
        SpecError: if there is no such slice.

    Example:
        >>> slice_of(np.zeros((2, 4, 6), np.float32), "height", 3).shape
        (2, 6)
    """
    names = AXIS_NAMES[3]
    if axis not in names:
        raise SpecError(f"A volume has no axis {axis!r}; it has {', '.join(names)}.")
    number = names.index(axis)
    if not 0 <= at < volume.shape[number]:
        raise SpecError(f"There is no slice {at} along the {axis}, which has {volume.shape[number]}.")
    return np.asarray(volume[(slice(None),) * number + (at,)])


def make_volume(name: str, size: Sequence[int] = (24, 32, 32), seed: int = 0) -> NDArray[np.float32]:
    """A test volume: "ball" (1 inside, 0 outside), "moving-bar" (an upright bar that goes from left to right with
    depth), or "noise" (even in [0, 1]).

    Args:
        name: which.
        size: (depth, height, width).
        seed: of the noise.

    Raises:
        SpecError: for another name, or a size that cannot be.

    Example:
        >>> make_volume("ball", (5, 5, 5))[2].astype(int).tolist()[2]
        [0, 1, 1, 1, 0]
    """
    if name not in NAMES:
        raise SpecError(f"No test volume is called {name!r}; there are {', '.join(NAMES)}.")
    if len(size) != 3 or min(size) < 1:
        raise SpecError(f"A volume has a depth, a height and a width of at least 1; {tuple(size)} is none.")
    check_bytes(size)
    if name == "noise":
        return np.random.default_rng(seed).random(tuple(size), np.float32)
    axes = np.ogrid[tuple(slice(n) for n in size)]
    if name == "moving-bar":
        centre = (axes[0] + 0.5) * size[2] / size[0] - 0.5
        bar = np.abs(axes[2] - centre) <= max(size[2] / 16, 0.5)
        return np.broadcast_to(bar, tuple(size)).astype(np.float32)
    # a third of the axis from the middle on, whatever its length: a ball in a cube, an egg elsewhere
    away = sum(((at - (n - 1) / 2) / (n / 3)) ** 2 for at, n in zip(axes, size, strict=True))
    return np.asarray(away <= 1, np.float32)
