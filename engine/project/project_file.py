"""A whole project as a file: everything that undo brings back, and nothing that was learned."""

from __future__ import annotations

import contextlib
import re
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from engine.errors import BadFile
from engine.files import atomic_write
from engine.project.guarded import converted, decoded, encoded, packed, read_bytes
from engine.project.migrations import PROJECT
from engine.project.sweep import sweep
from engine.spec.project import Project

FORMAT = "convscope-project"
VERSION = 4
SUFFIX = ".convscope"
_HEAD = re.compile(rb'\s*\{\s*"format":\s*"convscope-project",\s*"version":\s*(\d{1,9})\b')


def project_to_json(project: Project) -> bytes:
    """A project as the bytes of its file; one that cannot run as it is too."""
    return encoded(project, FORMAT, VERSION)


def project_packed(project: Project) -> bytes:
    """The same in one line, made sooner."""
    return packed(project, FORMAT, VERSION)


def project_from_object(found: dict[str, Any], name: str) -> Project:
    """The project that an object of JSON describes, which is changed; errors as for `project_from_json`."""
    return converted(found, name, FORMAT, VERSION, "project", Project, PROJECT)


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
    return decoded(content, name, FORMAT, VERSION, "project", Project, PROJECT)


def load_project(path: str | Path) -> Project:
    """The project in a file.

    Raises:
        BadFile: with the file's name and one sentence, if it holds none.
    """
    return project_from_json(read_bytes(path), Path(path).name)


def save_project(project: Project, path: str | Path) -> None:
    """Write a project to a file that ends in .convscope or .json, completely or not at all.

    A file of an older version that it takes the place of is kept beside it, as `NAME.v1.bak`, for the older program.

    Raises:
        BadFile: if the name ends in something else, or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in (SUFFIX, ".json"):
        raise BadFile(f"{path.name}: a project is kept in a file that ends in {SUFFIX} or .json.")
    _keep_older(path)
    atomic_write(path, partial(_write, project_to_json(project)))
    sweep(path.parent)


def _keep_older(path: Path) -> None:
    content = b""
    with contextlib.suppress(BadFile):
        content = read_bytes(path)
    head = _HEAD.match(content[:200])
    if head is None or int(head.group(1)) >= VERSION:
        return
    older = path.with_name(f"{path.name}.v{int(head.group(1))}.bak")
    if not older.exists():
        atomic_write(older, partial(_write, content))


def _write(content: bytes, file: BinaryIO) -> None:
    file.write(content)
