"""Cache files of data sets that are larger than memory: every picture once, in its final size, as plain bytes.

A cache is two files in the user's cache folder: KEY.npy, uint8 [N, H, W, C], and KEY.json, written last, which says
what is in it and holds checksums. The key follows from the names, sizes and times of the set's own files, so that a
changed set is read anew. A cache that is damaged counts as none. The oldest ones give way to new ones.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray
from platformdirs import user_cache_path
from torch import Tensor

from engine.data.mapped import Mapping
from engine.errors import BadFile
from engine.files import atomic_write
from engine.spec.layers import Shape

MOST_BYTES = 64 * 2**30
"""All caches together have at most so many bytes."""
VERSION = 1
_BLOCK = 2**20
_LOOKED_AT = 64
_FORGOTTEN = 24 * 3600.0
_SPARE = 16 * 2**20
_AT_ONCE = 256

Pictures = NDArray[np.uint8]


class Contents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a cache holds, besides the pixels.

    Attributes:
        labels: the class of each picture; those to learn from come first.
        values: the number to be told of each picture, in the place of a class.
        train: how many those are.
        class_names, notes, skipped: as in a `DataSet`.
    """

    labels: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    train: int = 0
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()


class _Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int
    name: str
    shape: tuple[int, int, int, int]
    size: int
    checksums: tuple[int, ...]
    contents: Contents


class Cached(NamedTuple):
    """An open cache."""

    mapping: Mapping
    contents: Contents


class Amount(NamedTuple):
    """How many caches there are, their bytes, and where they lie."""

    files: int
    bytes: int
    folder: Path


def cache_folder() -> Path:
    """Where the caches lie; it need not exist."""
    return user_cache_path("convscope", appauthor=False) / "pictures"


def amount() -> Amount:
    """How much room the caches take.

    Example:
        >>> amount().files >= 0
        True
    """
    files = list(_files())
    return Amount(len(files), sum(size for _, size, _ in files), cache_folder())


def clear() -> int:
    """Remove all caches; they are made again when they are needed. Returns how many bytes that freed."""
    freed = 0
    for path, size, _ in _files():
        freed += size if _removed(path) else 0
    return freed


def key_of(files: Iterable[Path], *choices: object) -> str:
    """The name of the cache of these files and choices: it changes when a file's name, size or time does."""
    digest = hashlib.sha256(repr((VERSION, *choices)).encode())
    for path in files:
        try:
            status = os.stat(path)
            mark = f"{status.st_size}\0{status.st_mtime_ns}"
        except OSError:
            mark = "gone"
        digest.update(f"{path}\0{mark}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()[:32]


def opened(key: str) -> Cached | None:
    """The cache of that name; None if there is none, or it is damaged."""
    path = cache_folder() / f"{key}.npy"
    try:
        seal = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=_Seal)
        if seal.version != VERSION or path.stat().st_size != seal.size or not _is_whole(path, seal):
            return None
        mapping = Mapping(path)
    except (OSError, msgspec.MsgspecError, BadFile, ValueError):
        return None
    if tuple(mapping.all.permute(0, 2, 3, 1).shape) != seal.shape:
        return None
    with contextlib.suppress(OSError):  # a read-only folder keeps its times
        os.utime(path.with_suffix(".json"))
    return Cached(mapping, seal.contents)


def built(
    key: str,
    name: str,
    expected: tuple[int, int, int, int],
    batches: Iterable[Pictures],
    contents: Callable[[], Contents],
) -> Cached:
    """Write a cache, and open it.

    Args:
        key: see `key_of`.
        name: what the data set is called.
        expected: at most so many pictures, their height, width and channels.
        batches: the pictures, uint8 [n, H, W, C]; what it raises leaves nothing behind.
        contents: asked when all pictures are written.

    Raises:
        BadFile: if there is no room for it.
    """
    folder = cache_folder()
    _make_room(name, folder, int(np.prod(expected, dtype=np.int64)))
    path, writer = folder / f"{key}.npy", _Writer(expected[1:], batches)
    with contextlib.suppress(OSError):
        path.with_suffix(".json").unlink(missing_ok=True)
    atomic_write(path, writer.write)
    seal = _Seal(
        version=VERSION,
        name=name,
        shape=(writer.count, *expected[1:]),
        size=path.stat().st_size,
        checksums=tuple(_checksums(path)),
        contents=contents(),
    )
    content = msgspec.json.encode(seal)

    def write(handle: BinaryIO) -> None:
        handle.write(content)

    atomic_write(path.with_suffix(".json"), write)
    return Cached(Mapping(path), seal.contents)


