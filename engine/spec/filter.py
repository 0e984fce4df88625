"""What the Kernel page does to a picture: one kernel, then a detector, then pooling."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec

from engine.errors import SpecError
from engine.spec.fields import PaddingAmount, Pair, Spec, field

MAX_KERNEL_SIZE = 31
MAX_WEIGHT = 1e6

Operation = Literal["correlation", "convolution"]
PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
Channels = Literal["grey", "each", "sum"]
DetectorKind = Literal["none", "relu", "leaky_relu", "sigmoid", "tanh", "abs", "threshold", "magnitude", "direction"]
PoolingKind = Literal["none", "max", "average", "l2"]
Plane = tuple[tuple[float, ...], ...]


class KernelSpec(Spec, frozen=True, kw_only=True):
    """A kernel as the person sees it: its name and every weight.

    `weights` is [depth][kH][kW]: depth 1, or 3 (red, green, blue) for a kernel that sums over the volume.
    `parameters` are those of the named family the weights came from; a kernel edited by hand is "custom".
    """

    name: str = "sobel-vertical"
    parameters: dict[str, float] = {}
    weights: tuple[Plane, ...] = (((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0)),)

    def __post_init__(self) -> None:
        Spec.__post_init__(self)
        depth, (height, width) = len(self.weights), self.size
        if depth not in (1, 3):
            raise SpecError(f"A kernel has 1 or 3 planes; this one has {depth}.")
        if not (1 <= height <= MAX_KERNEL_SIZE and 1 <= width <= MAX_KERNEL_SIZE):
            raise SpecError(f"A kernel is 1×1 to {MAX_KERNEL_SIZE}×{MAX_KERNEL_SIZE}; this one is {height}×{width}.")
        for plane in self.weights:
            if len(plane) != height or any(len(row) != width for row in plane):
                raise SpecError(f"Every row of the kernel must have {width} numbers and every plane {height} rows.")
            for row in plane:
                for weight in row:
                    check_weight(weight)

    @property
    def size(self) -> Pair:
        """(height, width) of each plane."""
        plane = self.weights[0] if self.weights else ()
        return len(plane), (len(plane[0]) if plane else 0)


def check_weight(weight: float) -> None:
    """Raise SpecError unless `weight` can stand in a kernel cell."""
    if not math.isfinite(weight) or abs(weight) > MAX_WEIGHT:
        raise SpecError(
            f"{weight:g} cannot stand in a kernel: a weight is a number from -{MAX_WEIGHT:,.0f} to {MAX_WEIGHT:,.0f}."
        )


class DetectorSpec(Spec, frozen=True, kw_only=True):
    """The non-linearity after the convolution; `magnitude` and `direction` use the kernel and its quarter turn."""

    kind: Annotated[
        DetectorKind,
        field(
            "Detector",
            "A function applied to every cell of the map on its own. Convolution alone is linear; the detector is "
            "what lets a stack of layers see more than one big convolution would.",
            labels={
                "none": "none",
                "relu": "ReLU",
                "leaky_relu": "leaky ReLU",
                "abs": "absolute value",
                "magnitude": "gradient magnitude",
                "direction": "gradient direction",
            },
        ),
    ] = "none"
    negative_slope: Annotated[
        float, field("Negative slope", "What leaky ReLU multiplies negative values by.", 0.0, 1.0)
    ] = 0.01
    threshold: Annotated[float, field("Threshold", "Cells above it become 1, the others 0.", -1e6, 1e6)] = 0.0


class PoolingSpec(Spec, frozen=True, kw_only=True):
    """A summary of each window of the map. It has no weights. `stride` None means the window's size, as in torch."""

    kind: Annotated[
        PoolingKind,
        field(
            "Pooling",
            "Replaces each window of the map by one number: its largest, its mean, or the root of its sum of "
            "squares (L2). There is nothing to learn in it.",
            labels={"average": "average", "l2": "L2"},
        ),
    ] = "none"
    kernel_size: Annotated[Pair, field("Pool size", "Height and width of the pooling window.", 1, 64, "cells")] = (2, 2)
    stride: Annotated[
        Pair | None,
        field("Pool stride", "How far the window moves each time; as far as it is large if left out.", 1, 64, "cells"),
    ] = None
    padding: Annotated[
        Pair,
        field("Pool padding", "Cells added around the map before pooling: at most half the window.", 0, 32, "cells"),
    ] = (0, 0)

    def __post_init__(self) -> None:
        Spec.__post_init__(self)
        if any(2 * p > k for p, k in zip(self.padding, self.kernel_size, strict=True)):
            raise SpecError(
                f"Pool padding {self.padding} is more than half the pool size {self.kernel_size}; "
                f"at most {tuple(k // 2 for k in self.kernel_size)} fits."
            )

    @property
    def step(self) -> Pair:
        """The stride in force."""
        return self.stride or self.kernel_size


class FilterSpec(Spec, frozen=True, kw_only=True):
    """One kernel over one picture, in torch's terms; pairs are (vertical, horizontal)."""

    kernel: KernelSpec = KernelSpec()
    channels: Annotated[
        Channels,
        field(
            "Channels",
            "What of the picture the kernel sees: its grey values; each colour channel on its own (R, G, B); or all "
            "three at once (R + G + B), with a kernel that is three planes deep and whose results are summed.",
            labels={"each": "R, G, B", "sum": "R + G + B"},
        ),
    ] = "grey"
    operation: Annotated[
        Operation,
        field(
            "Operation",
            "Cross-correlation lays the kernel on the picture as it is; convolution turns it by 180° first. "
            "torch, TensorFlow and OpenCV do the first, the first two under the name of the second; scipy.signal's "
            "convolve2d and MATLAB's conv2 do the second.",
            labels={"correlation": "Cross-correlation", "convolution": "Convolution"},
        ),
    ] = "correlation"
    padding: Annotated[
        PaddingAmount,
        field(
            "Padding",
            "Cells added around the picture before the kernel moves over it: none (valid), as many as keep the size "
            "(same), as many as let every pixel be visited by every weight (full), or a number of your own.",
            0,
            512,
            "cells",
        ),
    ] = "same"
    padding_mode: Annotated[
        PaddingMode,
        field(
            "Padding mode",
            "What the added cells hold: zeros, the picture mirrored without repeating its edge (reflect), its edge "
            "repeated (replicate), or its opposite side (circular).",
        ),
    ] = "zeros"
    stride: Annotated[
        Pair,
        field("Stride", "How many pixels the kernel moves each time. Above 1, positions are skipped.", 1, 64, "px"),
    ] = (1, 1)
    dilation: Annotated[
        Pair,
        field(
            "Dilation",
            "Distance between neighbouring weights on the picture: 1 is none, 2 leaves gaps of one.",
            1,
            32,
            "px",
        ),
    ] = (1, 1)
    bias: Annotated[float, field("Bias", "A number added to every cell of the map before the detector.", -1e6, 1e6)] = (
        0.0
    )
    detector: DetectorSpec = DetectorSpec()
    pooling: PoolingSpec = PoolingSpec()

    def __post_init__(self) -> None:
        Spec.__post_init__(self)
        depth = len(self.kernel.weights)
        if (self.channels == "sum") != (depth == 3):
            raise SpecError(
                f"Channels '{self.channels}' needs a kernel of {3 if self.channels == 'sum' else 1} "
                f"plane(s); this one has {depth}."
            )


def with_changes(spec: FilterSpec, **changes: object) -> FilterSpec:
    """A copy with some settings replaced, checked as a new one."""
    return msgspec.structs.replace(spec, **changes)
