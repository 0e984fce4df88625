"""Layers from the calls that make them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from engine.codegen.names import IN_COMMENTS, Names, meaning
from engine.codegen.source import Source, at, literal, parsed, shown
from engine.errors import SpecError
from engine.spec.layers import LAYER_TYPES, AnyLayer, Conv2d, Residual, defaults_of, settings_of, with_ids

_Given = dict[str, Any]


class Found(NamedTuple):
    """Layers, and the paths of those whose derived setting was written without its name."""

    layers: tuple[AnyLayer, ...]
    positional: tuple[str, ...] = ()


class LayerReader:
    """Reads expressions that make layers; with no source, those of a comment, where `disabled(…)` may stand."""

    def __init__(self, source: Source | None, names: Names) -> None:
        self.source = source
        self.names = names

    def named(self, node: ast.expr, layer_id: str, place: ast.stmt | ast.expr) -> Found:
        """One layer under an id, or one without for "". `place` is what it stands in; a comment may follow that."""
        found = self._commented(node, place) or self._layer(node)
        if not layer_id:
            return found
        return told(node, lambda: Found((msgspec.structs.replace(found.layers[0], id=layer_id),), found.positional))

    def sequence(self, node: ast.Call) -> Found:
        """The layers of `nn.Sequential(…)`, given one by one or by name in an OrderedDict."""
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise at(node, "nn.Sequential takes layers, or one OrderedDict of them.")
        first = node.args[0] if len(node.args) == 1 else None
        if isinstance(first, ast.Call) and meaning(first.func, self.names) == "collections.OrderedDict":
            return self._entries(first)
        return joined([self.named(each, "", each) for each in node.args], node)

    def _entries(self, node: ast.Call) -> Found:
        listed = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if node.args and not isinstance(listed, ast.List | ast.Tuple):
            raise at(node, 'OrderedDict takes a list here: [("name", layer), …].')
        found = []
        for entry in listed.elts if isinstance(listed, ast.List | ast.Tuple) else []:
            if not isinstance(entry, ast.Tuple) or len(entry.elts) != 2:
                raise at(entry, 'each entry is ("name", layer).')
            key = literal(entry.elts[0])
            if not isinstance(key, str) or not key:
                raise at(entry, "a layer's name is a word in quotes.")
            found.append(self.named(entry.elts[1], key, entry))
        return joined(found, node)

    def _commented(self, node: ast.expr, place: ast.stmt | ast.expr) -> Found | None:
        """The disabled layer that a comment tells of, or that `disabled(…)` within one holds."""
        if self.source is None:
            inner = _disabled(node)
            return _switched_off(self._layer(inner)) if inner is not None else None
        text = self.source.remark(place, "disabled")
        if text is None:
            return None
        if not isinstance(node, ast.Call) or meaning(node.func, self.names) != "torch.nn.Identity":
            raise at(node, "a layer that a comment calls disabled stands as nn.Identity() in the code.")
        expression = parsed(text, "eval", (place.end_lineno or 1) - 1)
        return _switched_off(LayerReader(None, self.names | IN_COMMENTS)._layer(expression))

    def _layer(self, node: ast.expr) -> Found:
        if not isinstance(node, ast.Call):
            raise at(node, "a layer is made by a call such as nn.ReLU().")
        called = meaning(node.func, self.names) or ""
        if called == "convscope.Residual":
            return self._residual(node)
        if called == "convscope.SameConv2d":
            return _made(node, Conv2d, _arguments(node, Conv2d, ("padding",)) | {"padding": "same"})
        name = called.removeprefix("torch.nn.")
        lazy = name.startswith("Lazy")
        kind = LAYER_TYPES.get(name.removeprefix("Lazy"))
        if not called.startswith("torch.nn.") or kind is None or kind is Residual or (lazy and not kind.derived):
            raise at(node, f"{shown(node.func)} is no layer known here; there are {', '.join(LAYER_TYPES)}.")
        return _made(node, kind, _arguments(node, kind, (kind.derived,) if lazy else ()))

    def _residual(self, node: ast.Call) -> Found:
        given = [*zip(Residual.signature, node.args, strict=False), *((key.arg, key.value) for key in node.keywords)]
        if len(given) != 2 or {name for name, _ in given} != set(Residual.signature):
            raise at(node, "Residual takes a body and a shortcut.")
        parts: dict[str, Found] = {}
        for name, value in given:
            if not isinstance(value, ast.Call) or meaning(value.func, self.names) != "torch.nn.Sequential":
                raise at(value, f"the {name} of a Residual is an nn.Sequential.")
            parts[str(name)] = self.sequence(value)
        layers: dict[str, Any] = {name: found.layers for name, found in parts.items()}
        positional = [f".{name}.{path}" for name, found in parts.items() for path in found.positional]
        return told(node, lambda: Found((Residual(**layers),), tuple(positional)))


def _made(node: ast.Call, kind: type[AnyLayer], given: _Given) -> Found:
    positional = bool(kind.derived) and len(node.args) > kind.signature.index(kind.derived) and kind.derived in given
    missing = [name for name in settings_of(kind) if name not in given and name not in defaults_of(kind)]
    if missing:
        raise at(node, f"{kind.__name__} needs {missing[0]}.")
    return told(node, lambda: Found((kind(**given),), ("",) if positional else ()))


def _arguments(node: ast.Call, kind: type[AnyLayer], without: Sequence[str] = ()) -> _Given:
    """The settings that a call gives, under their names."""
    order = [name for name in kind.signature if name not in without or name != kind.derived]
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


def _disabled(node: ast.expr) -> ast.expr | None:
    """What `disabled(…)` holds."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "disabled"):
        return None
    if len(node.args) != 1 or node.keywords:
        raise at(node, "disabled(…) holds one layer.")
    return node.args[0]


def joined(found: Sequence[Found], node: ast.AST) -> Found:
    """Several layers as one list, each with an id; an error names the node's line."""
    layers = told(node, lambda: Found(with_ids(layer for each in found for layer in each.layers))).layers
    # The path of a layer within another follows that one's id.
    positional = [layer.id + place for layer, each in zip(layers, found, strict=True) for place in each.positional]
    return Found(layers, tuple(positional))


def told(node: ast.AST, make: Callable[[], Found]) -> Found:
    """What `make` gives; what it raises with the node's line, unless it has one."""
    try:
        return make()
    except SpecError as error:
        raise error if str(error).startswith("Line ") else at(node, str(error)) from None
