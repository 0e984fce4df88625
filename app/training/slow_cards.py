"""The cards of slow motion: what a step of training computes, as grids of numbers with a sentence above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.widgets.number_paint import Colouring, Sheet
from app.widgets.number_text import number_text
from engine.protocol import Numbers, WalkedThrough

Array = NDArray[np.float64]
MOST_CLASSES = 10
LOSSES = {
    "cross-entropy": "−Σ y·ln p",
    "squared": "mean of (p − y)²",
    "absolute": "mean of |p − y|",
    "huber": "mean of ½(p − y)² near y, |p − y| − ½ else",
    "binary": "mean of −y·ln p − (1−y)·ln(1−p)",
}
SLOPES = {
    "cross-entropy": "(p − y) / N",
    "squared": "2·(p − y) / NK",
    "absolute": "sign(p − y) / NK",
    "huber": "(p − y) within −1 and 1, / NK",
    "binary": "(p − y) / NK",
}

OPTIMISERS = {
    "adam": "Adam",
    "adamw": "AdamW",
    "sgd": "SGD",
    "nesterov": "SGD with Nesterov's momentum",
    "rmsprop": "RMSprop",
    "adadelta": "Adadelta",
}
TERM_COLUMNS = 4


class Shown(NamedTuple):
    """A grid with its caption."""

    caption: str
    sheet: Sheet


class Card(NamedTuple):
    """What a card says, its grids, and more words under them."""

    words: str
    grids: tuple[Shown, ...] = ()
    more: str = ""


STEPS: tuple[tuple[str, str], ...] = (
    ("picture", "Picture"),
    ("layers", "Layers"),
    ("loss", "Loss"),
    ("outputs", "∂ outputs"),
    ("weight", "∂ weight"),
    ("update", "Update"),
    ("after", "After"),
)


def array_of(numbers: Numbers | None) -> Array:
    """The numbers as an array; nothing is [0, 0]."""
    if numbers is None:
        return np.zeros((0, 0))
    return np.frombuffer(numbers.data, np.float32).reshape(numbers.shape).astype(np.float64)


def beside(planes: Array) -> Array:
    """Planes [N, H, W] in one row, with an empty column between two.

    Example:
        >>> beside(np.ones((2, 1, 2))).tolist()
        [[1.0, 1.0, nan, 1.0, 1.0]]
    """
    gap = np.full((planes.shape[1], 1), np.nan)
    parts = [part for plane in planes for part in (gap, plane)][1:]
    return np.concatenate(parts, axis=1) if parts else np.full((1, 1), np.nan)


def card(step: str, told: WalkedThrough) -> Card:
    """One of `STEPS`."""
    return {
        "picture": _picture,
        "layers": _layers,
        "loss": _loss,
        "outputs": _outputs,
        "weight": _weight,
        "update": _update,
        "after": _after,
    }[step](told)


def short(value: float) -> str:
    """A number as the cards write it."""
    return number_text(value, 6)


def _sheet(values: Array, colouring: Colouring = "signed", letters: Sequence[Sequence[str]] | None = None) -> Sheet:
    return Sheet(values, colouring=colouring, letters=letters)


def _name(told: WalkedThrough, label: int) -> str:
    return told.class_names[label] if 0 <= label < len(told.class_names) else str(label)


def _picture(told: WalkedThrough) -> Card:
    inputs = array_of(told.inputs)
    count, names = len(inputs), ", ".join(_name(told, lesson.label) for lesson in told.lessons if lesson.label >= 0)
    weights = "starting weights" if told.step < 0 else f"the weights after step {told.step:,}"
    words = (
        f"Training picture {told.picture + 1:,} of {told.pictures:,}" if count == 1 else f"{count} training pictures"
    )
    words += f", {names}." if names else "."
    words += f" A batch of {count} goes through a copy of the network with {weights}."
    pictures = inputs if inputs.ndim == 4 else inputs[:, :, None]
    grids = tuple(
        Shown(_channel(place, pictures.shape[1]), _sheet(beside(pictures[:, place]), "grey"))
        for place in range(min(pictures.shape[1], 3))
    )
    return Card(words, grids, " ".join(told.notes))


def _channel(place: int, count: int) -> str:
    return "What the network sees, 0 to 1" if count == 1 else f"channel {place}"


def _layers(told: WalkedThrough) -> Card:
    """Every layer's row is the look's own: here stands the sentence."""
    return Card(f"Forward: what each of {len(told.stages)} layers makes of the first picture, some of its maps.")


def _loss(told: WalkedThrough) -> Card:
    lesson = told.lessons[0]
    rows = np.array([lesson.outputs, lesson.chances, lesson.wanted])[:, :MOST_CLASSES]
    softmax = {"cross-entropy": "p = softmax(z)", "binary": "p = sigmoid(z)"}.get(told.loss_name, "p = z")
    words = f"The outputs z become {softmax}; the label asks for y. The loss is {LOSSES[told.loss_name]}."
    more = f"Loss of this picture {short(lesson.loss)}"
    if 0 <= lesson.label < len(lesson.chances) and told.loss_name == "cross-entropy" and not told.smoothing:
        more += f" = −ln p({_name(told, lesson.label)}) = −ln {short(lesson.chances[lesson.label])}"
    if len(told.lessons) > 1:
        more += f"; mean of the {len(told.lessons)} pictures {short(told.loss)}"
    return Card(words, _rows(told, rows, ("outputs z", "p", "labels y")), f"{more}.{_left_out(lesson.outputs)}")


def _rows(told: WalkedThrough, rows: Array, captions: Sequence[str]) -> tuple[Shown, ...]:
    names = [[_name(told, index)[:6] for index in range(rows.shape[1])]]
    return tuple(Shown(caption, _sheet(row[None], letters=names)) for caption, row in zip(captions, rows, strict=True))


def _left_out(outputs: Sequence[float]) -> str:
    more = len(outputs) - MOST_CLASSES
    return f" {more} more outputs are not shown." if more > 0 else ""


def _outputs(told: WalkedThrough) -> Card:
    lesson = told.lessons[0]
    rows = np.array([lesson.chances, lesson.wanted, lesson.slopes])[:, :MOST_CLASSES]
    words = f"Backward begins with the slope of the loss for each output: {SLOPES[told.loss_name]}."
    more = f"N = {len(told.lessons)} picture{'s' * (len(told.lessons) > 1)}, K = {len(lesson.outputs)} outputs."
    more += " Below zero, the loss falls as the output rises: the step pushes it up."
    return Card(words, _rows(told, rows, ("p", "labels y", "∂L/∂z")), more + _left_out(lesson.outputs))


def _weight(told: WalkedThrough) -> Card:
    if told.kind == "conv":
        first = ", ".join(str(at) for at in told.begin)
        by = f", every {told.stride[0]}×{told.stride[1]}th cell" if told.stride != (1, 1) else ""
        words = (
            f"The weight {place(told)} met the input from cell ({first}){by}, padding included. Each product is what "
            "it met times the loss's slope for what came of it."
        )
    else:
        words = f"The weight {place(told)} met one input: its slope is that times the slope of its output."
    parts = ((told.seen, "what it met"), (told.upstream, "∂L/∂ output"), (told.products, "products"))
    grids = tuple(Shown(caption, _sheet(beside(array_of(numbers)))) for numbers, caption in parts)
    more = (
        f"Σ products = {short(told.slope)} = ∂L/∂w.  Autograd: {short(told.autograd)}.  "
        f"Central differences: {short(told.differences)}."
    )
    return Card(words, grids, more)


def place(told: WalkedThrough) -> str:
    """Where the weight is, in words."""
    return f"{told.layer} [{', '.join(str(at) for at in told.cell)}]"


def _update(told: WalkedThrough) -> Card:
    words = f"{OPTIMISERS[told.optimiser]} makes a new weight:\n" + told.formula.replace(";  ", "\n")
    columns = min(len(told.terms), TERM_COLUMNS)
    rows = -(-len(told.terms) // columns)
    values, letters = np.full((rows, columns), np.nan), [[""] * columns for _ in range(rows)]
    for number, term in enumerate(told.terms):
        values.flat[number], letters[number // columns][number % columns] = term.value, term.name
    clipped = f" Clipping has multiplied all slopes by {short(told.scale)}." if told.scale < 1 else ""
    more = f"w: {short(told.before)} → {short(told.after)}.  η is the rate before its schedule.{clipped}"
    # The count of steps would leave no colour for the rest.
    peak = max((abs(term.value) for term in told.terms if term.name != "t"), default=0.0)
    grids = (Shown("the numbers in it", Sheet(values, letters=letters, peak=peak)),)
    return Card(words, grids, f"{more} {told.notes[-1] if told.notes else ''}")


def _after(told: WalkedThrough) -> Card:
    change = told.loss_after - told.loss
    words = "All weights have taken their step. The same pictures again:"
    rows = np.array([[told.before, told.after], [told.loss, told.loss_after]])
    letters = [["before", "after"]]
    grids = (
        Shown(f"w of {told.layer}", _sheet(rows[:1], letters=letters)),
        Shown("loss", _sheet(rows[1:], letters=letters)),
    )
    verb = "fell" if change < 0 else "rose"
    more = (
        f"w: {short(told.before)} → {short(told.after)}.  Loss {verb}: {short(told.loss)} → {short(told.loss_after)}."
    )
    return Card(words, grids, f"{more}  Only this copy has learned it: the run is as it was.")
