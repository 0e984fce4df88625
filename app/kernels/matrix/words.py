"""What is looked at, in a sentence; and counts."""

from __future__ import annotations

from app.kernels.matrix.told import Aim, Told, place_of
from app.widgets.number_text import shown
from engine.protocol import Form

HINT = (
    "Entries of one colour are one weight. Move the cursor over the matrix, or over the numbers at its right, to see "
    "which cell of the map and of the input an entry joins."
)
NAMES = {
    "dense": "Dense",
    "unshared": "Unshared",
    "tiled": "Tiled",
    "shared": "Shared",
    "transposed": "Transposed",
}
EXPLAINED = {
    "dense": "Every cell of the map has a weight for every cell of the input, all of them different.",
    "unshared": "Each row has only the weights of one window, but every row has weights of its own.",
    "tiled": "A few kernels take turns: their weights come again from tile to tile.",
    "shared": "All rows hold the same few weights, each row moved on by the stride.",
    "transposed": "The matrix of a convolution with rows and columns in each other's roles.",
}


def aim_words(told: Told, aim: Aim) -> str:
    """One or two sentences on what is looked at."""
    if aim.row is not None and aim.column is not None:
        return _entry(told, aim.row, aim.column)
    if aim.row is not None:
        return _row(told, aim.row)
    if aim.column is not None:
        count = int((told.index[:, aim.column] >= 0).sum())
        cells = "no cell" if not count else "1 cell" if count == 1 else f"{count} cells"
        at = place_of(aim.column, told.input_size)
        return f"Column {aim.column} is input cell {at}. It has a part in {cells} of the map."
    if aim.weight is not None:
        count = int((told.index == aim.weight).sum())
        entries = "no entry" if not count else "1 entry" if count == 1 else f"{count} entries"
        return f"{_weight(told, aim.weight).capitalize()} stands in {entries} of the matrix."
    return HINT


def _entry(told: Told, row: int, column: int) -> str:
    joined = (
        f"Row {row} is map cell {place_of(row, told.map_size)}, column {column} is input cell "
        f"{place_of(column, told.input_size)}."
    )
    weight, value = int(told.index[row, column]), shown(float(told.entries[row, column]), 5)
    if weight < 0:
        return f"{joined} No weight joins them: the entry is 0, whatever is learned."
    first = shown(float(told.weights_of(weight // told.taps).ravel()[weight % told.taps]), 5)
    if told.forms.form.crowded and value != first:
        return f"{joined} Several weights join them, since copies of the cell lie in the padding: {value} in all."
    return f"{joined} The entry is {_weight(told, weight)}: {value}."


def _row(told: Told, row: int) -> str:
    at = place_of(row, told.map_size)
    count = int((told.index[row] >= 0).sum())
    products = "no product" if not count else "1 product" if count == 1 else f"{count} products"
    bias = f" and the bias {shown(told.event.bias, 4)}" if told.event.bias else ""
    return f"Row {row} is map cell {at}: the sum of {products}{bias}, {shown(float(told.product[at]), 5)}."


def _weight(told: Told, weight: int) -> str:
    number, tap = divmod(weight, told.taps)
    at = place_of(tap, told.kernel_size)
    kind = told.forms.form.kind
    if kind == "dense":
        return f"the weight from input cell {at} to map cell {place_of(number, told.map_size)}"
    if kind == "unshared":
        return f"weight {at} of the kernel of map cell {place_of(number, told.map_size)}"
    return f"weight {at} of kernel {number + 1}" if told.kernels > 1 else f"weight {at} of the kernel"


def counts(form: Form) -> tuple[str, str]:
    """How many weights a layer has, and how many entries of its matrix have one.

    Example:
        >>> counts(Form(kind="shared", rows=4, columns=6, weights=3, nonzeros=12))
        ('3 weights', '12 of 24 entries')
    """
    weights = "1 weight" if form.weights == 1 else f"{form.weights:,} weights"
    every = form.rows * form.columns
    return weights, f"all {every:,} entries" if form.nonzeros == every else f"{form.nonzeros:,} of {every:,} entries"


def counts_tip(form: Form) -> str:
    """What the counts mean, and what is special about the kind."""
    if form.problem:
        return form.problem
    tip = f"{EXPLAINED[form.kind]} {form.rows} × {form.columns} entries, of which {form.nonzeros:,} have a weight."
    if form.met < form.weights:
        tip += f" {form.weights - form.met:,} of its {form.weights:,} weights meet nothing but padding."
    return tip
