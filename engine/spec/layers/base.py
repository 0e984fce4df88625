"""What all layers share: a checked set of torch's parameters, and the questions that a network asks of each layer."""

from __future__ import annotations

import re
import reprlib
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
Amount = int | Pair
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")


class AxisWindow(NamedTuple):
    """A window on the move along one axis: the cells it spans, how far it moves, and the cells added before."""

    extent: int
    stride: int
    before: int


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

    def derive(self, shape: Shape) -> int | None:
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

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """What works and is probably not meant."""
        return []

    def parts(self) -> dict[str, tuple[AnyLayer, ...]]:
        """The lists of layers that this one holds, by name."""
        return {}

    def merge(self, shape: Shape, made: dict[str, Shape]) -> Shape:
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
        given = {name: getattr(self, name) for name in settings_of(type(self))}
        if self.derived and given[self.derived] is None:
            found = self.derive(shape) if shape is not None else None
            given |= {self.derived: found}
            if found is None:
                del given[self.derived]
        return given


def settings_of(layer: type[Layer]) -> tuple[str, ...]:
    """The names of a layer's settings, without `id` and `disabled`.

    Example:
        >>> from engine.spec.layers import Linear
        >>> settings_of(Linear)
        ('in_features', 'out_features', 'bias')
    """
    return tuple(name for name in layer.__struct_fields__ if name not in ("id", "disabled"))


@cache
def defaults_of(layer: type[Layer]) -> dict[str, Any]:
    """The settings of a layer that have a default, with it; the others must be given."""
    known = dict(zip(reversed(layer.__struct_fields__), reversed(layer.__struct_defaults__), strict=False))
    return {name: known[name] for name in settings_of(layer) if known.get(name, NODEFAULT) is not NODEFAULT}


def pair_of(amount: Amount) -> Pair:
    """(vertical, horizontal) of a setting that one number may stand for.

    Example:
        >>> pair_of(3), pair_of((1, 2))
        ((3, 3), (1, 2))
    """
    return (amount, amount) if isinstance(amount, int) else amount


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
        if name in described and described[name].pair and isinstance(value, int):
            value = (value, value)
        if value is not given:
            msgspec.structs.force_setattr(layer, name, value)


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
        wanted = {"id": "a word", "disabled": "True or False"}.get(name, "a tuple of layers")
        return f"{name} of {layer.type} cannot be {shown}; it takes {wanted}."
    plain = hints_of(type(layer))[name].__origin__
    if plain is bool:
        kinds = ["True or False"]
    else:
        kinds = ["a whole number" if described.integer else "a number"]
        kinds += ["two (vertical, horizontal)"] if described.pair else []
        kinds += [repr(word) for word in described.choices]
        kinds = kinds if described.pair or not described.choices else kinds[1:]
    return f"{described.label} of {layer.type} cannot be {shown}; it takes {', '.join(kinds)}."
