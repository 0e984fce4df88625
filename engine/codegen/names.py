"""What names in a source mean: only those that a network needs are known."""

from __future__ import annotations

import ast
from functools import cache

from engine.codegen.classes import CLASSES
from engine.codegen.source import at

_MODULES = ("torch", "torch.nn", "torch.nn.functional", "collections", "math")
_WORDS = ("collections.OrderedDict", "torch.Tensor")
_OURS = "convscope"
IN_COMMENTS = {"nn": "torch.nn", "OrderedDict": "collections.OrderedDict"} | {
    name: f"{_OURS}.{name}" for name in CLASSES
}
"""What a comment may use without an import of its own."""

Names = dict[str, str]


def import_names(node: ast.Import | ast.ImportFrom, names: Names) -> None:
    """Note what an import brings.

    Raises:
        SpecError: for one that a network does not need.
    """
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if module == "__future__" and not node.level:
            return
        for each in node.names:
            whole = f"{module}.{each.name}"
            known = whole in _MODULES or whole in _WORDS or module == "torch.nn"
            if node.level or not known or each.name == "*":
                raise at(node, f"{whole} is not imported here; a network needs torch.nn and OrderedDict.")
            names[each.asname or each.name] = whole
        return
    for each in node.names:
        if each.name not in _MODULES:
            raise at(node, f"{each.name} is not imported here; a network needs torch.nn and OrderedDict.")
        if each.asname:
            names[each.asname] = each.name
        else:
            first = each.name.partition(".")[0]
            names[first] = first


def meaning(node: ast.AST, names: Names) -> str | None:
    """What a name with dots stands for, such as "torch.nn.Conv2d"; None if it is unknown or something else."""
    dotted: list[str] = []
    while isinstance(node, ast.Attribute):
        dotted.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return None
    return ".".join([names[node.id], *reversed(dotted)])


def own_class(node: ast.ClassDef | ast.FunctionDef, names: Names) -> bool:
    """Whether a class or function is one that generated source brings along; its name is noted.

    Raises:
        SpecError: if it has the name of one and does something else.
    """
    if node.name not in CLASSES:
        return False
    if _plain(node) != _written(node.name):
        raise at(node, f"{node.name} differs from the one that this program writes, and no other is known here.")
    names[node.name] = f"{_OURS}.{node.name}"
    return True


@cache
def _written(name: str) -> str:
    (written,) = ast.parse(CLASSES[name].text).body
    return _plain(written)


def _plain(node: ast.AST) -> str:
    """A class without its docstrings and the places of its words."""
    for each in ast.walk(node):
        if isinstance(each, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(each) is not None:
            each.body = each.body[1:]
    return ast.dump(node)
