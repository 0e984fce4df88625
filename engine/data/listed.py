"""Data sets as a table of picture files, relative to the table's folder, with a class or a number for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from engine.data import Progress
from engine.data.dataset import Skipped
from engine.data.parts import Division, Parts
from engine.data.pictures import Listed, Listing, read_pictures
from engine.data.table import LABEL_NAMES, PART_NAMES, TEST_WORDS, Table, called, values_of
from engine.data.walk import printable
from engine.errors import BadFile
from engine.spec.layers import Shape


class _Row(NamedTuple):
    path: Path
    label: str
    test: bool


def read_listed(
    path: Path,
    table: Table,
    place: int,
    input_shape: Shape | None,
    progress: Progress | None,
    division: Division | None,
) -> Parts:
    """The pictures that a table names.

    Args:
        path: the table's file.
        table: its rows.
        place: the column of the files' names.
        input_shape, progress, division: as for `read_pictures`.

    Raises:
        BadFile: with one sentence, if it names no picture that can be used.
    """
    width = max(len(row) for _, row in table.rows)
    label = called(table, LABEL_NAMES)
    if label is None or label == place:
        label = next((other for other in range(width) if other not in (place, called(table, PART_NAMES))), None)
    if label is None:
        raise BadFile(f"{path.name} names picture files and nothing else; a second column of classes would do.")
    skipped: list[Skipped] = []
    rows = list(_rows(path, table, place, label, skipped))
    if not rows:
        raise BadFile(f"No picture that {path.name} names can be read: {skipped[0].path} ({skipped[0].reason}).")
    return read_pictures(_listing(path, table, label, rows, skipped), input_shape, progress, division)


def _listing(path: Path, table: Table, label: int, rows: list[_Row], skipped: list[Skipped]) -> Listing:
    values = values_of([row.label for row in rows], table.decimal_comma)
    numbers = values if values is not None else [0.0] * len(rows)
    both = [(row.test, Listed(row.path, row.label, value)) for row, value in zip(rows, numbers, strict=True)]
    parts = [[listed for test, listed in both if test is which] for which in (False, True)]
    name = (table.header[label] if table.header else "") or "value"
    return Listing(
        root=path.parent,
        what=f"the table {path.name}",
        train=parts[0],
        test=parts[1] or None,
        skipped=skipped,
        value_name="" if values is None else name,
    )


def _rows(path: Path, table: Table, place: int, label: int, skipped: list[Skipped]) -> Iterator[_Row]:
    root = path.parent
    real, part = os.path.realpath(root), called(table, PART_NAMES)
    for line, row in table.rows:
        if len(row) <= max(place, label) or not row[place] or not row[label]:
            skipped.append(Skipped(f"row {line}", "has no file, or no class"))
            continue
        file = root / row[place].replace("\\", "/")
        reason = _why_not(file, real)
        if reason:
            skipped.append(Skipped(printable(row[place]), f"row {line}, {reason}"))
            continue
        test = part is not None and len(row) > part and row[part].lower() in TEST_WORDS
        yield _Row(file, row[label], test)


def _why_not(file: Path, real: str) -> str:
    try:
        found = Path(os.path.realpath(file))
        if not found.is_relative_to(real):
            return "leads out of the table's folder"
        return "" if found.exists() else "does not exist"
    except (OSError, ValueError):
        return "is no name of a file"
