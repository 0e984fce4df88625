"""PyTorch source as a network. It is read through a list of what is allowed, and never run."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import msgspec

from engine.codegen.calls import Found, LayerReader, joined
from engine.codegen.names import Names, import_names, meaning, own_class
from engine.codegen.source import Source, at, literal
from engine.errors import SpecError
from engine.spec.layers import AnyLayer, Shape
from engine.spec.network import NetworkSpec
from engine.spec.shapes import walk

_INPUT = "INPUT_SHAPE"


def from_pytorch(text: str, input_shape: Shape | None = None) -> NetworkSpec:
    """The network that a PyTorch script describes: one as `to_pytorch` writes it, or an `nn.Sequential`.

    `from_pytorch(to_pytorch(spec))` is `spec`. A size such as `in_channels` that is written without its name and
    follows from the stack is left to follow from it.

    Args:
        text: the source. It is parsed and never run.
        input_shape: (channels, height, width), where the source says no `INPUT_SHAPE` or another is meant.

    Raises:
        SpecError: with the line, for anything that a network cannot express; or if no input shape is known.

    Example:
        >>> text = "from torch import nn\\nnetwork = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())"
        >>> [layer.type for layer in from_pytorch(text, input_shape=(1, 28, 28)).layers]
        ['Conv2d', 'ReLU']
    """
    try:
        script = _Script(Source(text))
    except RecursionError:
        raise SpecError("The source is nested too deep to be read.") from None
    shape = input_shape if input_shape is not None else script.input_shape
    if shape is None:
        raise SpecError(f"The source says no {_INPUT} = (channels, height, width); add that line, or give input_shape.")
    if script.found is None:
        raise SpecError("The source holds no network; network = nn.Sequential(…) or a class of nn.Module would do.")
    return _with_derived(NetworkSpec(input_shape=shape, layers=script.found.layers), script.found.positional)


def _with_derived(network: NetworkSpec, positional: Sequence[str]) -> NetworkSpec:
    """Leave out the sizes that follow from the stack, of the layers at these paths."""
    wanted = set(positional)
    relaxed = {
        step.path
        for step in walk(network)
        if step.path in wanted
        and step.entering is not None
        and step.layer.derive(step.entering.shape) == getattr(step.layer, step.layer.derived)
    }
    return msgspec.structs.replace(network, layers=_relaxed(network.layers, relaxed, ""))


def _relaxed(layers: tuple[AnyLayer, ...], paths: set[str], inside: str) -> tuple[AnyLayer, ...]:
    made = []
    for layer in layers:
        path = inside + layer.id
        changes: dict[str, Any] = {
            name: _relaxed(part, paths, f"{path}.{name}.") for name, part in layer.parts().items()
        }
        if path in paths:
            changes[layer.derived] = None
        made.append(msgspec.structs.replace(layer, **changes) if changes else layer)
    return tuple(made)


class _Script:
    """What the statements of a source amount to."""

    def __init__(self, source: Source) -> None:
        self.names: Names = {}
        self.reader = LayerReader(source, self.names)
        self.input_shape: Shape | None = None
        self.found: Found | None = None
        self.classes: dict[str, ast.ClassDef] = {}
        for statement in source.tree.body:
            self._statement(statement)
        for node in self.classes.values():
            self._network(self._class(node), node)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            import_names(node, self.names)
        elif isinstance(node, ast.ClassDef):
            if not own_class(node, self.names):
                self.classes[node.name] = node
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self._assignment(node.targets[0].id, node.value, node)
        elif not _is_text(node):
            raise at(node, "only imports, INPUT_SHAPE, classes and the network itself are read here.")

    def _assignment(self, name: str, value: ast.expr, node: ast.stmt) -> None:
        if name == _INPUT:
            self.input_shape = _shape(value)
            return
        called = value.func if isinstance(value, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in self.classes:
            if isinstance(value, ast.Call) and (value.args or value.keywords):
                raise at(node, f"{called.id} is made without arguments here.")
        elif isinstance(value, ast.Call) and meaning(value.func, self.names) == "torch.nn.Sequential":
            self._network(self.reader.sequence(value), node)
        else:
            raise at(node, f"{name} is neither {_INPUT} nor a network such as nn.Sequential(…).")

    def _network(self, found: Found, node: ast.AST) -> None:
        if self.found is not None:
            raise at(node, "this is a second network; one is read at a time.")
        self.found = found

    def _class(self, node: ast.ClassDef) -> Found:
        bases = [meaning(base, self.names) for base in node.bases]
        methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        odd = [each for each in node.body if not isinstance(each, ast.FunctionDef) and not _is_text(each)]
        if bases != ["torch.nn.Module"] or node.keywords or node.decorator_list or odd:
            raise at(odd[0] if odd else node, f"class {node.name} is no plain class of nn.Module.")
        if set(methods) != {"__init__", "forward"}:
            raise at(node, f"class {node.name} needs the methods __init__ and forward, and no others.")
        made = self._made(methods["__init__"])
        order = _order(methods["forward"])
        unused = next((name for name in made if name not in [called for called, _ in order]), None)
        if unused is not None:
            raise at(made[unused][1], f"forward never calls self.{unused}.")
        return joined(list(_called(made, order)), node)

    def _made(self, method: ast.FunctionDef) -> dict[str, tuple[Found, ast.AST]]:
        """{name: (layer, statement)} of an `__init__`."""
        if len(_arguments(method)) != 1:
            raise at(method, "__init__ takes self alone here.")
        (owner,) = _arguments(method)
        made: dict[str, tuple[Found, ast.AST]] = {}
        for node in method.body:
            if _is_text(node) or _is_super(node):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
            if not isinstance(node, ast.Assign) or not _is_own(target, owner):
                raise at(node, f"__init__ makes layers here: {owner}.name = nn.ReLU().")
            assert isinstance(target, ast.Attribute)
            if target.attr in made:
                raise at(node, f"{owner}.{target.attr} is made twice.")
            made[target.attr] = (self.reader.named(node.value, target.attr, node), node)
        return made


def _called(made: dict[str, tuple[Found, ast.AST]], order: list[tuple[str, ast.AST]]) -> list[Found]:
    """The layers in the order of their calls. One that learns nothing may be called again, as a layer of its own."""
    found, seen = [], set()
    for name, node in order:
        if name not in made:
            raise at(node, f"__init__ makes no self.{name}.")
        one = made[name][0]
        layer: AnyLayer = one.layers[0]
        if name in seen and (layer.derived or layer.parts()):
            raise at(node, f"self.{name} is called twice, and weights that two layers share cannot be expressed.")
        found.append(Found((msgspec.structs.replace(layer, id=""),)) if name in seen else one)
        seen.add(name)
    return found


def _order(method: ast.FunctionDef) -> list[tuple[str, ast.AST]]:
    """The names of the layers as a `forward` calls them, one after the other."""
    if len(_arguments(method)) != 2:
        raise at(method, "forward takes self and one input here.")
    owner, value = _arguments(method)
    order: list[tuple[str, ast.AST]] = []
    for index, node in enumerate(method.body):
        if _is_text(node) and index == 0:
            continue
        if isinstance(node, ast.Return) and node is method.body[-1] and node.value is not None:
            return order + _chain(node.value, owner, value)
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if not isinstance(node, ast.Assign) or not isinstance(target, ast.Name):
            raise at(node, f"forward calls one layer after the other here: {value} = {owner}.name({value}).")
        order += _chain(node.value, owner, value)
        value = target.id
    raise at(method, "forward ends with a return.")


def _chain(node: ast.expr, owner: str, value: str) -> list[tuple[str, ast.AST]]:
    """The layers of `self.b(self.a(x))`, innermost first."""
    if isinstance(node, ast.Name) and node.id == value:
        return []
    if isinstance(node, ast.Call) and _is_own(node.func, owner) and len(node.args) == 1 and not node.keywords:
        assert isinstance(node.func, ast.Attribute)
        return [*_chain(node.args[0], owner, value), (node.func.attr, node)]
    raise at(node, f"forward calls layers alone here, each on what the one before made: {owner}.name({value}).")


def _shape(node: ast.expr) -> Shape:
    shape = literal(node)
    if not isinstance(shape, tuple) or not all(type(size) is int for size in shape):
        raise at(node, f"{_INPUT} is whole numbers such as (1, 28, 28).")
    try:
        return NetworkSpec(input_shape=shape).input_shape
    except SpecError as error:
        raise at(node, str(error)) from None


def _arguments(method: ast.FunctionDef) -> list[str]:
    given = method.args
    plain = not (given.vararg or given.kwarg or given.kwonlyargs or given.defaults) and not method.decorator_list
    return [each.arg for each in (*given.posonlyargs, *given.args)] if plain else []


def _is_own(node: ast.AST | None, owner: str) -> bool:
    """Whether a node is `self.name`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == owner


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_super(node: ast.stmt) -> bool:
    """Whether a statement is `super().__init__()` or `super(Network, self).__init__()`."""
    call = node.value if isinstance(node, ast.Expr) else None
    method = call.func if isinstance(call, ast.Call) and not call.args and not call.keywords else None
    made = method.value if isinstance(method, ast.Attribute) and method.attr == "__init__" else None
    return isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id == "super"
