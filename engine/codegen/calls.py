"""Layers from the calls that make them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from engine.codegen.names import IN_COMMENTS, Names, meaning
from engine.codegen.source import Source, at, literal, parsed
from engine.errors import SpecError
from engine.spec.layers import LAYER_TYPES, AnyLayer, Conv2d, Identity, Residual, settings_of, with_ids

_Given = dict[str, Any]


class Found(NamedTuple):
    """Layers, and the paths of those whose derived setting was written without its name."""

    layers: tuple[AnyLayer, ...]
    positional: tuple[str, ...] = ()


class LayerReader:
    """Reads expressions that make layers."""

    def __init__(self, source: Source, names: Names) -> None:
        self.source = source
        self.names = names

    def named(self, node: ast.expr, layer_id: str, place: ast.AST | None = None) -> Found:
        """One layer under an id. `place` is the statement or tuple it stands in, whose line may have a comment."""
        text = self.source.remark(place or node, "disabled")
        if text is None:
            return self._under(self._layer(node, self.names), layer_id, node)
        if meaning(getattr(node, "func", node), self.names) != "torch.nn.Identity":
            raise at(node, "a layer that a comment calls disabled stands as nn.Identity() in the code.")
        line = place.end_lineno if isinstance(place, ast.stmt | ast.expr) and place.end_lineno else node.lineno
        expression = parsed(text, "eval", line - 1)
        found = self._layer(expression, self.names | IN_COMMENTS)
        return self._under(_switched_off(found), layer_id, node)

    def sequence(self, node: ast.Call, names: Names | None = None) -> Found:
        """The layers of `nn.Sequential(…)`, given one by one or by name in an OrderedDict."""
        names = self.names if names is None else names
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise at(node, "nn.Sequential takes layers, or one OrderedDict of them.")
        first = node.args[0] if len(node.args) == 1 else None
        if isinstance(first, ast.Call) and meaning(first.func, names) == "collections.OrderedDict":
            return self._entries(first, names)
        return _joined(
            [self.named(each, "") if names is self.names else self._layer(each, names) for each in node.args]
        )

    def _entries(self, node: ast.Call, names: Names) -> Found:
        listed = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if not isinstance(listed, ast.List | ast.Tuple):
            raise at(node, 'OrderedDict takes a list here: [("name", layer), …].')
        found = []
        for entry in listed.elts:
            if not isinstance(entry, ast.Tuple) or len(entry.elts) != 2:
                raise at(entry, 'each entry is ("name", layer).')
            key = literal(entry.elts[0])
            if not isinstance(key, str) or not key:
                raise at(entry, "a layer's name is a word in quotes.")
            if names is self.names:
                found.append(self.named(entry.elts[1], key, entry))
            else:
                found.append(self._under(self._layer(entry.elts[1], names), key, entry))
        return _told(node, lambda: _joined(found))

    def _layer(self, node: ast.expr, names: Names) -> Found:
        if not isinstance(node, ast.Call):
            raise at(node, "a layer is made by a call such as nn.ReLU().")
        if names is not self.names and isinstance(node.func, ast.Name) and node.func.id == "disabled" and node.args:
            return _switched_off(self._layer(node.args[0], names))
        called = meaning(node.func, names) or ""
        if called == "convscope.Residual":
            return self._residual(node, names)
        if called == "convscope.SameConv2d":
            return _made(node, Conv2d, _arguments(node, Conv2d, without=("padding",)) | {"padding": "same"})
        name = called.removeprefix("torch.nn.")
        lazy = name.startswith("Lazy")
        kind = LAYER_TYPES.get(name.removeprefix("Lazy"))
        if not called.startswith("torch.nn.") or kind is None or kind is Residual or (lazy and not kind.derived):
            raise at(node, f"{ast.unparse(node.func)} is no layer known here; there are {', '.join(LAYER_TYPES)}.")
        return _made(node, kind, _arguments(node, kind, without=(kind.derived,) if lazy else ()))

    def _residual(self, node: ast.Call, names: Names) -> Found:
        given = dict(zip(Residual.signature, node.args, strict=False)) | {key.arg: key.value for key in node.keywords}
        if set(given) != set(Residual.signature) or len(node.args) + len(node.keywords) != 2:
            raise at(node, "Residual takes a body and a shortcut.")
        parts: dict[str, Found] = {}
        for name, value in given.items():
            if not isinstance(value, ast.Call) or meaning(value.func, names) != "torch.nn.Sequential":
                raise at(value, f"the {name} of a Residual is an nn.Sequential.")
            parts[str(name)] = self.sequence(value, names)
        layers: dict[str, Any] = {name: found.layers for name, found in parts.items()}
        positional = [f".{name}.{path}" for name, found in parts.items() for path in found.positional]
        return _told(node, lambda: Found((Residual(**layers),), tuple(positional)))

    def _under(self, found: Found, layer_id: str, node: ast.AST) -> Found:
        """A layer of no id yet, under this one; "" leaves it to be given one."""
        if not layer_id:
            return found
        return _told(node, lambda: Found((msgspec.structs.replace(found.layers[0], id=layer_id),), found.positional))


def _made(node: ast.Call, kind: type[AnyLayer], given: _Given) -> Found:
    positional = bool(kind.derived) and len(node.args) > kind.signature.index(kind.derived) and kind.derived in given
    missing = [name for name in settings_of(kind) if name not in given and name in kind_needs(kind)]
    if missing:
        raise at(node, f"{kind.__name__} needs {missing[0]}.")
    return _told(node, lambda: Found((kind(**given),), ("",) if positional else ()))


def kind_needs(kind: type[AnyLayer]) -> tuple[str, ...]:
    """The settings of a layer that have no default."""
    return tuple(each.name for each in msgspec.structs.fields(kind) if each.required)


def _arguments(node: ast.Call, kind: type[AnyLayer], without: Sequence[str] = ()) -> _Given:
    """The settings that a call gives, under their names."""
    order = [name for name in kind.signature if name not in without or name == "padding"]
    if len(node.args) > len(order):
        raise at(node, f"{kind.__name__} takes at most {len(order)} values.")
    pairs = [*zip(order, node.args, strict=False), *((key.arg, key.value) for key in node.keywords)]
    given: _Given = {}
    for name, value in pairs:
        if name is None or isinstance(value, ast.Starred):
            raise at(node, "write each value itself; * and ** are not followed.")
        if name in given or name in without:
            raise at(value, f"{kind.__name__} cannot take {name} here.")
        given[name] = literal(value)
    return _without_idle(node, kind, given)


def _without_idle(node: ast.Call, kind: type[AnyLayer], given: _Given) -> _Given:
    """The settings alone; a parameter of torch that has none here may only have a value that changes nothing."""
    for name, value in list(given.items()):
        if name in settings_of(kind):
            continue
        if name not in kind.signature and name not in kind.without_effect:
            raise at(node, f"{kind.__name__} has no parameter {name}; it has {', '.join(settings_of(kind)) or 'none'}.")
        if not any(value is idle or value == idle for idle in kind.without_effect.get(name, ())):
            raise at(node, f"{name}={value!r} of {kind.__name__} cannot be expressed here.")
        del given[name]
    return given


def _switched_off(found: Found) -> Found:
    return Found((msgspec.structs.replace(found.layers[0], disabled=True),), found.positional)


def _joined(found: Sequence[Found]) -> Found:
    """Several layers as one list, each with an id. Positions within a layer follow its id."""
    layers = with_ids(layer for each in found for layer in each.layers)
    positional = [layer.id + place for layer, each in zip(layers, found, strict=True) for place in each.positional]
    return Found(layers, tuple(positional))


def joined(found: Sequence[Found], node: ast.AST) -> Found:
    """Several layers as one list; an error names the node's line."""
    return _told(node, lambda: _joined(found))


def _told(node: ast.AST, make: Callable[[], Found]) -> Found:
    """What `make` gives; what it raises with the node's line, unless it has one."""
    try:
        return make()
    except SpecError as error:
        raise error if str(error).startswith("Line ") else at(node, str(error)) from None
