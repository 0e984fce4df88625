"""A whole project as a file: everything that undo brings back, and nothing that was learned."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import BinaryIO

from engine.errors import BadFile
from engine.files import atomic_write
from engine.project.guarded import decoded, encoded, read_bytes
from engine.spec.project import Project

FORMAT = "convscope-project"
VERSION = 1
SUFFIX = ".convscope"


def project_to_json(project: Project) -> bytes:
    """A project as the bytes of its file; one that cannot run as it is too."""
    return encoded(project, FORMAT, VERSION)


def project_from_json(content: bytes, name: str = "The text") -> Project:
    """The project in the bytes of a file.

    Args:
        content: what `project_to_json` made.
        name: the file's, for the sentence.

    Raises:
        BadFile: with one sentence, for anything else.

    Example:
        >>> project_from_json(project_to_json(Project())) == Project()
        True
    """
    return decoded(content, name, FORMAT, VERSION, "project", Project)


def load_project(path: str | Path) -> Project:
    """The project in a file.

    Raises:
        BadFile: with the file's name and one sentence, if it holds none.
    """
    return project_from_json(read_bytes(path), Path(path).name)


def save_project(project: Project, path: str | Path) -> None:
    """Write a project to a file that ends in .convscope or .json, completely or not at all.

    Raises:
        BadFile: if the name ends in something else, or the file cannot be written.
    """
    if Path(path).suffix.lower() not in (SUFFIX, ".json"):
        raise BadFile(f"{Path(path).name}: a project is kept in a file that ends in {SUFFIX} or .json.")
    atomic_write(path, partial(_write, project_to_json(project)))


def _write(content: bytes, file: BinaryIO) -> None:
    file.write(content)
