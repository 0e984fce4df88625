"""CIFAR-10 and CIFAR-100 as their makers pass them on: binary files or Python's batches, unpacked or in their archive.

Source: A. Krizhevsky, "The CIFAR-10 and CIFAR-100 datasets", section "Dataset layout": a record is one label byte (two
for CIFAR-100, coarse and fine), then 1,024 bytes each of red, green and blue, row by row.
"""

from __future__ import annotations

import re
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from engine.data.dataset import Skipped, numbers
from engine.data.parts import Part, Parts
from engine.data.unpickle import read_pickled
from engine.errors import BadFile

_CELLS = 3 * 32 * 32
_MOST_FILE = 400 * 2**20
_TEN = re.compile(r"(data_batch_\d+|test_batch)(\.bin)?")
_HUNDRED = re.compile(r"(train|test)(\.bin)?")
_META = {
    "batches.meta": b"label_names",
    "meta": b"fine_label_names",
    "batches.meta.txt": b"",
    "fine_label_names.txt": b"",
}

Reader = Callable[[], bytes]


class Batches(NamedTuple):
    """The files of a set by name, each with what reads it, and the label bytes of a binary record."""

    files: dict[str, Reader]
    labels: int
    names: tuple[str, Reader] | None


def cifar_files(path: Path) -> Batches | None:
    """The batches in a folder, in the folder that an archive makes in it, or in the archive itself; None if none."""
    if path.is_dir():
        for folder in (path, *sorted(path.glob("cifar-10*"))):
            if folder.is_dir() and (found := _among(_readers_of_folder(folder))):
                return found
        archives = [each for each in sorted(path.glob("cifar-10*.tar.gz")) if each.is_file()]
        return _among(_readers_of_archive(archives[0])) if archives else None
    if path.name.lower().endswith((".tar.gz", ".tgz", ".tar")):
        return _among(_readers_of_archive(path))
    return None


def _among(readers: dict[str, Reader]) -> Batches | None:
    names = next(((name, readers[name]) for name in _META if name in readers), None)
    ten = {name: readers[name] for name in sorted(readers) if _TEN.fullmatch(name)}
    if ten:
        return Batches(ten, 1, names)
    hundred = {name: readers[name] for name in sorted(readers) if _HUNDRED.fullmatch(name)}
    sure = names is not None or any(name.endswith(".bin") for name in hundred)
    return Batches(hundred, 2, names) if hundred and sure else None


def _readers_of_folder(folder: Path) -> dict[str, Reader]:
    return {path.name: _file_reader(path) for path in sorted(folder.iterdir()) if path.is_file()}


def _file_reader(path: Path) -> Reader:
    def read() -> bytes:
        try:
            if path.stat().st_size > _MOST_FILE:
                raise BadFile(f"{path.name} is larger than any batch of CIFAR; get another copy of it.")
            return path.read_bytes()
        except OSError as error:
            raise BadFile(f"{path.name} cannot be read: {error.strerror or error}.") from error

    return read


def _readers_of_archive(path: Path) -> dict[str, Reader]:
    """All batches, read at once and never unpacked onto the disk."""
    readers: dict[str, Reader] = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                wanted = name in _META or _TEN.fullmatch(name) or _HUNDRED.fullmatch(name)
                if wanted and member.isfile() and member.size <= _MOST_FILE and name not in readers:
                    stream = archive.extractfile(member)
                    content = b"" if stream is None else stream.read()
                    readers[name] = lambda content=content: content  # type: ignore[misc]
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise BadFile(f"{path.name} is damaged or cut short; get another copy of it.") from error
    return readers


