"""Python source as a tree and its comments. It is parsed and never run; what goes wrong names its line."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from typing import Any

from engine.errors import SpecError

MAX_CHARACTERS = 500_000
_LARGEST = 2**63


class Source:
    """A text, its tree, and its comments by line.

    Raises:
        SpecError: unless the text is Python of a reasonable size.
    """

    def __init__(self, text: str) -> None:
        if len(text) > MAX_CHARACTERS:
            raise SpecError(f"The source has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read.")
        self.tree = parsed(text, "exec", 0)
        self.comments = _comments(text)

    def remark(self, node: ast.AST, word: str) -> str | None:
        """What a comment that starts with `word` and a colon says at the end of a node's last line."""
        comment = self.comments.get(getattr(node, "end_lineno", 0), "")
        return comment.removeprefix(f"{word}:").strip() if comment.startswith(f"{word}:") else None


def parsed(text: str, mode: str, line: int) -> Any:
    """The tree of a text; in "eval" mode its one expression. `line` is where the text stands in its file, less one.

    Raises:
        SpecError: with the line, unless it is Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode=mode)
    except SyntaxError as error:
        raise at(line + (error.lineno or 1), f"this is not Python: {error.msg}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise at(line + 1, "this cannot be read as Python; it is nested too deep or holds a zero byte.") from None
    for node in ast.walk(tree):
        if line and hasattr(node, "lineno"):
            node.lineno += line
    return tree.body if isinstance(tree, ast.Expression) else tree


def at(place: ast.AST | int, message: str) -> SpecError:
    """An error that names the line of a node."""
    return SpecError(f"Line {place if isinstance(place, int) else getattr(place, 'lineno', 1)}: {message}")


def _comments(text: str) -> dict[int, str]:
    """{line: what stands behind the #}."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return {}
    return {token.start[0]: token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT}


def literal(node: ast.AST) -> Any:
    """The number, word, True, False, None or tuple of these that an expression writes out.

    Whole numbers may be written as sums, differences and products, such as `16 * 5 * 5`.

    Raises:
        SpecError: for anything else.
    """
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool | int | float | str)):
        if isinstance(node.value, int) and node.value >= _LARGEST:
            raise at(node, "this number is too large.")
        return node.value
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(literal(element) for element in node.elts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = literal(node.operand)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        return _computed(node)
    raise at(node, f"{shown(node)} is no number, word or tuple; write the value itself.")


def _computed(node: ast.BinOp) -> int:
    left, right = literal(node.left), literal(node.right)
    small = [isinstance(value, int) and abs(value) < _LARGEST for value in (left, right)]
    if all(small):
        match node.op:
            case ast.Add():
                return int(left + right)
            case ast.Sub():
                return int(left - right)
            case ast.Mult():
                return int(left * right)
            case ast.FloorDiv() if right:
                return int(left // right)
    raise at(node, f"{shown(node)} cannot be worked out here; write the number itself.")


def shown(node: ast.AST) -> str:
    """An expression's text, shortened."""
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        return type(node).__name__
    return text if len(text) <= 60 else text[:57] + "…"
