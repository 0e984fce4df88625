"""How a value of the map came about after the sum: bias, detector, pooling, in words."""

from __future__ import annotations

from app.kernels.terms import values_text
from app.state.form import described
from app.widgets.number_text import shown
from engine.protocol import Readout
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec

_POOLED = {"max": "The largest", "average": "The mean", "l2": "The root of the sum of squares"}


def steps_text(spec: FilterSpec) -> str:
    """Detector and pooling, in their order; empty if there is neither.

    Example:
        >>> steps_text(FilterSpec(detector=DetectorSpec(kind="relu"), pooling=PoolingSpec(kind="max")))
        'ReLU → max 2×2'
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
    return f"{label} {spec.kernel_size[0]}×{spec.kernel_size[1]}"


def without_terms(readout: Readout, spec: FilterSpec) -> str:
    """What to say where the products cannot be written out one by one."""
    if len(readout.sums) == 3:
        names = [f"{name} {shown(value, 3)}" for name, value in zip("RGB", readout.sums, strict=True)]
        joint = " + " if spec.channels == "sum" else "   "
        return f"The sums of products in each channel:\n{joint.join(names)}"
    height, width = spec.kernel.size
    if readout.before:
        return f"The sum of {height}×{width} products of weight and pixel."
    rows, columns = spec.pooling.kernel_size
    start = _POOLED.get(spec.pooling.kind, "One number")
    return f"{start} of {rows}×{columns} cells of the map before pooling, each a sum of {height}×{width} products."


def ending(readout: Readout, spec: FilterSpec) -> tuple[str, str]:
    """What follows the sum: the line of the convolution's value, and the line of the map's.

    The first is empty where neither detector nor pooling comes between the two.
    """
    bias = f"+ {shown(readout.bias, 3)} (bias) " if readout.bias else ""
    steps, values = steps_text(spec), values_text(readout.values)
    if not steps:
        return "", f"{bias}= {values}"
    return (f"{bias}= {_before(readout.before)}" if readout.before else "", f"→ {steps} = {values}")


def _before(values: tuple[float, ...]) -> str:
    if len(values) == 2:
        return f"{shown(values[0], 3)}, at 90° {shown(values[1], 3)}"
    return values_text(values)
