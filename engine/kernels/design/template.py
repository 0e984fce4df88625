"""A piece of a picture as a kernel that finds it again."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import SpecError
from engine.kernels.design.planes import Planes, Weights, kernel_of, planes_of
from engine.spec.filter import MAX_KERNEL_SIZE

# What is left of a patch's contrast, as a share of its brightness, when all its values are equal but for rounding.
_FLAT = 1e-6


class Template(NamedTuple):
    """A patch of a picture as a kernel.

    `weights` float32 [h, w] or [h, w, C] has the mean 0 in each plane and ΣK² = 1; `answer` is what cross-correlation
    gives at the patch itself: the patch's contrast √Σ(p − p̄)².
    """

    weights: Weights
    answer: float


def template_from_patch(picture: ArrayLike, top: int, left: int, height: int, width: int) -> Template:
    """A kernel that answers to one patch of a picture, for cross-correlation (convolution needs it flipped).

    The mean is taken off, for each channel by itself, so that brightness and colour do not count; the rest is divided
    by its norm. By the inequality of Cauchy and Schwarz no other place of the same contrast answers more; a place of
    higher contrast may, which `match_scores` puts right.

    Args:
        picture: [H, W] or [H, W, C] of any real type; its range does not matter.
        top, left: the patch's first row and column.
        height, width: its size, at most 31×31 and at least two cells.

    Raises:
        SpecError: for a patch that does not lie in the picture, is too large, or is flat.

    Source: Lewis, Fast normalized cross-correlation (Vision Interface 1995), section 2.

    Example:
        >>> picture = np.zeros((6, 6)); picture[2:4, 3] = 1
        >>> found = template_from_patch(picture, 2, 2, 2, 2)
        >>> found.weights.tolist(), found.answer
        ([[-0.5, 0.5], [-0.5, 0.5]], 1.0)
    """
    pixels = _pixels(picture)
    rows, columns = pixels.shape[:2]
    if not (1 <= height <= MAX_KERNEL_SIZE and 1 <= width <= MAX_KERNEL_SIZE):
        raise SpecError(f"A patch is 1×1 to {MAX_KERNEL_SIZE}×{MAX_KERNEL_SIZE} pixels; this one is {height}×{width}.")
    if not (0 <= top <= rows - height and 0 <= left <= columns - width):
        raise SpecError(
            f"The patch of {height}×{width} at row {top}, column {left} does not lie in the picture of "
            f"{rows}×{columns}; choose one inside."
        )
    patch = pixels[top : top + height, left : left + width].astype(np.float64)
    if not np.isfinite(patch).all():
        raise SpecError("The patch holds a value that is no finite number; choose another one.")
    centred = patch - patch.mean(axis=(0, 1))
    contrast = float(np.sqrt((centred**2).sum()))
    if contrast <= _FLAT * float(np.sqrt((patch**2).sum())):
        raise SpecError("The patch is flat, which could be found anywhere; choose one with an edge or a texture.")
    return Template(kernel_of(centred / contrast), contrast)


def _pixels(picture: ArrayLike) -> NDArray[Any]:
    found = np.asarray(picture)
    if found.dtype.kind not in "biuf" or found.ndim not in (2, 3) or found.size == 0:
        raise SpecError(
            f"A picture is [height, width] or [height, width, channels] of real numbers, not {found.dtype} "
            f"{found.shape}."
        )
    return found


def match_scores(picture: ArrayLike, template: ArrayLike) -> NDArray[np.float32]:
    """How well each place of a picture matches a template, whatever its brightness and contrast there.

    Args:
        picture: [H, W] or [H, W, C], finite.
        template: [h, w] or [h, w, C]; what `template_from_patch` makes, or any kernel that is not flat.

    Returns:
        float32 [H − h + 1, W − w + 1] within ±1: 1 where the picture is the template but for contrast and the
        brightness of each channel, 0 where the picture is flat.

    Raises:
        SpecError: if the template is flat, does not fit, or has another number of channels.

    Source: Lewis, Fast normalized cross-correlation (Vision Interface 1995), eq. 2.

    Example:
        >>> match_scores([[0, 0, 1, 5, 5]], [[0, 2]]).tolist()
        [[0.0, 1.0, 1.0, 0.0]]
    """
    pixels, weights = np.atleast_3d(_pixels(picture).astype(np.float64)), np.atleast_3d(planes_of(template))
    centred = _centred(weights, pixels.shape)
    if not np.isfinite(pixels).all():
        raise SpecError("The picture holds a value that is no finite number; it cannot be matched.")
    level = pixels - pixels.mean(axis=(0, 1))
    products = sum(_products(level[..., c], centred[..., c]) for c in range(level.shape[-1]))
    height, width = weights.shape[:2]
    windows = _window_sums(level**2, height, width) - _window_sums(level, height, width) ** 2 / (height * width)
    contrast = np.sqrt(np.clip(windows.sum(axis=-1), 0, None))
    least = 1e-7 * max(float(np.sqrt((level**2).max() * height * width)), 1e-300)
    found = np.where(contrast > least, products / np.maximum(contrast, least), 0.0)
    return np.clip(found, -1, 1).astype(np.float32)


def _centred(weights: Planes, shape: tuple[int, ...]) -> Planes:
    """A template that fits a picture of this shape, with each plane's mean 0 and ΣK² = 1."""
    (height, width, depth), (rows, columns, channels) = weights.shape, shape
    if depth != channels or height > rows or width > columns:
        raise SpecError(
            f"A template of {height}×{width} with {depth} channel(s) does not fit a picture of {rows}×{columns} "
            f"with {channels}."
        )
    centred = weights - weights.mean(axis=(0, 1))
    norm = float(np.sqrt((centred**2).sum()))
    if norm <= _FLAT * float(np.sqrt((weights**2).sum())):
        raise SpecError("The template is flat, which could be found anywhere; choose one with an edge or a texture.")
    return np.asarray(centred / norm)


def _products(plane: Planes, kernel: Planes) -> Planes:
    """Cross-correlation without padding, by way of the Fourier transform."""
    shape = plane.shape
    spectrum = np.fft.rfft2(plane) * np.fft.rfft2(kernel, shape).conj()
    found = np.fft.irfft2(spectrum, shape)
    return np.asarray(found[: shape[0] - kernel.shape[0] + 1, : shape[1] - kernel.shape[1] + 1])


def _window_sums(planes: Planes, height: int, width: int) -> Planes:
    """Sums over every window of height×width; [H − h + 1, W − w + 1, C]."""
    running = np.pad(planes.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0), (0, 0)))
    rows = running[height:] - running[:-height]
    return np.asarray(rows[:, width:] - rows[:, :-width])
