"""The field table: label, range, unit and help of every setting, said once.

A setting is declared in its struct as `Annotated[type, field(...)]`. Forms, CLI help, documents and the range
check all read the same declaration, so a limit cannot be told in two ways.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from engine.errors import SpecError

ANY = -1


class Field(NamedTuple):
    """What a form needs to know of one setting.

    `minimum` and `maximum` bound each number in it (both included); `choices` are the words it may be;
    `labels` says how a word is shown where the word itself is not good enough. `numbers` is how many stand in a
    row, 0 for a single one, and `ANY` where there may be any; a `pair` is two.
    """

    name: str
    label: str
    help: str
    minimum: float | None
    maximum: float | None
    unit: str
    integer: bool
    pair: bool
    optional: bool
    choices: tuple[str, ...]
    labels: dict[str, str]
    numbers: int = 0


def field(
    label: str,
    help: str,
    minimum: float | None = None,
    maximum: float | None = None,
    unit: str = "",
    labels: dict[str, str] | None = None,
) -> msgspec.Meta:
    """Describe one setting for `Annotated[...]`; see `Field` for the meaning of the arguments."""
    extra = {"minimum": minimum, "maximum": maximum, "unit": unit, "labels": labels or {}}
    return msgspec.Meta(title=label, description=help, extra=extra)


def _leaves(annotation: Any) -> list[Any]:
    """All plain types and words inside an annotation: `tuple[int, int] | None` has int, int and NoneType."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    inner = [a for a in get_args(annotation) if a is not Ellipsis]
    return [leaf for a in inner for leaf in _leaves(a)] if inner else [annotation]


def _count(annotation: Any, axes: int) -> int:
    """How many numbers stand in a row; `axes` is how many there are where the annotation leaves it open."""
    if get_origin(annotation) is tuple:
        held = get_args(annotation)
        if Ellipsis not in held:
            return len(held)
        return {0: ANY, 1: 0}.get(axes, axes)
    if get_origin(annotation) is None:
        return 0
    return next((found for a in get_args(annotation) if (found := _count(a, axes))), 0)


def _describe(name: str, annotated: Any, axes: int) -> Field | None:
    metas = [m for m in getattr(annotated, "__metadata__", ()) if isinstance(m, msgspec.Meta)]
    if not metas:
        return None
    meta, inner = metas[0], annotated.__origin__
    extra = meta.extra or {}
    leaves, count = _leaves(inner), _count(inner, axes)
    return Field(
        name=name,
        label=meta.title or name,
        help=meta.description or "",
        minimum=extra.get("minimum"),
        maximum=extra.get("maximum"),
        unit=extra.get("unit", ""),
        integer=int in leaves and float not in leaves,
        pair=count == 2,
        optional=type(None) in leaves,
        choices=tuple(leaf for leaf in leaves if isinstance(leaf, str)),
        labels=extra.get("labels", {}),
        numbers=count,
    )


@cache
def hints_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The annotation of every setting by name, as an object; making these of their texts takes most of a first use."""
    hints = get_type_hints(struct, include_extras=True)
    return {name: hints[name] for name in struct.__struct_fields__}


@cache
def fields_of(struct: type[msgspec.Struct]) -> dict[str, Field]:
    """The described settings of a struct by name, in the order of their declaration."""
    axes = getattr(struct, "axes", 0)
    axes = axes if isinstance(axes, int) else 0
    described = {name: _describe(name, hint, axes) for name, hint in hints_of(struct).items()}
    return {name: found for name, found in described.items() if found is not None}


def _numbers(value: Any) -> list[float]:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return []
    if isinstance(value, (int, float)):
        return [value]
    return [number for item in value for number in _numbers(item)] if isinstance(value, tuple) else []


def range_problem(spec: Field, value: Any) -> str | None:
    """One sentence on why `value` cannot be this setting's, or None if it can."""
    if isinstance(value, str) and spec.choices and value not in spec.choices:
        return f"{spec.label} cannot be {value!r}; it can be {', '.join(spec.choices)}."
    low, high = spec.minimum, spec.maximum
    for number in _numbers(value):
        if spec.integer and not isinstance(number, int):
            return f"{spec.label} must be a whole number; it is {number:g}."
        outside = (low is not None and number < low) or (high is not None and number > high)
        if not math.isfinite(number) or outside:
            return f"{spec.label} must be {_range_text(low, high)}{spec.unit and ' ' + spec.unit}; it is {number:g}."
    return None


def _range_text(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"between {low:g} and {high:g}"
    if low is not None:
        return f"at least {low:g}"
    return f"at most {high:g}" if high is not None else "a finite number"


def check_ranges(spec: msgspec.Struct) -> None:
    """Hold every described setting of a struct to its declaration.

    Raises:
        SpecError: with the setting's label, its range and the value given.
    """
    for name, described in fields_of(type(spec)).items():
        problem = range_problem(described, getattr(spec, name))
        if problem is not None:
            raise SpecError(problem)


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An immutable description whose settings are checked whenever one is made, copies included."""

    def __post_init__(self) -> None:
        check_ranges(self)


Pair = tuple[int, int]
PaddingAmount = Literal["valid", "same", "full"] | Pair
