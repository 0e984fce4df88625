"""What a `forward` makes of its input: the calls it makes, and where ways part and come together again."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from engine.codegen.calls import Found, block
from engine.codegen.functional import joined_along, of_function
from engine.codegen.names import Names, meaning
from engine.codegen.source import at, shown
from engine.spec.layers import Branches, Residual

Made = dict[str, tuple[list[Found], ast.AST]]
"""The layers of each `self.name`, and the statement that made them."""


@dataclass(frozen=True, eq=False)
class Value:
    """What came out of a layer, which took what came out of the one before; the input has none."""

    before: Value | None = None
    found: Found | None = None

    def way(self, start: Value | None = None) -> list[Found]:
        """The layers between a value before and this one."""
        found: list[Found] = []
        value: Value | None = self
        while value is not None and value is not start:
            if value.found is not None:
                found.append(value.found)
            value = value.before
        return found[::-1]

    def past(self) -> list[Value]:
        """This value and all before it, the input last."""
        values = [self]
        while values[-1].before is not None:
            values.append(values[-1].before)
        return values


class ForwardReader:
    """Follows a `forward` statement by statement."""

    def __init__(self, made: Made, names: Names, owner: str, value: str) -> None:
        self.made = made
        self.names = names
        self.owner = owner
        self.values = {value: Value()}
        self.input = value
        self.called: set[str] = set()
        self.computed: list[tuple[Value, ast.AST]] = []
        self.used: set[int] = set()

    def read(self, method: ast.FunctionDef) -> list[Found]:
        """The layers in the order of computing."""
        for index, node in enumerate(method.body):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and index == 0:
                continue
            if isinstance(node, ast.Return) and node is method.body[-1] and node.value is not None:
                last = self._value(node.value)
                found = self._way(last)
                self._check_used()
                return found
            self._statement(node)
        raise at(method, "forward ends with a return.")

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self.values[node.targets[0].id] = self._value(node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and isinstance(node.op, ast.Add):
            held = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            self.values[node.target.id] = self._sum(held, node.value, node)
        else:
            told = f"{self.input} = {self.owner}.name({self.input})"
            raise at(node, f"forward calls one layer after the other here: {told}.")

    def _check_used(self) -> None:
        unused = next((name for name in self.made if name not in self.called), None)
        if unused is not None:
            raise at(self.made[unused][1], f"forward never calls {self.owner}.{unused}.")
        idle = next((node for value, node in self.computed if id(value) not in self.used), None)
        if idle is not None:
            raise at(idle, "what this computes does not go into what forward returns.")

    def _way(self, last: Value, start: Value | None = None) -> list[Found]:
        """The layers between two values, which are used now."""
        self.used.update(id(value) for value in last.past())
        return last.way(start)

    def _after(self, value: Value, found: Found, node: ast.AST) -> Value:
        made = Value(value, found)
        self.computed.append((made, node))
        return made

    def _value(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Name) and node.id in self.values:
            return self.values[node.id]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._sum(node.left, node.right, node)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise at(node, f"forward calls layers alone, and {shown(node)} is none: {self.owner}.name({self.input}).")

    def _call(self, node: ast.Call) -> Value:
        func = node.func
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == self.owner:
            if len(node.args) != 1 or node.keywords:
                raise at(node, f"{self.owner}.{func.attr} takes one value.")
            return self._layers(self._value(node.args[0]), func.attr, node)
        if meaning(func, self.names) in ("torch.cat", "torch.concat"):
            return self._joined(node)
        found = of_function(node, self.names, self.owner)
        if found is None:
            raise at(node, f"forward calls layers alone, and {shown(node)} is none.")
        return self._after(self._value(found[0]), found[1].at_lines(node), node)

    def _layers(self, value: Value, name: str, node: ast.Call) -> Value:
        """Once more what learns nothing may be called, as a layer of its own."""
        if name not in self.made:
            raise at(node, f"__init__ makes no {self.owner}.{name}.")
        again = name in self.called
        self.called.add(name)
        for found in self.made[name][0]:
            if again and (found.layer.derived or found.layer.beside or found.layer.parts()):
                shared = "and weights that two layers share cannot be expressed."
                raise at(node, f"{self.owner}.{name} is called twice, {shared}")
            one = Found(msgspec.structs.replace(found.layer, id="")) if again else found
            value = self._after(value, one, node)
        return value

    def _sum(self, left: ast.expr, right: ast.expr, node: ast.expr | ast.stmt) -> Value:
        """A block that adds: the longer way is its body."""
        body, shortcut = self._value(left), self._value(right)
        start = _common([body, shortcut])
        if len(body.past()) < len(shortcut.past()) and body is start:
            body, shortcut = shortcut, body
        parts = {"body": self._way(body, start), "shortcut": self._way(shortcut, start)}
        return self._after(start, block(node, parts, lambda layers: Residual(**layers)).at_lines(node), node)

    def _joined(self, node: ast.Call) -> Value:
        listed, dim = joined_along(node)
        if dim != 1 or not listed:
            raise at(node, "only channels are put one after the other: torch.cat([a, b], dim=1).")
        values = [self._value(each) for each in listed]
        start = _common(values)
        paths = {f"path{number}": self._way(value, start) for number, value in enumerate(values, start=1)}
        found = block(node, paths, lambda layers: Branches(paths=tuple(layers.values())))
        return self._after(start, found.at_lines(node), node)


def _common(values: Sequence[Value]) -> Value:
    """The last value on the way to all of them."""
    others = [{id(value) for value in each.past()} for each in values[1:]]
    return next(value for value in values[0].past() if all(id(value) in known for known in others))
