"""The live path: a frame through one kernel, a detector and pooling, as a `FilterSpec` says."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.bands import over_rows
from engine.filtering.detectors import PAIRED, in_place, join_pair
from engine.filtering.geometry import Geometry, geometry
from engine.filtering.plan import Plan, make_plan
from engine.filtering.pooling import pool
from engine.filtering.reuse import result_array
from engine.filtering.run import Cancelled, Finish, correlate
from engine.filtering.scratch import scratch
from engine.spec.filter import FilterSpec, Plane

Array = NDArray[np.float32]
GREY = np.array([[0.299, 0.587, 0.114]], np.float32)
"""Weights of red, green and blue in a grey value (Rec. ITU-R BT.601)."""
CONVERSION = 0.35
"""Nanoseconds to convert one number."""


@dataclass(frozen=True, eq=False)
class FilterResult:
    """What became of a frame.

    `input` is what the kernel saw: float32 [H, W] grey or [H, W, 3], in [0, 1] for a uint8 frame. `map` is float32
    [H', W'] or [H', W', 3]. `convolved` is the map before the detector and pooling, where it was there anyway: with
    no detector, or with one that takes two maps; otherwise None. `method` is the plan's.
    """

    input: Array
    map: Array
    convolved: Array | None
    method: str
    seconds: float


def apply_filter(
    frame: NDArray[Any],
    spec: FilterSpec,
    cancelled: Callable[[], bool] | None = None,
    seen: Array | None = None,
) -> FilterResult:
    """Filter a frame as the specification says.

    Args:
        frame: uint8 [H, W, 3], red first; or float32 [H, W, 3] or [H, W], a feature map, taken as it is.
        spec: kernel, channels, padding, stride, dilation, bias, detector and pooling.
        cancelled: asked again and again while the work goes on.
        seen: `input` of an earlier result for the same frame and channels, which need not be made again.

    Returns:
        The feature map and what it was made from.

    Raises:
        SpecError: if the frame is no such array, or the kernel or the pooling window does not fit.
        Cancelled: once `cancelled()` is true.

    Example:
        >>> frame = np.zeros((4, 6, 3), np.uint8)
        >>> apply_filter(frame, FilterSpec()).map.shape
        (4, 6)
    """
    begun = time.perf_counter()
    seen = input_planes(frame, spec.channels) if seen is None else seen
    cells = seen if seen.ndim == 3 else seen[:, :, np.newaxis]
    plan = filter_plan(seen.shape, spec)
    paired = spec.detector.kind in PAIRED
    finish = finisher(spec, detect=not paired)
    convolved = squeezed(correlate(cells, plan, finish, cancelled), seen, spec)
    detected = convolved
    if paired:
        second = correlate(cells, _turned_plan(seen.shape, spec, plan), finish, cancelled)
        detected = join_pair(convolved, squeezed(second, seen, spec), spec.detector.kind)
    pooled = _pooled(detected, spec, cancelled)
    before = convolved if paired or spec.detector.kind == "none" else None
    return FilterResult(seen, pooled, before, plan.method, time.perf_counter() - begun)


def _pooled(detected: Array, spec: FilterSpec, cancelled: Callable[[], bool] | None) -> Array:
    pooling = spec.pooling
    if pooling.kind == "none":
        return detected
    if cancelled is not None and cancelled():
        raise Cancelled
    return pool(detected, pooling.kind, pooling.kernel_size, pooling.step, pooling.padding)


def filter_plan(shape: tuple[int, ...], spec: FilterSpec, turned: bool = False) -> Plan:
    """How the specification's kernel, or its quarter turn, is applied to input planes of this shape."""
    return make_plan(kernel_stack(spec.kernel.weights, spec.operation, turned), filter_moves(shape, spec, turned))


def filter_moves(shape: tuple[int, ...], spec: FilterSpec, turned: bool = False) -> Geometry:
    """Where the specification's kernel, or its quarter turn, moves over input planes of this shape."""
    height, width = spec.kernel.size
    size = (width, height) if turned else (height, width)
    kernel_shape = (*size, 3) if spec.channels == "sum" else size
    return geometry(shape, kernel_shape, spec.padding, spec.padding_mode, spec.stride, spec.dilation)


