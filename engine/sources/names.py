"""What the classes of a data set are called."""

from __future__ import annotations

from engine.data.names import folder_class_names
from engine.sources.shelf import load_shelved


def class_names(source: str) -> tuple[str, ...]:
    """The classes of the data set of that name or path, in the order of a network's outputs.

    Raises:
        BadFile: with one sentence, when it is no data set that can be used.

    Example:
        >>> class_names("fashion-mnist")[:2]
        ('T-shirt/top', 'Trouser')
    """
    return folder_class_names(source) or load_shelved(source).class_names
