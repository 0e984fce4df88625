"""Layers and amounts in a few words."""

from __future__ import annotations

import math
from typing import Any

from app.widgets.number_text import number_text
from engine.spec.fields import Field, fields_of
from engine.spec.layers import AnyLayer, defaults_of, shape_text
from engine.spec.summary import Summary

_GROUP = "\N{NO-BREAK SPACE}"
_PREFIXES = ("", " k", " M", " G", " T", " P")
BYTES = 4
"""Of one float32 number."""


def count_text(count: int) -> str:
    """A whole number in groups of three figures.

    Example:
        >>> count_text(61706).replace(_GROUP, "_")
        '61_706'
    """
    return f"{count:,}".replace(",", _GROUP)


def amount(count: float, unit: str = "") -> str:
    """A large number to three figures.

    Example:
        >>> amount(416520), amount(1_230_000_000, "B"), amount(12)
        ('417 k', '1.23 GB', '12')
    """
    step = min(int(math.log10(count) // 3), len(_PREFIXES) - 1) if count >= 1 else 0
    if count >= 1 and float(f"{count / 1000**step:.3g}") >= 1000 and step + 1 < len(_PREFIXES):
        step += 1
    text = f"{number_text(count / 1000**step, 3)}{_PREFIXES[step]}"
    return f"{text}{unit}" if step or not unit else f"{text} {unit}"


def memory_of(summary: Summary) -> int:
    """Bytes of all weights and of every layer's maps for one input, in float32."""
    values = sum((row.parameters or 0) + math.prod(row.output_shape or (0,)) for row in summary.rows)
    return BYTES * values


def settings_words(layer: AnyLayer) -> str:
    """A layer's main settings: the size of its window, and what is not as it is by default.

    Whole numbers that must be given stand in the shape of what comes out. A setting without company is always told.

    Example:
        >>> from engine.spec.layers import Conv2d, LeakyReLU, MaxPool2d
        >>> settings_words(Conv2d(out_channels=6, kernel_size=5, padding="same", bias=False))
        '5×5, padding same, no bias'
        >>> settings_words(MaxPool2d(kernel_size=(2, 3))), settings_words(LeakyReLU())
        ('2×3', 'negative slope 0.01')
    """
    described, defaults = fields_of(type(layer)), defaults_of(type(layer))
    words = []
    for name, field in described.items():
        value = getattr(layer, name)
        if name not in defaults:
            words += [_bare(value)] if _is_window(name) else []
        elif value != defaults[name] or len(described) == 1:
            words.append(_setting(field, value))
    return ", ".join(words)


def _is_window(name: str) -> bool:
    """Sizes that must be given and do not stand in the shape of what comes out."""
    return name in ("kernel_size", "output_size")


def _bare(value: Any) -> str:
    return shape_text(value) if isinstance(value, tuple) else str(value)


def _setting(field: Field, value: Any) -> str:
    label = field.label[0].lower() + field.label[1:]
    if isinstance(value, bool):
        return label if value else f"no {label}"
    if value is None:
        return f"{label} automatic"
    if isinstance(value, tuple):
        return f"{label} {value[0] if len(set(value)) == 1 else shape_text(value)}"
    return f"{label} {number_text(value, 4) if isinstance(value, float) else field.labels.get(value, value)}"


def summary_line(kind: type[AnyLayer]) -> str:
    """What a type of layer does, in the first sentence of its own description.

    Example:
        >>> from engine.spec.layers import ReLU
        >>> summary_line(ReLU)
        'Keeps what is positive and makes the rest zero.'
    """
    return (kind.__doc__ or "").strip().splitlines()[0]
