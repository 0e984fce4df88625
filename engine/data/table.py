"""Text tables (.csv, .tsv, .txt) as rows of cells, whoever wrote them: spreadsheets of any country, or scripts."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from engine.data.dataset import Skipped
from engine.data.walk import is_picture_name
from engine.errors import BadFile

ENDINGS = (".csv", ".tsv", ".txt")
MOST_BYTES = 2**30
_DELIMITERS = ("\t", ";", "|", ",")  # a comma comes last: it also stands in numbers
LABEL_NAMES = ("label", "labels", "class", "category", "target", "y", "species", "value", "score")
PART_NAMES = ("split", "part", "set", "subset", "fold")
TEST_WORDS = ("test", "testing", "val", "valid", "validation")
_LOOKED_AT = 100
_NAMED = 3

Row = list[str]


class Table(NamedTuple):
    """A table's rows with their numbers in the file, and the names of its columns; empty if it has none."""

    name: str
    header: Row
    rows: list[tuple[int, Row]]
    decimal_comma: bool


def parsed(path: Path) -> Table:
    """The rows of a table. Its marks between columns, its first row of names and its decimal commas are found.

    Raises:
        BadFile: with one sentence, if it is no table.
    """
    text = _text(path)
    delimiter = _delimiter([line for line in text.splitlines()[:_LOOKED_AT] if line.strip()])
    try:
        read = csv.reader(text.splitlines(), delimiter=delimiter)
        rows = [(read.line_num, [cell.strip() for cell in row]) for row in read if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadFile(f"{path.name} is no table that can be read, line {read.line_num}: {error}.") from error
    if not rows:
        raise BadFile(f"{path.name} is empty; a row for each example would do.")
    if len(rows[0][1]) < 2:
        raise BadFile(
            f"{path.name} is no data set: it has one column; one of files and one of classes, or series, would do."
        )
    header = _header(rows)
    return Table(path.name, header, rows[1:] if header else rows, delimiter != ",")


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadFile(f"{path.name} has more than {MOST_BYTES:,} bytes; an .npz file would do.")
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}.") from error
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:4096]:
        raise BadFile(f"{path.name} is no text; a table of files and classes would do.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # what spreadsheets of western Europe write


def _delimiter(lines: Sequence[str]) -> str:
    """What stands between the columns: the first that every line has, as often as the others."""
    found = [mark for mark in _DELIMITERS if lines and all(mark in line for line in lines)]
    even = [mark for mark in found if len({len(row) for row in csv.reader(lines, delimiter=mark)}) == 1]
    most = max(_DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))
    return (even or found or [most])[0]


def _header(rows: list[tuple[int, Row]]) -> Row:
    """The first row if it is one of names: no file, and no number where the next row has one."""
    first = rows[0][1]
    if len(rows) < 2 or any(is_picture_name(cell) for cell in first):
        return []
    below = rows[1][1]
    if any(is_picture_name(cell) for cell in below):
        return first
    named = [number(cell, True) is None for cell in first]
    numbers = [number(cell, True) is not None for cell in below]
    fresh = sum(name and told for name, told in zip(named, numbers, strict=False))
    return first if fresh > len(first) // 2 else []


def number(cell: str, decimal_comma: bool) -> float | None:
    """A cell as a finite number, or None."""
    try:
        found = float(cell.replace(",", ".") if decimal_comma else cell)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def file_column(table: Table) -> int | None:
    """The column that holds names of picture files, if there is one."""
    rows = [row for _, row in table.rows[:_LOOKED_AT]]
    width = max(len(row) for row in rows)
    counts = [sum(is_picture_name(row[place]) for row in rows if len(row) > place) for place in range(width)]
    best = max(range(width), key=counts.__getitem__)
    return best if 2 * counts[best] >= len(rows) else None


def called(table: Table, names: Sequence[str]) -> int | None:
    """The column that has one of these names."""
    lowered = [cell.lower() for cell in table.header]
    return next((lowered.index(name) for name in names if name in lowered), None)


def left_out(skipped: Sequence[Skipped]) -> list[str]:
    """A note on rows that are not used; none if all are."""
    if not skipped:
        return []
    told = "; ".join(f"{each.path} ({each.reason})" for each in skipped[:_NAMED])
    more = f"; and {len(skipped) - _NAMED} more" if len(skipped) > _NAMED else ""
    return [f"{len(skipped)} row{'s are' if len(skipped) > 1 else ' is'} left out: {told}{more}."]


def values_of(labels: Sequence[str], decimal_comma: bool) -> list[float] | None:
    """Labels as numbers to be told: all of them numbers, and some with a fraction; else they are classes.

    Example:
        >>> values_of(["1", "2,5"], True), values_of(["1", "2"], True), values_of(["cat", "1.5"], False)
        ([1.0, 2.5], None, None)
    """
    found = [number(label, decimal_comma) for label in labels]
    if any(value is None for value in found) or all(value == int(value or 0) for value in found):
        return None
    return [value for value in found if value is not None]