def read_cifar(what: str, found: Batches) -> Parts:
    """The pictures and labels of CIFAR-10 or CIFAR-100 (its fine labels). Batches that are damaged are left out.

    Raises:
        BadFile: with one sentence, if no batch can be read.
    """
    good: dict[str, list[Part]] = {"train": [], "test": []}
    skipped = []
    for name, read in found.files.items():
        try:
            part = _batch(name, read(), found.labels)
        except BadFile as error:
            skipped.append(Skipped(name, str(error).rstrip(".")))
            continue
        good["test" if name.startswith("test") else "train"].append(part)
    if not any(good.values()):
        raise BadFile(f"No batch of {what} can be read: {skipped[0].reason}.")
    parts = {which: _joined(read) for which, read in good.items()}
    names, note = _names(found)
    notes = [note] if note else []
    if skipped:
        told = "; ".join(f"{each.path} ({each.reason})" for each in skipped[:3])
        notes.append(f"{len(skipped)} file{'s are' if len(skipped) > 1 else ' is'} left out: {told}.")
    return Parts(parts["train"], parts["test"], names, tuple(notes), tuple(skipped))


def _joined(parts: list[Part]) -> Part | None:
    return Part(torch.cat([part.x for part in parts]), torch.cat([part.y for part in parts])) if parts else None


def _batch(name: str, content: bytes, labels: int) -> Part:
    found = _binary(name, content, labels) if name.endswith(".bin") else _pickled(name, content, labels)
    highest = int(found.y.max()) if len(found.y) else 0
    if highest >= (10, 100)[labels - 1] or (len(found.y) and int(found.y.min()) < 0):
        raise BadFile(f"{name} is damaged: it holds the label {highest}.")
    return found


def _binary(name: str, content: bytes, labels: int) -> Part:
    record = labels + _CELLS
    if not content or len(content) % record:
        raise BadFile(f"{name} is cut short: its {len(content):,} bytes are no whole number of records of {record:,}.")
    rows = np.frombuffer(content, np.uint8).reshape(-1, record)
    x = np.ascontiguousarray(rows[:, labels:]).reshape(-1, 3, 32, 32)
    return Part(torch.from_numpy(x), torch.from_numpy(rows[:, labels - 1].astype(np.int64)))


def _pickled(name: str, content: bytes, labels: int) -> Part:
    held = _by_name(read_pickled(name, content))
    x, y = held.get("data"), held.get("labels" if labels == 1 else "fine_labels")
    if not isinstance(x, np.ndarray) or x.dtype != np.uint8 or x.ndim != 2 or x.shape[1] != _CELLS:
        raise BadFile(f"{name} holds no pictures of CIFAR; get another copy of it.")
    told = y.tolist() if isinstance(y, np.ndarray) else y
    if not isinstance(told, list) or len(told) != len(x) or not all(type(label) is int for label in told):
        raise BadFile(f"{name} does not hold a label for each of its {len(x):,} pictures; get another copy of it.")
    if any(not 0 <= label < 256 for label in told):
        raise BadFile(f"{name} is damaged: a label is no class.")
    return Part(torch.from_numpy(x.reshape(-1, 3, 32, 32).copy()), torch.tensor(told, dtype=torch.int64))


def _by_name(held: Any) -> dict[str, Any]:
    """The dict of a batch, whichever Python wrote its keys."""
    if not isinstance(held, dict):
        return {}
    return {key.decode("latin1") if isinstance(key, bytes) else str(key): value for key, value in held.items()}


def _names(found: Batches) -> tuple[tuple[str, ...], str]:
    """The names of the classes, or their numbers and a note on why."""
    count = (10, 100)[found.labels - 1]
    if found.names is None:
        return numbers(count), ""
    name, read = found.names
    try:
        content = read()
        if name.endswith(".txt"):
            told = [line.strip() for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
        else:
            listed = _by_name(read_pickled(name, content)).get(_META[name].decode())
            told = [text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text) for text in listed or []]
    except BadFile as error:
        return numbers(count), f"The classes are called by their numbers: {error}"
    if len(told) != count or len(set(told)) != count:
        return numbers(count), f"The classes are called by their numbers: {name} does not name {count} of them."
    return tuple(told), ""
