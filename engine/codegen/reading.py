"""PyTorch source as a network. It is read through a list of what is allowed, and never run."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from engine.codegen.calls import Found, LayerReader, flattened, joined
from engine.codegen.forward import ForwardReader, Made
from engine.codegen.names import Names, import_names, meaning, own_class
from engine.codegen.sizes import Outdated, with_derived
from engine.codegen.source import CodeError, Mark, Source, at, character, literal, placed
from engine.errors import SpecError
from engine.spec.layers import Shape
from engine.spec.network import NetworkSpec

_INPUT = "INPUT_SHAPE"


class Patch(NamedTuple):
    """Characters of a line, counted from 1, that are to be replaced; `end` is the column behind."""

    line: int
    column: int
    end: int
    text: str


class Reading(NamedTuple):
    """What a source describes."""

    network: NetworkSpec
    lines: dict[str, tuple[int, int]]
    """{path: the first and the last line of what makes the layer}."""
    patches: tuple[Patch, ...] = ()
    """What has to change for the source to mean the network: sizes that follow from a layer that was edited."""


def from_pytorch(text: str, input_shape: Shape | None = None) -> NetworkSpec:
    """The network that a PyTorch script describes: an `nn.Sequential`, or a class with a `forward`.

    `from_pytorch(to_pytorch(spec))` is `spec`. A size such as `in_channels` that is written without its name and
    follows from the stack is left to follow from it. Sums and `torch.cat` in a `forward` become blocks.

    Args:
        text: the source. It is parsed and never run.
        input_shape: (channels, height, width), where the source says no `INPUT_SHAPE` or another is meant.

    Raises:
        SpecError: for anything that a network cannot express, a `CodeError` with all places of it; or if no input
            shape is known.

    Example:
        >>> text = "from torch import nn\\nnetwork = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())"
        >>> [layer.type for layer in from_pytorch(text, input_shape=(1, 28, 28)).layers]
        ['Conv2d', 'ReLU']
    """
    return read_pytorch(text, input_shape).network


def read_pytorch(text: str, input_shape: Shape | None = None, before: NetworkSpec | None = None) -> Reading:
    """The network that a PyTorch script describes, and where its layers stand.

    Args:
        text: the source. It is parsed and never run.
        input_shape: as for `from_pytorch`.
        before: the network that the text stood for before it was edited. Sizes that followed there and were left as
            they are go on following: they are told as patches.

    Raises:
        SpecError: as `from_pytorch`.
    """
    try:
        return _read(text, input_shape, before)
    except CodeError as error:
        raise placed(error, text) from None
    except RecursionError:
        raise SpecError("The source is nested too deep to be read.") from None


def _read(text: str, input_shape: Shape | None, before: NetworkSpec | None) -> Reading:
    script = _Script(Source(text))
    shape = input_shape if input_shape is not None else script.input_shape
    if script.found is None:
        raise SpecError("The source holds no network; network = nn.Sequential(…) or a class of nn.Module would do.")
    if shape is None:
        raise SpecError(f"The source says no {_INPUT} = (channels, height, width); add that line, or give input_shape.")
    network = NetworkSpec(input_shape=shape, layers=tuple(each.layer for each in script.found))
    sizes = [size._replace(path=each.layer.id + size.path) for each in script.found for size in each.sizes]
    network, outdated = with_derived(network, sizes, before)
    lines = {each.layer.id + line.path: (line.first, line.last) for each in script.found for line in each.lines}
    return Reading(network, lines, tuple(_patch(each, text) for each in outdated))


def _patch(outdated: Outdated, text: str) -> Patch:
    node = outdated.size.node
    line = node.lineno
    start, end = (character(text, line, place) + 1 for place in (node.col_offset, node.end_col_offset or 0))
    return Patch(line, start, end, repr(outdated.now))


class _Script:
    """What the statements of a source amount to; all that is wrong with them is told at once."""

    def __init__(self, source: Source) -> None:
        self.names: Names = {}
        self.faults: list[Mark] = []
        self.reader = LayerReader(source, self.names, self.faults)
        self.input_shape: Shape | None = None
        self.found: list[Found] | None = None
        self.classes: dict[str, ast.ClassDef] = {}
        for statement in source.tree.body:
            self._try(partial(self._statement, statement))
        for each in self.classes.values():
            self._try(partial(self._network_of, each))
        if self.faults:
            raise CodeError(self.faults)

    def _try(self, read: Callable[[], None]) -> None:
        try:
            read()
        except CodeError as error:
            self.faults += error.marks

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            import_names(node, self.names)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef) and own_class(node, self.names):
            pass
        elif isinstance(node, ast.ClassDef):
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
                raise at(value, f"{called.id} is made without arguments here.")
        elif isinstance(value, ast.Call) and self.reader.is_sequence(value):
            self._network(joined(self.reader.sequence(value), value), node)
        else:
            raise at(node, f"{name} is neither {_INPUT} nor a network such as nn.Sequential(…).")

    def _network(self, found: list[Found], node: ast.AST) -> None:
        if self.found is not None:
            raise at(node, "this is a second network; one is read at a time.")
        self.found = found

    def _network_of(self, node: ast.ClassDef) -> None:
        self._network(self._class(node), node)

    def _class(self, node: ast.ClassDef) -> list[Found]:
        bases = [meaning(base, self.names) for base in node.bases]
        methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        odd = [each for each in node.body if not isinstance(each, ast.FunctionDef) and not _is_text(each)]
        if bases != ["torch.nn.Module"] or node.keywords or node.decorator_list or odd:
            raise at(odd[0] if odd else node, f"class {node.name} is no plain class of nn.Module.")
        if set(methods) != {"__init__", "forward"}:
            raise at(node, f"class {node.name} needs the methods __init__ and forward, and no others.")
        count = len(self.faults)
        made = self._made(methods["__init__"])
        if len(self.faults) > count:
            return []
        forward = methods["forward"]
        if len(_arguments(forward)) != 2:
            raise at(forward, "forward takes self and one input here.")
        found = ForwardReader(made, self.names, *_arguments(forward)).read(forward)
        return joined(flattened(_by_list(found, made)), node)

    def _made(self, method: ast.FunctionDef) -> Made:
        """{name: (layers, statement)} of an `__init__`."""
        if len(_arguments(method)) != 1:
            raise at(method, "__init__ takes self alone here.")
        (owner,) = _arguments(method)
        made: Made = {}
        for node in method.body:
            if not _is_text(node) and not _is_super(node):
                self._try(partial(self._make, node, owner, made))
        return made

    def _make(self, node: ast.stmt, owner: str, made: Made) -> None:
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if not isinstance(node, ast.Assign) or not _is_own(target, owner):
            raise at(node, f"__init__ makes layers here: {owner}.name = nn.ReLU().")
        assert isinstance(target, ast.Attribute)
        if target.attr in made:
            raise at(node, f"{owner}.{target.attr} is made twice.")
        made[target.attr] = (self.reader.named(node.value, target.attr, node), node)


def _by_list(found: list[Found], made: Made) -> list[list[Found]]:
    """The layers in the order of computing, those of one list together, so that its ids are told from another's."""
    held = {id(each.layer): name for name, (layers, _) in made.items() if len(layers) > 1 for each in layers}
    lists: list[list[Found]] = []
    last: str | None = None
    for each in found:
        name = held.get(id(each.layer))
        if name is None or name != last:
            lists.append([])
        lists[-1].append(each)
        last = name
    return lists


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
