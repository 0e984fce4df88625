"""Layers from the expressions that make them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import msgspec

from engine.codegen.arguments import RECIPES, Size, made, told
from engine.codegen.names import IN_COMMENTS, Names, meaning
from engine.codegen.source import CodeError, Mark, Source, at, literal, parsed, shown
from engine.spec.layers import AnyLayer, Branches, Residual, with_ids

_SEQUENTIAL = "torch.nn.Sequential"
_NO_BODY = "the {} of a {} is an nn.Sequential."


class Lines(NamedTuple):
    """The lines that make a layer, from 1; `path` is "" for the layer that was read itself, `.body.conv1` within."""

    path: str
    first: int
    last: int


class Found(NamedTuple):
    """A layer, the sizes in it and in those it holds that were written without their names, and where all stand."""

    layer: AnyLayer
    sizes: tuple[Size, ...] = ()
    lines: tuple[Lines, ...] = ()

    def at_lines(self, node: ast.stmt | ast.expr) -> Found:
        """The same, written in the lines of a node."""
        return self._replace(lines=(*self.lines, Lines("", node.lineno, node.end_lineno or node.lineno)))


class LayerReader:
    """Reads expressions that make layers; with no source, those of a comment, where `disabled(…)` may stand.

    What is wrong with one of several layers is kept in `faults`, so that all of them can be told.
    """

    def __init__(self, source: Source | None, names: Names, faults: list[Mark]) -> None:
        self.source = source
        self.names = names
        self.faults = faults

    def is_sequence(self, node: ast.AST) -> bool:
        """Whether an expression is `nn.Sequential(…)`."""
        return isinstance(node, ast.Call) and meaning(node.func, self.names) == _SEQUENTIAL

    def named(self, node: ast.expr, layer_id: str, place: ast.stmt | ast.expr) -> list[Found]:
        """One layer under an id, or one without for ""; those of an `nn.Sequential`, which keep their own.

        `place` is what it stands in; a comment may follow that.
        """
        if isinstance(node, ast.Call) and self.is_sequence(node):
            return self.sequence(node)
        found = self._commented(node, place) or self._started(self._layer(node), node, place)
        if layer_id:
            found = told(node, lambda: found._replace(layer=msgspec.structs.replace(found.layer, id=layer_id)))
        return [found.at_lines(place)]

    def sequence(self, node: ast.Call) -> list[Found]:
        """The layers of `nn.Sequential(…)`, given one by one or by name in an OrderedDict."""
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise at(node, "nn.Sequential takes layers, or one OrderedDict of them.")
        first = node.args[0] if len(node.args) == 1 else None
        if isinstance(first, ast.Call) and meaning(first.func, self.names) == "collections.OrderedDict":
            return self._entries(first)
        return self._each([(each, "", each) for each in node.args])

    def _each(self, listed: Sequence[tuple[ast.expr, str, ast.expr]]) -> list[Found]:
        found: list[list[Found]] = []
        for node, layer_id, place in listed:
            try:
                found.append(self.named(node, layer_id, place))
            except CodeError as error:
                self.faults += error.marks
        return flattened(found)

    def _entries(self, node: ast.Call) -> list[Found]:
        listed = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if node.args and not isinstance(listed, ast.List | ast.Tuple):
            raise at(node, 'OrderedDict takes a list here: [("name", layer), …].')
        entries = []
        for entry in listed.elts if isinstance(listed, ast.List | ast.Tuple) else []:
            if not isinstance(entry, ast.Tuple) or len(entry.elts) != 2:
                raise at(entry, 'each entry is ("name", layer).')
            key = literal(entry.elts[0])
            if not isinstance(key, str) or not key:
                raise at(entry, "a layer's name is a word in quotes.")
            entries.append((entry.elts[1], key, entry))
        return self._each(entries)

    def _commented(self, node: ast.expr, place: ast.stmt | ast.expr) -> Found | None:
        """The disabled layer that a comment tells of, or that `disabled(…)` or `init(…)` within one holds."""
        if self.source is None:
            return self._of_comment(node)
        said = self.source.remark(place, "disabled")
        if said is None:
            return None
        if not isinstance(node, ast.Call) or meaning(node.func, self.names) != "torch.nn.Identity":
            raise at(node, "a layer that a comment calls disabled stands as nn.Identity() in the code.")
        text, byte = said
        expression = parsed(text, "eval", (place.end_lineno or 1) - 1, byte)
        inner = LayerReader(None, self.names | IN_COMMENTS, self.faults)
        return _switched_off(inner._of_comment(expression) or inner._layer(expression))

    def _of_comment(self, node: ast.expr) -> Found | None:
        """What stands in `disabled(layer)` or `init(layer, "zeros", 3)`."""
        word = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if not isinstance(node, ast.Call) or word not in ("disabled", "init"):
            return None
        if node.keywords or len(node.args) not in ((1,) if word == "disabled" else (2, 3)):
            raise at(node, f"{word}(…) holds one layer" + (", a word and a seed." if word == "init" else "."))
        inner = self._of_comment(node.args[0]) or self._layer(node.args[0])
        return _switched_off(inner) if word == "disabled" else _with_init(inner, node, *map(literal, node.args[1:]))

    def _started(self, found: Found, node: ast.expr, place: ast.stmt | ast.expr) -> Found:
        """With what a comment tells of its weights."""
        if self.source is None or found.layer.parts():
            return found
        if self.source.remark(place, "frozen") is not None:
            found = _frozen(found, node)
        said = self.source.remark(place, "init")
        if said is None:
            return found
        word, _, seed = said[0].partition(", seed ")
        if seed and not (seed.isascii() and seed.isdigit()):
            raise at(node, f"the comment's seed {seed!r} is no whole number.")
        return _with_init(found, node, word.strip(), int(seed) if seed else None)

    def _layer(self, node: ast.expr) -> Found:
        if not isinstance(node, ast.Call):
            raise at(node, "a layer is made by a call such as nn.ReLU().")
        if isinstance(node.func, ast.Attribute) and node.func.attr == "requires_grad_":
            return self._held(node, node.func.value)
        called = meaning(node.func, self.names) or ""
        if called == "convscope.Residual":
            return self._residual(node)
        if called == "convscope.Branches":
            return self._branches(node)
        if called not in RECIPES:
            raise at(node.func, f"{shown(node.func)} is no layer known here{_hint(node.func)}.")
        return Found(*made(node, RECIPES[called]))

    def _held(self, node: ast.Call, layer: ast.expr) -> Found:
        """A layer whose weights training leaves as they are: `nn.Conv2d(…).requires_grad_(False)`."""
        values = [*node.args, *(key.value for key in node.keywords if key.arg == "requires_grad")]
        if len(values) != 1 or len(node.args) + len(node.keywords) != 1 or literal(values[0]) is not False:
            raise at(node, "requires_grad_(False) freezes a layer; nothing else of it can be expressed here.")
        return _frozen(self._layer(layer), node)

    def _residual(self, node: ast.Call) -> Found:
        given = [*zip(Residual.signature, node.args, strict=False), *((key.arg, key.value) for key in node.keywords)]
        if len(given) != 2 or {name for name, _ in given} != set(Residual.signature):
            raise at(node, "Residual takes a body and a shortcut.")
        parts = {str(name): self._part(value, str(name), "Residual") for name, value in given}
        return block(node, parts, lambda layers: Residual(**layers))

    def _branches(self, node: ast.Call) -> Found:
        keys = {each.arg: each.value for each in node.keywords}
        if set(keys) - {"merge"}:
            raise at(node, "Branches takes paths, and merge.")
        paths = {f"path{n}": self._part(path, "path", "Branches") for n, path in enumerate(node.args, start=1)}
        merge: Any = literal(keys["merge"]) if "merge" in keys else "concat"
        return block(node, paths, lambda layers: Branches(paths=tuple(layers.values()), merge=merge))

    def _part(self, node: ast.expr, name: str, holder: str) -> list[Found]:
        if not isinstance(node, ast.Call) or not self.is_sequence(node):
            raise at(node, _NO_BODY.format(name, holder))
        return self.sequence(node)


def block(node: ast.AST, parts: dict[str, list[Found]], make: Any) -> Found:
    """A layer that holds lists of layers; `make` makes it of them."""
    lists = {name: joined(found, node) for name, found in parts.items()}
    layer = told(node, lambda: make({name: tuple(each.layer for each in found) for name, found in lists.items()}))
    inner = [(f".{name}.{each.layer.id}", each) for name, found in lists.items() for each in found]
    sizes = [size._replace(path=place + size.path) for place, each in inner for size in each.sizes]
    lines = [line._replace(path=place + line.path) for place, each in inner for line in each.lines]
    return Found(layer, tuple(sizes), tuple(lines))


def joined(found: Sequence[Found], node: ast.AST) -> list[Found]:
    """Layers as one list, each with an id; an error names the node's place."""
    layers: tuple[AnyLayer, ...] = told(node, lambda: with_ids(each.layer for each in found))
    return [each._replace(layer=layer) for each, layer in zip(found, layers, strict=True)]


