"""The kinds by name, each with a small setting that shows what is special about it."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from engine.errors import SpecError
from engine.kinds.spec import KindSpec, with_size


class Kind(NamedTuple):
    """A kind of convolution as a list shows it."""

    name: str
    label: str
    text: str
    spec: KindSpec


_ALL = (
    Kind(
        "shared",
        "Shared",
        "One kernel is used at every place: what it has learned to find is found wherever it is.",
        KindSpec(),
    ),
    Kind(
        "unshared",
        "Unshared",
        "A locally connected layer: every place looks at its neighbourhood too, but with a kernel of its own.",
        KindSpec(kind="unshared"),
    ),
    Kind(
        "tiled",
        "Tiled",
        "A few kernels take turns from place to place, so that neighbours differ and weights stay few.",
        KindSpec(kind="tiled", tile=(2,)),
    ),
    Kind(
        "dilated",
        "Dilated",
        "The weights stand apart, so that a small kernel sees far and skips what lies between.",
        KindSpec(dilation=(2,)),
    ),
    Kind(
        "grouped",
        "Grouped",
        "The channels are split into groups, and each kernel sees only its own group.",
        KindSpec(in_channels=4, out_channels=4, groups=2),
    ),
    Kind(
        "depthwise",
        "Depthwise",
        "As many groups as channels: each channel is filtered by itself, and none is mixed with another.",
        KindSpec(in_channels=3, out_channels=3, groups=3),
    ),
    Kind(
        "transposed",
        "Transposed",
        "Every input cell lays the kernel, times its value, onto the output; where they overlap they add up.",
        KindSpec(kind="transposed", size=(4, 4), stride=(2,)),
    ),
    Kind(
        "1-D",
        "1-D, a signal",
        "The kernel slides along one axis: over sound, or any series of measurements.",
        KindSpec(size=(32,), kernel_size=(5,)),
    ),
    Kind(
        "3-D",
        "3-D, a volume",
        "The kernel is a block that moves along three axes: through a stack of slices, or a clip with time as depth.",
        KindSpec(size=(6, 8, 8)),
    ),
    Kind(
        "dense",
        "Dense",
        "No convolution: every output cell has a weight for every input cell, wherever they are.",
        KindSpec(kind="dense"),
    ),
)


def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order in which they are best met."""
    return _ALL


def kind_names() -> tuple[str, ...]:
    """The names that `kind_spec` knows.

    Example:
        >>> kind_names()[:3]
        ('shared', 'unshared', 'tiled')
    """
    return tuple(kind.name for kind in _ALL)


def kind_spec(name: str, **settings: Any) -> KindSpec:
    """A kind by its name, with any of its settings changed.

    Raises:
        SpecError: for a name that is none, or a setting that cannot be.

    Example:
        >>> kind_spec("tiled", tile=3).tile
        (3, 3)
    """
    for kind in _ALL:
        if kind.name == name:
            return _changed(kind.spec, settings)
    raise SpecError(f"No kind of convolution is called {name!r}; there are {', '.join(kind_names())}.")


def _changed(spec: KindSpec, settings: dict[str, Any]) -> KindSpec:
    unknown = sorted(set(settings) - set(KindSpec.__struct_fields__))
    if unknown:
        known = ", ".join(KindSpec.__struct_fields__)
        raise SpecError(f"A convolution has no setting {unknown[0]!r}; it has {known}.")
    size = settings.get("size")
    if isinstance(size, (tuple, list)) and size:
        spec = with_size(spec, size)
    return msgspec.structs.replace(spec, **settings)


def kind_name(spec: KindSpec) -> str:
    """What a setting is called among the kinds; "shared" where nothing about it is special.

    Example:
        >>> kind_name(KindSpec(in_channels=8, out_channels=8, groups=8, dilation=2))
        'depthwise'
    """
    if spec.kind != "shared":
        return spec.kind
    if spec.groups > 1:
        return "depthwise" if spec.groups == spec.in_channels else "grouped"
    if max(spec.dilation) > 1:
        return "dilated"
    return {1: "1-D", 2: "shared", 3: "3-D"}[spec.dimensions]
