"""What a meeting is, in sentences."""

from __future__ import annotations

from itertools import pairwise

from app.kernels.touches.meeting import Meeting, Places
from engine.arithmetic.visits import Counts
from engine.spec.filter import FilterSpec

NOTHING = (
    "Move the cursor over a cell of the input, a weight of the kernel or a cell of the map, or choose one here: "
    "what it has to do with the other two is marked on them."
)


def words_of(found: Meeting, spec: FilterSpec, size: tuple[int, int], chained: bool) -> list[str]:
    """Two or three sentences.

    Args:
        found: what is spoken of.
        spec: the step whose weights they are.
        size: (height, width) of the picture.
        chained: whether there are steps between the picture and that step.
    """
    return {"map": _of_map, "input": _of_input, "weight": _of_weight}[found.subject.kind](found, spec, size, chained)


def _of_map(found: Meeting, spec: FilterSpec, size: tuple[int, int], chained: bool) -> list[str]:
    through = " through all steps" if chained else ""
    said = [f"It depends on {_cells(found.pixels)} of the input{through}: {_where(found)}."]
    zeros = len(found.weights_on_zeros)
    used = len(found.weights) + zeros
    if spec.pooling.kind != "none":
        said.append(
            f"Pooling looks at several windows, and each of them uses {'all' if used > 1 else 'its'} {used} weights."
        )
    elif zeros:
        said.append(
            f"{_count(len(found.weights), 'weight meets', 'weights meet')} it; {zeros} lie on zeros of the padding."
        )
    else:
        said.append(f"All {used} weights meet it." if used > 1 else "The one weight meets it.")
    return said


def _of_input(found: Meeting, spec: FilterSpec, size: tuple[int, int], chained: bool) -> list[str]:
    if not found.cells:
        return ["Nothing depends on it: the strides and gaps of the window step over it."]
    through = "" if not chained else " through all steps"
    said = [f"It has a part in {_cells(found.cells)} of the map{through}: {_where(found, of_map=True)}."]
    weights, every = len(found.weights), spec.kernel.size[0] * spec.kernel.size[1]
    uses = len(found.rows.pairs) * len(found.columns.pairs)
    if chained:
        said.append(f"{weights} of the last step's {every} weights carry it.")
    else:
        said.append(f"It is read {_times(uses)}, by {weights} of {_count(every, 'weight', 'weights')}.")
    return said


def _of_weight(found: Meeting, spec: FilterSpec, size: tuple[int, int], chained: bool) -> list[str]:
    cells = size[0] * size[1]
    if chained:
        return [f"It has a part in every cell of the map, by {_cells(found.pixels)} of the input through all steps."]
    said = [
        f"Every cell of the map uses it: it is shared. It visits {_cells(found.pixels)} of the input: {_where(found)}."
    ]
    if found.pixels < cells:
        said.append(f"{cells - found.pixels:,} of {cells:,} it never meets ({_percent(cells - found.pixels, cells)}).")
    return said


def _where(found: Meeting, of_map: bool = False) -> str:
    rows, columns = (axis.map if of_map else axis.picture for axis in (found.rows, found.columns))
    if not rows or not columns:
        return "all on padding"
    return f"{_span(rows, 'row', 'rows')}, {_span(columns, 'column', 'columns')}"


def _span(places: Places, one: str, many: str) -> str:
    """Places along an axis, and how far they lie apart where that is always the same.

    Example:
        >>> _span((3,), "row", "rows"), _span((3, 4, 5), "row", "rows"), _span((0, 2, 4, 6, 8), "row", "rows")
        ('row 3', 'rows 3 to 5', 'every 2nd row from 0 to 8')
    """
    if len(places) == 1:
        return f"{one} {places[0]}"
    gaps = {after - before for before, after in pairwise(places)}
    if gaps == {1}:
        return f"{many} {places[0]} to {places[-1]}"
    if len(places) <= 4:
        return f"{many} {', '.join(map(str, places[:-1]))} and {places[-1]}"
    if len(gaps) == 1:
        return f"every {_ordinal(gaps.pop())} {one} from {places[0]} to {places[-1]}"
    return f"{len(places)} {many} from {places[0]} to {places[-1]}"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


def _cells(count: int) -> str:
    return _count(count, "cell", "cells")


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _percent(part: int, whole: int) -> str:
    """
    Example:
        >>> _percent(1, 3), _percent(1, 100000)
        ('33%', 'less than 0.1%')
    """
    share = 100 * part / whole
    return "less than 0.1%" if share < 0.1 else f"{share:.2g}%"


def visits_words(rows: Counts, columns: Counts) -> str:
    """How often the corner, the edges and the middle of a picture are visited, and how much of it never is."""
    most, corner = int(rows.max() * columns.max()), int(rows[0] * columns[0])
    edges = sorted({int(rows[0] * columns.max()), int(rows.max() * columns[0])} - {most})
    between = f" · edge {' or '.join(f'{edge:,}' for edge in edges)}" if edges else ""
    never = len(rows) * len(columns) - int((rows > 0).sum()) * int((columns > 0).sum())
    said = f"corner {corner:,}{between} · at most {most:,}"
    return f"{said} · {_cells(never)} never" if never else said