def input_planes(frame: NDArray[Any], channels: str) -> Array:
    """What the kernel sees of a frame: float32 [H, W] for "grey", otherwise [H, W, 3]; uint8 is divided by 255.

    A feature map of one channel, float32 [H, W], is seen as it is.

    Raises:
        SpecError: if it is no frame and no feature map, or the kernel sums over three channels and there is one.
    """
    if frame.ndim == 2 and frame.dtype == np.float32 and frame.size:
        return _one_plane(frame, channels)
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.size == 0 or frame.dtype not in (np.uint8, np.float32):
        raise SpecError(
            f"A frame is a uint8 or float32 array [height, width, 3]; this one is {frame.dtype} {list(frame.shape)}."
        )
    grey = channels == "grey"
    if frame.dtype == np.float32 and not grey:
        return np.ascontiguousarray(frame, np.float32)
    out = result_array(frame.shape[:2] if grey else frame.shape)
    convert = _grey_rows if grey else _colour_rows

    def work(low: int, high: int) -> None:
        convert(frame[low:high], out[low:high])

    over_rows(work, len(frame), frame.size, "input", CONVERSION)
    return out


def _one_plane(feature_map: Array, channels: str) -> Array:
    if channels == "sum":
        raise SpecError(
            "R + G + B needs three channels, and the step before hands on one; let the kernel see grey values instead."
        )
    return np.ascontiguousarray(feature_map)


def _grey_rows(frame: NDArray[Any], out: Array) -> None:
    if frame.dtype == np.float32:
        cv2.transform(frame, GREY, out)
        return
    wide = scratch("wide", frame.shape)
    np.copyto(wide, frame)
    cv2.transform(wide, GREY, out)
    np.divide(out, np.float32(255), out=out)


def _colour_rows(frame: NDArray[Any], out: Array) -> None:
    np.copyto(out, frame)
    np.divide(out, np.float32(255), out=out)


@lru_cache(maxsize=128)
def kernel_stack(planes: tuple[Plane, ...], operation: str, turned: bool) -> NDArray[np.float64]:
    """The kernel as correlation lays it down, float64 [depth, kH, kW]; `turned` clockwise by 90° if asked."""
    stack = np.array(planes, np.float64)
    if turned:
        stack = np.rot90(stack, -1, axes=(1, 2))
    return np.ascontiguousarray(stack[:, ::-1, ::-1] if operation == "convolution" else stack)


def _turned_plan(shape: tuple[int, ...], spec: FilterSpec, plan: Plan) -> Plan:
    turned = filter_plan(shape, spec, turned=True)
    check_turned(plan.geometry.size, turned.geometry.size, spec)
    return turned


def check_turned(size: tuple[int, int], turned: tuple[int, int], spec: FilterSpec) -> None:
    """Raise SpecError unless the maps of the kernel and of its quarter turn have the same size."""
    if turned != size:
        height, width = spec.kernel.size
        raise SpecError(
            f"Gradient {spec.detector.kind} needs a map as large from the turned kernel, and a {height}×{width} kernel "
            f"does not give one with this padding; a square kernel, or padding 'same', would do."
        )


def squeezed(cells: Array, seen: Array, spec: FilterSpec) -> Array:
    """Cells [H', W', lanes] as the map is handed on: [H', W', 3] for channels by themselves, otherwise [H', W']."""
    return cells if spec.channels == "each" and seen.ndim == 3 else cells[:, :, 0]


def finisher(spec: FilterSpec, detect: bool) -> Finish | None:
    """Bias and detector as one function over a part of the map; None if there is nothing to do."""
    detector = in_place(spec.detector) if detect else None
    if not spec.bias:
        return detector
    bias = np.float32(spec.bias)

    def finish(cells: Array) -> None:
        cells += bias
        if detector is not None:
            detector(cells)

    return finish
