"""What all layers share: a checked set of torch's parameters, and the questions that a network asks of each layer."""

from __future__ import annotations

import re
import reprlib
from fractions import Fraction
from functools import cache
from keyword import kwlist
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import msgspec
from msgspec import NODEFAULT

from engine.errors import SpecError
from engine.spec.fields import Field, Pair, Spec, check_ranges, fields_of, hints_of
from engine.spec.layers.misfit import Doubt
from engine.spec.layers.reserved import RESERVED

if TYPE_CHECKING:
    from engine.spec.layers.containers import AnyLayer

Shape = tuple[int, ...]
Amount = int | tuple[int, ...]
"""One number for each axis, or one for all of them."""
Number = int | Fraction
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")


class AxisWindow(NamedTuple):
    """A window on the move along one axis: the cells it spans, how far it moves, and the cells added before.

    Cell o of the output looks at no cell before o · stride − before, and at none from `extent` further on. Where the
    output is finer than the input these are fractions.
    """

    extent: Number
    stride: Number
    before: Number


View = tuple[AxisWindow, ...] | Literal["own", "whole"]
"""What a cell of the output looks at: a window, the same cell of the input, or all of the input."""


class Layer(Spec, frozen=True, kw_only=True, tag_field="type"):
    """One step of a network, with its settings under torch's names.

    A type of layer says here all that forms, the command line, files, shapes and generated code need to know of it.
    `id` is given by the network if left out; a disabled layer passes its input on.
    """

    prefix: ClassVar[str] = "layer"
    """What its ids begin with."""
    group: ClassVar[str] = ""
    """The heading it stands under in the menu of layers."""
    starting: ClassVar[dict[str, Any]] = {}
    """Settings of a layer added from the menu, where torch has no default."""
    derived: ClassVar[str] = ""
    """The setting that follows from the input and may be left out."""
    leading: ClassVar[tuple[str, ...]] = ()
    """The settings that people write without their names."""
    signature: ClassVar[tuple[str, ...]] = ()
    """torch's parameters in torch's order, for reading source code."""
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {}
    """Parameters of torch that have no setting here, and the values of them that change nothing."""
    axes: ClassVar[int] = 0
    """How many axes its maps have; 0 for a type that takes maps of any number."""
    told: ClassVar[tuple[str, ...]] = ()
    """Settings that code has to write also where they are as they are by default, since torch's default is another."""
    beside: ClassVar[tuple[str, ...]] = ()
    """Settings that torch's class knows nothing of."""
    wants: ClassVar[dict[str, str]] = {}
    """What a setting that is not in the field table takes, in words."""

    id: str = ""
    disabled: bool = False

    def __post_init__(self) -> None:
        _settle(self)
        check_ranges(self)
        if self.id:
            check_id(self.id)

    @property
    def type(self) -> str:
        """The layer's type: the name of its class, which is torch's."""
        return type(self).__name__

    @property
    def torch_name(self) -> str:
        """The class that computes it: one of torch.nn, or one that the generated code brings along."""
        return self.type

    def output_shape(self, shape: Shape) -> Shape:
        """The shape that comes out, without the batch dimension.

        Raises:
            Misfit: if the layer cannot take an input of this shape.
        """
        return shape

    def derive(self, shape: Shape) -> int | tuple[int, ...] | None:
        """What the setting named by `derived` must be for this input; None if nothing would do."""
        return None

    def parameters(self, shape: Shape) -> int:
        """How many numbers the layer learns, its biases included."""
        return 0

    def macs(self, shape: Shape, made: Shape) -> int:
        """Multiply-adds for one input; only those of convolutions and matrices are counted."""
        return 0

    def view(self, shape: Shape) -> View:
        """What a cell of the output looks at."""
        return "own"

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """How the size of what comes out follows, with the numbers in place, for each axis; none where it stays."""
        return ()

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """What works and is probably not meant."""
        return []

    def parts(self) -> dict[str, tuple[AnyLayer, ...]]:
        """The lists of layers that this one holds, by name."""
        return {}

    def with_parts(self, parts: dict[str, tuple[AnyLayer, ...]]) -> AnyLayer:
        """The same layer with some of its lists replaced."""
        raise NotImplementedError

    def merged(self, shape: Shape, made: dict[str, Shape]) -> Shape:
        """The shape made of those that its lists make of `shape`.

        Raises:
            Misfit: if they do not go together.
        """
        raise NotImplementedError

    def merge_doubts(self, shape: Shape, made: dict[str, Shape]) -> list[Doubt]:
        """What works about the lists together and is probably not meant."""
        return []

    def arguments(self, shape: Shape | None) -> dict[str, Any]:
        """What torch's class takes, by name; the derived one is left out while the input is unknown."""
        given = {name: getattr(self, name) for name in settings_of(type(self)) if name not in self.beside}
        if self.derived and given[self.derived] is None:
            found = self.derive(shape) if shape is not None else None
            given |= {self.derived: found}
            if found is None:
                del given[self.derived]
        return given


