"""Functions and methods of torch that do what a layer does: `F.relu(x)`, `torch.flatten(x, 1)`, `x.flatten(1)`."""

from __future__ import annotations

import ast

from engine.codegen.arguments import Recipe, bound, made
from engine.codegen.calls import Found
from engine.codegen.names import Names, meaning
from engine.codegen.source import at, literal, shown
from engine.spec import layers as spec
from engine.spec.layers import LAYER_TYPES, AnyLayer

_F = "torch.nn.functional"
_MOST = 4
"""Values of a function that may be written without their names: behind them torch's orders differ."""
_WORDS: dict[str, type[AnyLayer]] = {
    "relu": spec.ReLU,
    "relu6": spec.ReLU6,
    "leaky_relu": spec.LeakyReLU,
    "elu": spec.ELU,
    "gelu": spec.GELU,
    "silu": spec.SiLU,
    "sigmoid": spec.Sigmoid,
    "tanh": spec.Tanh,
    "softmax": spec.Softmax,
    "interpolate": spec.Upsample,
}
for _axes in (1, 2, 3):
    for _word, _name in (("max", "MaxPool"), ("avg", "AvgPool"), ("lp", "LPPool")):
        _WORDS[f"{_word}_pool{_axes}d"] = LAYER_TYPES[f"{_name}{_axes}d"]
    for _word, _name in (("avg", "AdaptiveAvgPool"), ("max", "AdaptiveMaxPool")):
        _WORDS[f"adaptive_{_word}_pool{_axes}d"] = LAYER_TYPES[f"{_name}{_axes}d"]
FUNCTIONS = {f"{_F}.{word}": kind for word, kind in _WORDS.items()}
FUNCTIONS |= {f"torch.{word}": _WORDS[word] for word in ("relu", "sigmoid", "tanh", "softmax")}
_METHODS = ("relu", "sigmoid", "tanh", "softmax")


def of_function(node: ast.Call, names: Names, owner: str) -> tuple[ast.expr, Found] | None:
    """What a call is made on, and the layer that does the same; None if it is the call of something else.

    Raises:
        CodeError: for a function of torch with values that no layer can express.
    """
    called = meaning(node.func, names)
    if called is not None:
        if not node.args:
            return None
        value, rest = node.args[0], _without_first(node)
        word = called.rpartition(".")[2]
        kind = FUNCTIONS.get(called)
    elif isinstance(node.func, ast.Attribute):
        value, rest, word = node.func.value, node, node.func.attr
        kind = _WORDS[word] if word in _METHODS else None
    else:
        return None
    if word in ("flatten", "view", "reshape") and (called is None or called == "torch.flatten"):
        return value, _flatten(rest, word, value)
    if word in ("dropout", "dropout2d") and called is not None and called.startswith(_F):
        return value, _dropout(rest, word, owner)
    return None if kind is None else (value, _like(rest, kind))


def _without_first(node: ast.Call) -> ast.Call:
    return ast.copy_location(ast.Call(node.func, node.args[1:], node.keywords), node)


def _like(node: ast.Call, kind: type[AnyLayer]) -> Found:
    order = tuple(name for name in kind.signature if name != "inplace")[:_MOST]
    given = bound(node, kind.__name__, order)
    return Found(made(node, Recipe(kind, kind.signature), given)[0])


def _flatten(node: ast.Call, word: str, value: ast.expr) -> Found:
    """`flatten(1)`, or `view(x.size(0), -1)`, which is the same."""
    if word == "flatten":
        given = bound(node, "Flatten", spec.Flatten.signature)
        if "start_dim" not in given:
            raise at(node, "flatten without 1 would put a whole batch in one row; x.flatten(1) would do.")
        return Found(made(node, Recipe(spec.Flatten, spec.Flatten.signature), given)[0])
    whole = len(node.args) == 2 and not node.keywords and ast.unparse(node.args[1]) == "-1"
    first = ast.unparse(node.args[0]) if whole else ""
    name = ast.unparse(value)
    if first not in ("-1", f"{name}.size(0)", f"{name}.shape[0]", f"len({name})") or first == "-1":
        raise at(node, f"{shown(node)} is no layer; x.flatten(1) would do.")
    return Found(spec.Flatten())


def _dropout(node: ast.Call, word: str, owner: str) -> Found:
    """A function that drops must be told when training is on."""
    kind = spec.Dropout if word == "dropout" else spec.Dropout2d
    given = bound(node, kind.__name__, ("p", "training"))
    training = given.pop("training", None)
    if training is None or ast.unparse(training) != f"{owner}.training":
        raise at(node, f"this {word} also works when nothing is trained; write training={owner}.training.")
    return Found(made(node, Recipe(kind, kind.signature), given)[0])


def joined_along(node: ast.Call) -> tuple[list[ast.expr], int]:
    """What `torch.cat([a, b], dim=1)` joins, and along which dimension."""
    given = bound(node, "cat", ("tensors", "dim"))
    listed = given.get("tensors")
    if not isinstance(listed, ast.List | ast.Tuple):
        raise at(node, "torch.cat takes a list here: torch.cat([a, b], dim=1).")
    dim = literal(given["dim"]) if "dim" in given else 0
    return list(listed.elts), dim if isinstance(dim, int) else 0
