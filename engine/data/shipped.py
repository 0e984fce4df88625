"""The data sets that ship with the program."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Shipped(NamedTuple):
    """One of them, as it is shown before it is loaded."""

    name: str
    label: str
    file: str
    summary: str
    input_shape: tuple[int, int, int]
    classes: int
    train: int
    test: int
    licence: str


SHIPPED = (
    Shipped(
        "mnist", "MNIST", "mnist_14k.npz", "handwritten digits, white on black", (1, 28, 28), 10, 12_000, 2_000,
        "CC BY-SA 3.0 (Yann LeCun, Corinna Cortes)",
    ),
    Shipped(
        "fashion-mnist", "Fashion-MNIST", "fashion_mnist_7k.npz", "pieces of clothing", (1, 28, 28), 10, 6_000, 1_000,
        "MIT (Zalando SE)",
    ),
    Shipped(
        "emoji-10", "Emoji-10", "emoji10_5k5.npz", "emoji in seven styles of drawing", (3, 32, 32), 10, 4_500, 1_000,
        "drawings under Apache-2.0, MIT and CC BY 4.0",
    ),
)  # fmt: skip


def dataset_names() -> tuple[str, ...]:
    """The names of the data sets that ship with the program.

    Example:
        >>> dataset_names()
        ('mnist', 'fashion-mnist', 'emoji-10')
    """
    return tuple(entry.name for entry in SHIPPED)


def data_label(source: str) -> str:
    """What a data set is called to people, by its name or path.

    Example:
        >>> data_label("emoji-10"), data_label("/pictures/leaves")
        ('Emoji-10', 'leaves')
    """
    ours = shipped(source)
    return ours.label if ours is not None else Path(source).name or source


def shipped(name: str) -> Shipped | None:
    """The shipped data set of that name, if there is one."""
    return next((entry for entry in SHIPPED if entry.name == name), None)