def rewritten(
    mapping: Mapping,
    name: str,
    change: Callable[[Tensor], Tensor],
    shape: Shape,
    *choices: object,
    progress: Callable[[int, int], None] | None = None,
) -> Mapping:
    """A cache made of another one, written once and found again.

    Args:
        mapping: the pictures of the other one.
        name: what the data set is called.
        change: makes uint8 [n, *shape] of uint8 [n, C, H, W].
        shape: (channels, height, width) of the new pictures.
        choices: what the change depends on.
        progress: told how many of how many pictures are written; what it raises ends the writing.
    """
    key = key_of((), mapping.path.stem, tuple(shape), *choices)
    found = opened(key)
    if found is not None and len(found.mapping) == len(mapping):
        return found.mapping
    channels, height, width = shape

    def batches() -> Iterator[Pictures]:
        for start in range(0, len(mapping), _AT_ONCE):
            made = change(mapping.slice(start, start + _AT_ONCE).contiguous())
            yield made.permute(0, 2, 3, 1).contiguous().numpy()
            if progress is not None:
                progress(min(start + _AT_ONCE, len(mapping)), len(mapping))

    return built(key, name, (len(mapping), height, width, channels), batches(), Contents).mapping


class _Writer:
    """Writes a .npy file whose number of pictures is known at its end only."""

    def __init__(self, shape: tuple[int, int, int], batches: Iterable[Pictures]) -> None:
        self._shape = shape
        self._batches = batches
        self.count = 0

    def write(self, handle: BinaryIO) -> None:
        self._head(handle)
        for batch in self._batches:
            handle.write(np.ascontiguousarray(batch).data)
            self.count += len(batch)
        if not self.count:
            raise BadFile("No picture of the data set can be read.")
        handle.seek(0)
        self._head(handle)  # numpy leaves room for the number to grow

    def _head(self, handle: BinaryIO) -> None:
        shape = (self.count, *self._shape)
        npy_format.write_array_header_1_0(handle, {"descr": "|u1", "fortran_order": False, "shape": shape})


def _checksums(path: Path) -> Iterator[int]:
    with open(path, "rb") as handle:
        while block := handle.read(_BLOCK):
            yield zlib.crc32(block)


def _is_whole(path: Path, seal: _Seal) -> bool:
    """Whether the first, the last, and blocks between them are as they were written."""
    count = len(seal.checksums)
    if count != -(-seal.size // _BLOCK):
        return False
    with open(path, "rb") as handle:
        for index in sorted({round(place) for place in np.linspace(0, count - 1, min(count, _LOOKED_AT))}):
            handle.seek(index * _BLOCK)
            if zlib.crc32(handle.read(_BLOCK)) != seal.checksums[index]:
                return False
    return True


def _files() -> Iterator[tuple[Path, int, float]]:
    """Every cache's file of pixels with its bytes and when it was used last."""
    with contextlib.suppress(OSError):
        for path in sorted(cache_folder().glob("*.npy")):
            with contextlib.suppress(OSError):
                seal, status = path.with_suffix(".json"), path.stat()
                yield path, status.st_size, (seal if seal.exists() else path).stat().st_mtime


def _removed(path: Path) -> bool:
    """Windows keeps a file that is mapped somewhere."""
    try:
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink()
    except OSError:
        return False
    return True


def _make_room(name: str, folder: Path, needed: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(".convscope-*.tmp"):
            if time.time() - left.stat().st_mtime > _FORGOTTEN:
                left.unlink()
    except OSError as error:
        raise BadFile(f"{name} needs a cache, and {folder} cannot be made: {error.strerror or error}.") from error
    files = sorted(_files(), key=lambda file: file[2])
    held = sum(size for _, size, _ in files)
    reachable = min(held + shutil.disk_usage(folder).free - _SPARE, MOST_BYTES)
    if needed > reachable:
        raise BadFile(
            f"{name} needs a cache of {needed / 1e9:,.1f} GB in {folder}, and there is room for "
            f"{max(0, reachable) / 1e9:,.1f} GB; free some space, or bring the pictures to a smaller size."
        )
    while files and (held + needed > MOST_BYTES or shutil.disk_usage(folder).free < needed + _SPARE):
        path, size, _ = files.pop(0)
        held -= size if _removed(path) else 0
