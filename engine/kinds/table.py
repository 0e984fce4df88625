"""Columns of numbers in a text file: CSV with commas, semicolons or tabs, or numbers with spaces between them."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile

MAX_BYTES = 16 * 2**20


Columns = dict[str, NDArray[np.float32]]
"""Columns of numbers by title."""


def column_names(path: str | Path) -> tuple[str, ...]:
    """The titles of a file's columns of numbers; "column 1", … where it has no titles.

    Raises:
        BadFile: if it has no such column.
    """
    return tuple(read_table(path))


def read_column(path: str | Path, column: str | None = None) -> tuple[NDArray[np.float32], str]:
    """One column of a file and its title.

    Args:
        path: the file.
        column: the title. Left out, it is the first column of numbers, or the second if the first only counts (rises
            in even steps, as a time does).

    Raises:
        BadFile: if the file has no such column.
    """
    columns = read_table(path)
    if column is None:
        names = list(columns)
        column = names[1] if len(names) > 1 and _counts(columns[names[0]]) else names[0]
    if column not in columns:
        raise BadFile(f"{Path(path).name} has no column of numbers {column!r}; it has {', '.join(columns)}.")
    return columns[column], column


def _counts(values: NDArray[np.float32]) -> bool:
    steps = np.diff(values.astype(np.float64))
    return len(steps) > 0 and bool(steps[0] > 0) and bool(np.allclose(steps, steps[0], rtol=1e-3, atol=0))


def read_table(path: str | Path) -> Columns:
    """All columns of numbers of a file.

    A first line that is no numbers is taken for the titles; lines that begin with # and empty ones are skipped.

    Raises:
        BadFile: with one sentence, if it cannot be read or holds no column of numbers.
    """
    file = Path(path)
    rows = _rows(file)
    if len(rows) == 1 and None not in map(_number, rows[0]):  # numbers in one line are one series
        rows = [[cell] for cell in rows[0]]
    if not rows:
        raise BadFile(f"{file.name} holds no numbers; a column of them would do.")
    return _table(file.name, rows)


def _rows(file: Path) -> list[list[str]]:
    lines = [line for line in _text(file).splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return []
    mark = next((mark for mark in ";\t," if mark in lines[0]), None)
    try:
        rows = [line.split() for line in lines] if mark is None else list(csv.reader(lines, delimiter=mark))
    except csv.Error as error:
        raise BadFile(f"{file.name} is no table that can be read: {error}.") from None
    if mark == ";":  # where semicolons part the columns, a comma is a decimal point
        rows = [[cell.replace(",", ".") for cell in row] for row in rows]
    return [[cell.strip() for cell in row] for row in rows]


def _text(file: Path) -> str:
    try:
        if not file.is_file():
            raise BadFile(f"There is no file {file}; check its name and folder.")
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise BadFile(f"{file.name} has {size:,} bytes; at most {MAX_BYTES:,} can be read.")
        content = file.read_bytes()
    except OSError as error:
        raise BadFile(f"{file} cannot be read: {error.strerror or error}.") from None
    if b"\0" in content:
        raise BadFile(f"{file.name} is no text file; a table of numbers as text would do.")
    return content.decode("utf-8-sig", errors="replace")


def _table(name: str, rows: list[list[str]]) -> Columns:
    titled = all(_number(cell) is None for cell in rows[0])
    width = len(rows[0])
    titles = rows[0] if titled else [f"column {number}" for number in range(1, width + 1)]
    body = rows[1:] if titled else rows
    for number, row in enumerate(body, start=2 if titled else 1):
        if len(row) != width:
            raise BadFile(f"{name} has {width} columns, and {len(row)} in row {number}; every row needs as many.")
    columns = {
        title or f"column {at + 1}": values
        for at, title in enumerate(titles)
        if body and (values := _column([row[at] for row in body])) is not None
    }
    if not columns:
        raise BadFile(f"{name} has no column that holds nothing but numbers; {_culprit(body)}.")
    return columns


def _column(cells: list[str]) -> NDArray[np.float32] | None:
    numbers = [_number(cell) for cell in cells]
    return None if None in numbers else np.array(numbers, np.float32)


def _culprit(body: list[list[str]]) -> str:
    """What keeps the first column from being one."""
    for row in body:
        if _number(row[0]) is None:
            return f"{row[0][:40]!r} is none"
    return "it has titles and nothing below them"


def _number(cell: str) -> float | None:
    try:
        found = float(cell)
    except ValueError:
        return None
    return found if math.isfinite(found) and abs(found) < 3e38 else None
