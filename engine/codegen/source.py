"""Python source as a tree and its comments. It is parsed and never run; what goes wrong is marked at its place."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Iterable
from typing import Any, NamedTuple

from engine.errors import SpecError

MAX_CHARACTERS = 500_000
MAX_MARKS = 20
_LARGEST = 2**63
_APART = "  # "
"""Between two remarks in one comment."""


class Mark(NamedTuple):
    """What is wrong at a place of a source. Lines and columns are counted from 1; `end` is the column behind."""

    line: int
    column: int
    end: int
    message: str

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.message}"


class CodeError(SpecError):
    """Source that describes no network: its first fault in one sentence, and all of them as `marks`."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self.marks = tuple(sorted(marks))[:MAX_MARKS]
        first, *others = self.marks
        lines = list(dict.fromkeys(mark.line for mark in others))
        shown = ", ".join(map(str, lines[:5])) + (" and more" if len(lines) > 5 else "")
        more = f" There is more in line{'s' * (len(lines) > 1)} {shown}." if lines else ""
        super().__init__(f"{first}{more}")


class Source:
    """A text, its tree, and its comments by line.

    Raises:
        CodeError: unless the text is Python.
        SpecError: if it is too long.
    """

    def __init__(self, text: str) -> None:
        if len(text) > MAX_CHARACTERS:
            raise SpecError(f"The source has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read.")
        self.tree = parsed(text, "exec")
        self._comments = _comments(text)

    def remark(self, node: ast.AST, word: str) -> tuple[str, int] | None:
        """What a comment at the end of a node's last line says behind `word` and a colon, and in which byte."""
        comment, place = self._comments.get(getattr(node, "end_lineno", 0), ("", 0))
        for part in comment.split(_APART):
            said = part.lstrip("# ")
            if said.startswith(f"{word}:"):
                behind = said.removeprefix(f"{word}:").lstrip()
                return behind.rstrip(), place + len(part[: len(part) - len(behind)].encode())
            place += len((part + _APART).encode())
        return None


def parsed(text: str, mode: str, line: int = 0, place: int = 0) -> Any:
    """The tree of a text; in "eval" mode its one expression.

    Args:
        text: Python.
        mode: "exec" or "eval".
        line: the lines of its file that stand before it.
        place: the bytes that stand before it in its line.

    Raises:
        CodeError: unless it is Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode=mode)
    except SyntaxError as error:
        # Python counts in characters here, and in bytes everywhere else.
        before = (error.text or "")[: max(0, (error.offset or 1) - 1)]
        column = place + len(before.encode(errors="replace")) + 1
        raise CodeError(
            [Mark(line + (error.lineno or 1), column, column + 1, f"this is not Python: {error.msg}.")]
        ) from None
    except (ValueError, RecursionError, MemoryError):
        deep = "this cannot be read as Python; it is nested too deep or holds a zero byte."
        raise CodeError([Mark(line + 1, place + 1, place + 2, deep)]) from None
    for node in ast.walk(tree):
        if line and isinstance(node, ast.expr):
            node.lineno, node.end_lineno = node.lineno + line, (node.end_lineno or 1) + line
            node.col_offset, node.end_col_offset = node.col_offset + place, (node.end_col_offset or 0) + place
    return tree.body if isinstance(tree, ast.Expression) else tree


def at(node: ast.AST, message: str) -> CodeError:
    """An error at a node's place. Columns are in bytes, as Python counts them, until they are `placed`."""
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    end = getattr(node, "end_col_offset", column) if getattr(node, "end_lineno", line) == line else column
    return CodeError([Mark(line, column + 1, max(end, column + 1) + 1, message)])


def placed(error: CodeError, text: str) -> CodeError:
    """The same error with columns counted in characters."""
    lines = [] if text.isascii() else text.encode(errors="replace").split(b"\n")
    if not lines:
        return error
    marks = []
    for mark in error.marks:
        column = _character(lines, mark.line, mark.column)
        marks.append(mark._replace(column=column, end=max(column + 1, _character(lines, mark.line, mark.end))))
    return CodeError(marks)


def character(text: str, line: int, place: int) -> int:
    """How many characters of a line, counted from 1, lie before a byte of it."""
    return _character(text.encode(errors="replace").split(b"\n"), line, place + 1) - 1


def _character(lines: list[bytes], line: int, column: int) -> int:
    if not 0 < line <= len(lines):
        return column
    return len(lines[line - 1][: column - 1].decode(errors="replace")) + 1


def _comments(text: str) -> dict[int, tuple[str, int]]:
    """{line: the comment, and the byte it begins in}."""
    found: dict[int, tuple[str, int]] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = (token.string, len(token.line[: token.start[1]].encode()))
    except (tokenize.TokenError, SyntaxError):
        return {}
    return found


def literal(node: ast.AST) -> Any:
    """The number, word, True, False, None, or the tuple or dict of these, that an expression writes out.

    Whole numbers may be written as sums, differences and products, such as `16 * 5 * 5`.

    Raises:
        CodeError: for anything else.
    """
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool | int | float | str)):
        if isinstance(node.value, int) and node.value >= _LARGEST:
            raise at(node, "this number is too large.")
        return node.value
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(literal(element) for element in node.elts)
    if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        return {literal(key): literal(value) for key, value in zip(node.keys, node.values, strict=True) if key}
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
