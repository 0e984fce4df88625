"""The settings of a layer from the values that a call gives."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from engine.codegen.source import at, literal, shown
from engine.errors import SpecError
from engine.spec import layers as spec
from engine.spec.fields import fields_of
from engine.spec.filter import KernelSpec
from engine.spec.layers import LAYER_TYPES, AnyLayer, defaults_of, settings_of

Given = dict[str, ast.expr]


class Size(NamedTuple):
    """A size that follows from what comes in and was written without its name, and where.

    `path` is that of its layer; of the layer that was read itself it is "", of those within one `.body.conv1`. A name
    that is no setting belongs to a class of ours, which has to be told it.
    """

    path: str
    name: str
    value: Any
    node: ast.expr


class Recipe(NamedTuple):
    """How a class is called: the type of layer it stands for, its parameters in order, and those that only follow."""

    kind: type[AnyLayer]
    order: tuple[str, ...]
    follows: str = ""
    fixed: tuple[tuple[str, Any], ...] = ()
    without: tuple[str, ...] = ()


_CONVOLUTION = spec.Conv2d.signature[:9]
_KERNELS = ("in_channels", "kernels", "stride", "padding", "dilation", "padding_mode", "trainable")
_PADS = {"Zero": "zeros", "Constant": "zeros", "Reflection": "reflect", "Replication": "replicate"}
_PADS["Circular"] = "circular"
_LAZY = ("Conv", "ConvTranspose", "BatchNorm")
LAZY = {"Linear", *(f"{name}{axes}d" for name in _LAZY for axes in (1, 2, 3))}
"""Types that torch has a class for which waits for its first input."""
ORDERS: dict[str, tuple[str, ...]] = {
    "UnsharedConv2d": (*_CONVOLUTION[:2], "input_size", *_CONVOLUTION[2:]),
    "TiledConv2d": (*_CONVOLUTION, "tile"),
    "TableConv2d": ("connections", "kernel_size", "stride", "padding", "bias"),
    "FixedKernels": _KERNELS,
    "Normalize": ("mean", "std"),
}
"""The parameters of our own classes."""
FOLLOWS = {"UnsharedConv2d": "input_size", "FixedKernels": "in_channels"}
"""Their parameters that are no settings and follow from what comes in."""


def recipes() -> dict[str, Recipe]:
    """Every class that is known here, under the name it has for the reader."""
    found = {f"torch.nn.{name}": Recipe(kind, kind.signature) for name, kind in LAYER_TYPES.items()}
    for name in (*ORDERS, "Residual", "Branches"):
        del found[f"torch.nn.{name}"]
    del found["torch.nn.Pad"]
    for name in LAZY:
        kind = LAYER_TYPES[name]
        order = tuple(each for each in kind.signature if each != kind.derived)
        found[f"torch.nn.Lazy{name}"] = Recipe(kind, order, without=(kind.derived,))
    for axes in (1, 2, 3):
        kind = LAYER_TYPES[f"Conv{axes}d"]
        fixed = (("padding", "same"),)
        found[f"convscope.SameConv{axes}d"] = Recipe(kind, kind.signature, "", fixed, ("padding",))
        for name in _PADS:
            order = ("padding", "value") if name == "Constant" else ("padding",)
            found[f"torch.nn.{name}Pad{axes}d"] = Recipe(spec.Pad, order, "", (("mode", _PADS[name]), ("axes", axes)))
    for name, order in ORDERS.items():
        found[f"convscope.{name}"] = Recipe(LAYER_TYPES[name], order, FOLLOWS.get(name, ""))
    return found


RECIPES = recipes()


def bound(node: ast.Call, name: str, order: Sequence[str], without: Sequence[str] = ()) -> Given:
    """The values that a call gives, under their names."""
    if len(node.args) > len(order):
        raise at(node, f"{name} takes at most {len(order)} values.")
    given: Given = {}
    for key, value in [*zip(order, node.args, strict=False), *((each.arg, each.value) for each in node.keywords)]:
        if key is None or isinstance(value, ast.Starred):
            raise at(node, "write each value itself; * and ** are not followed.")
        if key in given or key in without:
            raise at(value, f"{name} cannot take {key} here.")
        given[key] = value
    return given


def made(node: ast.Call, recipe: Recipe, given: Given | None = None) -> tuple[AnyLayer, tuple[Size, ...]]:
    """The layer that a call makes, and the sizes in it that follow.

    Raises:
        CodeError: for what the layer has no setting for, and for values that cannot be.
    """
    kind = recipe.kind
    if given is None:
        given = bound(node, kind.__name__, recipe.order, recipe.without)
    values = {name: literal(value) for name, value in given.items()}
    sizes = []
    for name in filter(None, (kind.derived, recipe.follows)):
        written = name in given and (given[name] in node.args or name == recipe.follows)
        if written and values[name] is not None:
            sizes.append(Size("", name, values[name], given[name]))
    values.pop(recipe.follows, None)
    settings = _settings(given, recipe, values)
    missing = [name for name in settings_of(kind) if name not in settings and _is_needed(kind, name)]
    if missing:
        raise at(node, f"{kind.__name__} needs {missing[0]}.")
    try:
        return kind(**settings), tuple(sizes)
    except SpecError as error:
        raise at(_blamed(str(error), kind, given) or node, str(error)) from None


def _blamed(message: str, kind: type[AnyLayer], given: Given) -> ast.expr | None:
    """The value that a sentence is about, which begins with its label."""
    described = fields_of(kind)
    about = [name for name in given if name in described and message.startswith(f"{described[name].label} ")]
    return given[about[0]] if about else None


def _is_needed(kind: type[AnyLayer], name: str) -> bool:
    return name in kind.told or name not in defaults_of(kind)


def _settings(given: Given, recipe: Recipe, values: dict[str, Any]) -> dict[str, Any]:
    """The settings alone; a parameter of torch that has none here may only have a value that changes nothing."""
    kind = recipe.kind
    known = [name for name in settings_of(kind) if name not in kind.beside]
    for name, value in list(values.items()):
        if name in known and (kind is not spec.Pad or name in recipe.order):
            continue
        if name not in recipe.order and name not in kind.without_effect:
            has = ", ".join(name for name in recipe.order if name in known) or "none"
            raise at(given[name], f"{kind.__name__} has no parameter {name}; it has {has}.")
        if not any(value is idle or value == idle for idle in kind.without_effect.get(name, ())):
            raise at(given[name], f"{name}={shown(given[name])} of {kind.__name__} cannot be expressed here.")
        del values[name]
    change = _CHANGES.get(kind)
    found = {**values, **dict(recipe.fixed)}
    return change(found, given) if change is not None else found


def _pad(values: dict[str, Any], given: Given) -> dict[str, Any]:
    """Amounts for so many axes; one number for all sides of maps is kept as one."""
    axes, padding = values.pop("axes"), values.get("padding")
    if isinstance(padding, int) and axes != 2:
        values["padding"] = (padding,) * (2 * axes)
    elif isinstance(padding, tuple) and len(padding) != 2 * axes:
        raise at(given["padding"], f"{len(padding)} amounts do not pad {axes} axes; {2 * axes} would do.")
    return values


def _corners(values: dict[str, Any], given: Given) -> dict[str, Any]:
    """torch takes None for False."""
    if values.get("align_corners", False) is None:
        del values["align_corners"]
    return values


def _kernels(values: dict[str, Any], given: Given) -> dict[str, Any]:
    if "kernels" not in values:
        return values
    node, listed = given["kernels"], values["kernels"]
    if not isinstance(listed, tuple) or not all(isinstance(each, tuple) and len(each) in (2, 3) for each in listed):
        raise at(node, 'kernels are a list of ("name", weights).')
    return {**values, "kernels": tuple(_kernel(node, *each) for each in listed)}


def _kernel(node: ast.expr, name: Any, weights: Any, parameters: Any = None) -> KernelSpec:
    try:
        # A wrong type of any of them is told by the conversion.
        return msgspec.convert({"name": name, "weights": weights, "parameters": parameters or {}}, KernelSpec)
    except msgspec.ValidationError as error:
        cause = error.__cause__
        raise at(
            node, str(cause) if isinstance(cause, SpecError) else "a kernel's weights are planes of rows."
        ) from None


_CHANGES: dict[type[AnyLayer], Callable[[dict[str, Any], Given], dict[str, Any]]] = {
    spec.Pad: _pad,
    spec.Upsample: _corners,
    spec.FixedKernels: _kernels,
}


def told(node: ast.AST, make: Callable[[], Any]) -> Any:
    """What `make` gives; what it raises, with the node's place."""
    try:
        return make()
    except SpecError as error:
        raise at(node, str(error)) from None
