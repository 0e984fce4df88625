"""What is said of a data set: how many pictures of which classes, how large, what is odd."""

from __future__ import annotations

from typing import Protocol

from app.training.words import grouped
from engine.spec.layers import shape_text

_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_MOST_NAMED = 40


class Counted(Protocol):
    """What `Samples` and `DataSeen` have in common."""

    @property
    def class_names(self) -> tuple[str, ...]: ...
    @property
    def train_counts(self) -> tuple[int, ...]: ...
    @property
    def test_counts(self) -> tuple[int, ...]: ...
    @property
    def input_shape(self) -> tuple[int, ...]: ...


def counts_words(about: Counted, numbers: bool) -> str:
    """How many inputs of which shape; `numbers` if numbers are to be told of them, and no classes."""
    learn, test = sum(about.train_counts), sum(about.test_counts)
    count, size = len(about.class_names), shape_text(about.input_shape)
    kinds = f"{count} number{'s' * (count != 1)} to tell" if numbers else f"{count} classes"
    return f"{grouped(learn)} to learn from, {grouped(test)} to test: {kinds}, {size}"


def class_words(about: Counted, index: int) -> str:
    """How many inputs of a class there are; of all, if there is no such class."""
    if index >= min(len(about.class_names), len(about.train_counts), len(about.test_counts)):
        return counts_words(about, False)
    learn, test = grouped(about.train_counts[index]), grouped(about.test_counts[index])
    return f"{about.class_names[index]}: {learn} to learn from, {test} to test"


def counts_of_classes(about: Counted) -> str:
    """How many of each of the first classes."""
    return "; ".join(class_words(about, index) for index in range(min(len(about.class_names), _MOST_NAMED)))


def size_words(count: float) -> str:
    """Bytes in the unit that suits them.

    Example:
        >>> size_words(900), size_words(11_594_722), size_words(3.2e9)
        ('900 bytes', '11.6 MB', '3.2 GB')
    """
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.0f} {_UNITS[unit]}" if unit == 0 or count >= 100 else f"{count:.1f} {_UNITS[unit]}"
