"""Finding what ships with the program, wherever it is installed."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from engine.errors import BadFile

SampleKind = Literal["images", "clips"]
SAMPLE = "sample:"


def resource(*parts: str) -> Path:
    """The path of a file or folder that ships with the program.

    Example:
        >>> resource("images", "coins.jpg").name
        'coins.jpg'
    """
    return Path(str(files("resources").joinpath(*parts)))


@cache
def sample_names(kind: SampleKind) -> tuple[str, ...]:
    """The names of the shipped pictures or clips, sorted.

    Example:
        >>> "astronaut.jpg" in sample_names("images")
        True
    """
    return tuple(sorted(entry.name for entry in resource(kind).iterdir() if not entry.name.startswith((".", "_"))))


def resolve(path: str | Path) -> Path:
    """The file meant by a path: `sample:NAME` is a picture or clip that ships with the program.

    Raises:
        BadFile: when there is no sample of that name. Whether another file exists is not looked at.

    Example:
        >>> resolve("sample:coins.jpg").is_file()
        True
    """
    text = str(path)
    if not text:
        raise BadFile("No file is named; give the path of one.")
    if not text.startswith(SAMPLE):
        return Path(path)
    name = text.removeprefix(SAMPLE)
    kinds: tuple[SampleKind, ...] = ("images", "clips")
    for kind in kinds:
        if name in sample_names(kind):
            return resource(kind, name)
    known = ", ".join(name for kind in kinds for name in sample_names(kind))
    raise BadFile(f"There is no sample {name!r}; there are {known}.")
