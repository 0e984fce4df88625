"""What becomes of the products: sums, bias, detector and pooling, a line each."""

from __future__ import annotations

from typing import NamedTuple

from app.kernels.steps.told import Told
from app.state.form import described
from app.widgets.number_text import shown
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec

DIGITS = 5
LANE_DIGITS = 4
CHANNELS = "RGB"
_FORMULAS = {
    "relu": "max(v, 0)",
    "sigmoid": "1 / (1 + e⁻ᵛ)",
    "tanh": "tanh v",
    "abs": "|v|",
    "magnitude": "√(v² + u²)",
    "direction": "atan2(u, v)",
}
_POOLED = {"max": "largest of", "average": "mean of", "l2": "√Σx² of"}


class Line(NamedTuple):
    """Words, and the number, or that of each channel, that they stand for."""

    words: str
    numbers: tuple[float, ...]
    role: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The numbers as they are written."""
        digits = DIGITS if len(self.numbers) == 1 else LANE_DIGITS
        return tuple(shown(number, digits) for number in self.numbers)


def lines_of(told: Told, spec: FilterSpec) -> list[Line]:
    """From the products to the cell of the map; each line follows from those above it."""
    event = told.event
    lines = _sums(told)
    lines.append(Line("+ bias", (event.bias,) * len(event.totals)))
    if not _ends(told, spec):
        lines.append(Line("= v", event.before))
    if event.turned:
        lines.append(Line("u, turned by 90°", event.turned))
    if spec.detector.kind != "none":
        lines.append(Line(detector_words(spec.detector), event.detected))
    if event.pool is not None:
        lines.append(Line(pooling_words(spec.pooling, (event.pool.height, event.pool.width)), event.values))
    lines.append(Line(f"map ({event.row}, {event.column})", event.shown, "result"))
    return lines


def _ends(told: Told, spec: FilterSpec) -> bool:
    """Whether the sum is the map's cell already."""
    return spec.detector.kind == "none" and told.event.pool is None


def _sums(told: Told) -> list[Line]:
    event = told.event
    if told.planes == 1 or len(event.totals) > 1:
        return [Line(f"Σ of {told.count} products", event.totals)]
    channels = zip(CHANNELS, event.sums, strict=True)
    return [*(Line(f"Σ of {name}", (total,)) for name, total in channels), Line("R + G + B", event.totals)]


def detector_words(spec: DetectorSpec) -> str:
    """Its name, and what it does.

    Example:
        >>> detector_words(DetectorSpec(kind="relu")), detector_words(DetectorSpec(kind="threshold", threshold=0.5))
        ('ReLU: max(v, 0)', '1 if v > 0.5, else 0')
    """
    if spec.kind == "threshold":
        return f"1 if v > {shown(spec.threshold, 3)}, else 0"
    if spec.kind == "leaky_relu":
        return f"leaky ReLU: {shown(spec.negative_slope, 3)}·v below 0"
    label = described(DetectorSpec, "kind").labels.get(spec.kind, spec.kind)
    return label if _FORMULAS[spec.kind].startswith(label) else f"{label.split()[-1]}: {_FORMULAS[spec.kind]}"


def pooling_words(spec: PoolingSpec, size: tuple[int, int]) -> str:
    """What it does with how many cells.

    Example:
        >>> pooling_words(PoolingSpec(kind="max"), (2, 3))
        'largest of 2×3'
    """
    return f"{_POOLED.get(spec.kind, spec.kind)} {size[0]}×{size[1]}"