def settings_of(layer: type[Layer]) -> tuple[str, ...]:
    """The names of a layer's settings, without `id` and `disabled`.

    Example:
        >>> from engine.spec.layers import GELU, BatchNorm2d
        >>> settings_of(BatchNorm2d), settings_of(GELU)
        (('num_features', 'eps', 'momentum', 'affine'), ('approximate',))
    """
    return tuple(name for name in layer.__struct_fields__ if name not in ("id", "disabled"))


@cache
def defaults_of(layer: type[Layer]) -> dict[str, Any]:
    """The settings of a layer that have a default, with it; the others must be given."""
    known = dict(zip(reversed(layer.__struct_fields__), reversed(layer.__struct_defaults__), strict=False))
    found = {name: known[name] for name in settings_of(layer) if known.get(name, NODEFAULT) is not NODEFAULT}
    described = fields_of(layer)
    return {name: _spread(described[name], value) if name in described else value for name, value in found.items()}


def pair_of(amount: Amount) -> Pair:
    """(vertical, horizontal) of a setting that one number may stand for.

    Example:
        >>> pair_of(3), pair_of((1, 2))
        ((3, 3), (1, 2))
    """
    first, second = per_axis(amount, 2)
    return first, second


def per_axis(amount: Amount, axes: int) -> tuple[int, ...]:
    """A setting that one number may stand for, for each axis.

    Example:
        >>> per_axis(3, 3), per_axis((1, 2), 2)
        ((3, 3, 3), (1, 2))
    """
    return (amount,) * axes if isinstance(amount, int) else amount


def check_id(layer_id: str) -> None:
    """Raise SpecError unless a layer can have this id."""
    if not _ID.fullmatch(layer_id):
        raise SpecError(
            f"{layer_id!r} cannot be a layer's id; small letters, digits and _ after a first letter, at most 64 in "
            f"all, would do."
        )
    if layer_id in RESERVED or layer_id in kwlist:
        whose = "Python" if layer_id in kwlist else "torch"
        raise SpecError(f"{layer_id!r} cannot be a layer's id, since {whose} needs the word; {layer_id}1 would do.")


def shape_text(shape: Shape) -> str:
    """A shape as people read it.

    Example:
        >>> shape_text((16, 5, 5))
        '16×5×5'
    """
    return "×".join(map(str, shape))


def _settle(layer: Layer) -> None:
    """Bring every setting to its one form: a pair for one number, a tuple for a list, a float for a whole number."""
    described = fields_of(type(layer))
    for name, wanted in hints_of(type(layer)).items():
        given = getattr(layer, name)
        try:
            value = converted(given, wanted)
        except msgspec.ValidationError:
            raise SpecError(_wrong_kind(layer, name, described.get(name), given)) from None
        if name in described and layer.axes:
            value = _for_axes(layer, described[name], value)
        if value is not given:
            msgspec.structs.force_setattr(layer, name, value)


def _for_axes(layer: Layer, described: Field, value: Any) -> Any:
    """A number for each axis; a layer of one axis holds it alone."""
    if isinstance(value, tuple):
        if len(value) != layer.axes:
            raise SpecError(_wrong_kind(layer, described.name, described, value))
        return value[0] if layer.axes == 1 else value
    return _spread(described, value)


def _spread(described: Field, value: Any) -> Any:
    several = described.numbers > 0 and isinstance(value, int)
    return (value,) * described.numbers if several else value


def converted(value: Any, wanted: Any) -> Any:
    """A value as one of the wanted kind.

    Raises:
        msgspec.ValidationError: if it is none, or a whole number that no machine counts to.
    """
    for number in value if isinstance(value, tuple | list) else (value,):
        if isinstance(number, int) and number.bit_length() > 63:
            raise msgspec.ValidationError("too large")
    return msgspec.convert(value, wanted)


def _wrong_kind(layer: Layer, name: str, described: Field | None, given: Any) -> str:
    shown = reprlib.repr(given)
    if described is None:
        known = {"id": "a word", "disabled": "True or False"} | layer.wants
        wanted = known.get(name, "a tuple of layers")
        return f"{name} of {layer.type} cannot be {shown}; it takes {wanted}."
    plain = hints_of(type(layer))[name].__origin__
    if plain is bool:
        kinds = ["True or False"]
    else:
        kinds = ["a whole number" if described.integer else "a number"]
        several = {0: [], 2: ["two (vertical, horizontal)"], 3: ["three (depth, vertical, horizontal)"]}
        kinds += several.get(described.numbers, ["several"])
        kinds += [repr(word) for word in described.choices]
        kinds = kinds if described.numbers or described.minimum is not None or not described.choices else kinds[1:]
    return f"{described.label} of {layer.type} cannot be {shown}; it takes {', '.join(kinds)}."
