"""How a value of the map came about after the sum: bias, detector, pooling, in words."""

from __future__ import annotations

from app.state.form import described
from app.widgets.number_text import shown
from engine.protocol import Readout
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec

_POOLED = {"max": "The largest", "average": "The mean", "l2": "The root of the sum of squares"}


def steps_text(spec: FilterSpec) -> str:
    """Detector and pooling, in their order; empty if there is neither.

    Example:
        >>> steps_text(FilterSpec(detector=DetectorSpec(kind="relu"), pooling=PoolingSpec(kind="max")))
        'ReLU → max pooling 2×2'
    """
    return " → ".join(step for step in (_detector(spec.detector), _pooling(spec.pooling)) if step)


def _detector(spec: DetectorSpec) -> str:
    if spec.kind == "none":
        return ""
    label = described(DetectorSpec, "kind").labels.get(spec.kind, spec.kind)
    setting = {"leaky_relu": spec.negative_slope, "threshold": spec.threshold}.get(spec.kind)
    return label if setting is None else f"{label} {shown(setting, 3)}"


def _pooling(spec: PoolingSpec) -> str:
    if spec.kind == "none":
        return ""
    label = described(PoolingSpec, "kind").labels.get(spec.kind, spec.kind)
    return f"{label} pooling {spec.kernel_size[0]}×{spec.kernel_size[1]}"


def without_terms(readout: Readout, spec: FilterSpec) -> str:
    """What to say where the products cannot be written out one by one."""
    if len(readout.sums) == 3:
        names = [f"{name} {shown(value, 3)}" for name, value in zip("RGB", readout.sums, strict=True)]
        joint = " + " if spec.channels == "sum" else "\n"
        return f"The sums of products in each channel:\n{joint.join(names)}"
    height, width = spec.kernel.size
    if readout.before:
        return f"The sum of {height}×{width} products of weight and pixel."
    rows, columns = spec.pooling.kernel_size
    start = _POOLED.get(spec.pooling.kind, "One number")
    return f"{start} of {rows}×{columns} cells of the map before pooling, each a sum of {height}×{width} products."


def before_text(readout: Readout, spec: FilterSpec) -> str:
    """The bias and what the convolution gave; empty where nothing is known of it."""
    if not readout.before:
        return ""
    bias = f"+ {shown(readout.bias, 3)} (bias) " if readout.bias else ""
    if len(readout.before) == 2:
        first, turned = (shown(value, 3) for value in readout.before)
        return f"{bias}= {first}; kernel turned by 90°: {turned}"
    return f"{bias}= {'  '.join(shown(value, 3) for value in readout.before)}"
