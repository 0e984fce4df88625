"""Data sets of series: one a row of a table, with its class or a number to be told of it."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.dataset import Skipped
from engine.data.parts import Part, Parts, check_amount
from engine.data.pictures import sorted_names
from engine.data.table import LABEL_NAMES, PART_NAMES, TEST_WORDS, Table, called, left_out, number, values_of
from engine.errors import BadFile


class _Series(NamedTuple):
    values: list[float]
    label: str
    test: bool


def read_series(table: Table) -> Parts:
    """The series of a table, float32 [N, 1, L], as they are.

    The label is the column that is called so; else the one that holds no numbers; else the first if it alone holds
    whole numbers only, and otherwise the last.

    Raises:
        BadFile: with one sentence, if there are no series in it.
    """
    place, why = _label_column(table)
    skipped: list[Skipped] = []
    found = _rows(table, place, skipped)
    if not found or not found[0].values:
        reason = f": {skipped[0].path} {skipped[0].reason}" if skipped else ""
        raise BadFile(f"{table.name} holds no series of numbers{reason}; a row of numbers and a class each would do.")
    check_amount(table.name, len(found), 4 * len(found[0].values))
    x = torch.tensor([each.values for each in found], dtype=torch.float32)[:, None]
    y, names = _targets(table, place, [each.label for each in found])
    test = torch.tensor([each.test for each in found])
    parts = [Part(x[which], y[which]) if bool(which.any()) else None for which in (~test, test)]
    called_so = table.header[place] if table.header else f"{place + 1}"
    notes = (
        f"Column {called_so} tells {'numbers' if y.dtype == torch.float32 else 'the class'}{why}.",
        *left_out(skipped),
    )
    return Parts(parts[0], parts[1], names, notes, tuple(skipped))


def _label_column(table: Table) -> tuple[int, str]:
    """Which column holds the labels, and why it was taken, in words."""
    named = called(table, LABEL_NAMES)
    if named is not None:
        return named, ""
    rows = [row for _, row in table.rows[:100]]
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    whole = [row for row in rows if len(row) == width]
    part = called(table, PART_NAMES)
    texts = [
        place
        for place in range(width)
        if place != part and all(number(row[place], table.decimal_comma) is None for row in whole)
    ]
    if texts:
        return texts[0], ", the only one without numbers" if len(texts) == 1 else ", the first one without numbers"
    first, last = (_all_whole(table, whole, place) for place in (0, width - 1))
    return (0, ", the first one") if first and not last else (width - 1, ", the last one")


def _all_whole(table: Table, rows: list[list[str]], place: int) -> bool:
    found = [number(row[place], table.decimal_comma) for row in rows]
    return all(value is not None and value == int(value) for value in found)


def _rows(table: Table, label: int, skipped: list[Skipped]) -> list[_Series]:
    part = called(table, PART_NAMES)
    width = Counter(len(row) for _, row in table.rows).most_common(1)[0][0]
    found = []
    for line, row in table.rows:
        if len(row) != width or not row[label]:
            reason = "has no label" if len(row) == width else f"has {len(row)} cells and most have {width}"
            skipped.append(Skipped(f"row {line}", reason))
            continue
        told = [number(cell, table.decimal_comma) for place, cell in enumerate(row) if place not in (label, part)]
        values = [value for value in told if value is not None]
        if len(values) < len(told):
            skipped.append(Skipped(f"row {line}", "holds something that is no finite number"))
            continue
        found.append(_Series(values, row[label], part is not None and row[part].lower() in TEST_WORDS))
    return found


def _targets(table: Table, place: int, labels: list[str]) -> tuple[Tensor, tuple[str, ...]]:
    values = values_of(labels, table.decimal_comma)
    if values is not None:
        return torch.tensor(values, dtype=torch.float32)[:, None], (table.header[place] if table.header else "value",)
    names = _class_names(labels, table.decimal_comma)
    return torch.tensor([names.index(label) for label in labels], dtype=torch.int64), names


def _class_names(labels: list[str], decimal_comma: bool) -> tuple[str, ...]:
    """The classes in order: numbers by their size, texts by their letters."""
    names = set(labels)
    if all(number(name, decimal_comma) is not None for name in names):
        return tuple(sorted(names, key=lambda name: (number(name, decimal_comma) or 0.0, name)))
    return sorted_names(names)


def as_series(name: str, x: NDArray[Any]) -> Tensor:
    """An array of numbers as series.

    Args:
        name: the array's, for the sentence.
        x: [N, L], or [N, C, L].

    Returns:
        float32 [N, C, L].

    Raises:
        BadFile: if a number is not finite.
    """
    cells = np.ascontiguousarray(x[:, None] if x.ndim == 2 else x, dtype=np.float32)
    if not np.isfinite(cells).all():
        raise BadFile(f"{name} holds numbers that are not finite; series without gaps would do.")
    return torch.from_numpy(cells)