def flattened(parts: Sequence[Sequence[Found]]) -> list[Found]:
    """The layers of lists within a list as one list: an id that is taken in another list is given anew."""
    taken: set[str] = set()
    found: list[Found] = []
    for part in parts:
        for each in part:
            twice = len(part) > 1 and each.layer.id in taken
            found.append(each._replace(layer=msgspec.structs.replace(each.layer, id="")) if twice else each)
        taken.update(each.layer.id for each in part)
    return found


def _switched_off(found: Found) -> Found:
    return found._replace(layer=msgspec.structs.replace(found.layer, disabled=True))


def _frozen(found: Found, node: ast.AST) -> Found:
    if not found.layer.beside:
        raise at(node, f"{found.layer.type} cannot be frozen here; only layers with kernels or a matrix can.")
    change: dict[str, Any] = {"frozen": True}
    return found._replace(layer=msgspec.structs.replace(found.layer, **change))


def _with_init(found: Found, node: ast.AST, word: Any, seed: Any = None) -> Found:
    if not found.layer.beside:
        raise at(node, f"{found.layer.type} has no weights that could begin as {shown_word(word)}.")
    changes: dict[str, Any] = {"init": word, "init_seed": seed}
    layer: AnyLayer = told(node, lambda: msgspec.structs.replace(found.layer, **changes))
    return found._replace(layer=layer)


def _hint(node: ast.expr) -> str:
    """A layer whose name is nearly the same."""
    word = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    known = [name.rpartition(".")[2] for name in RECIPES]
    near = get_close_matches(word, known, n=1, cutoff=0.7)
    return f"; nn.{near[0]} would be one" if near and near[0] != word else ""


def shown_word(word: Any) -> str:
    """A word of a comment, shortened."""
    text = str(word)
    return text if len(text) <= 40 else text[:37] + "…"
