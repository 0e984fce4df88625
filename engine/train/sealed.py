"""Small records in files that tell whether they are whole: neither JSON nor safetensors notice a flipped bit."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from engine.errors import BadFile
from engine.files import atomic_write
from engine.project.guarded import decoded, encoded, read_bytes

T = TypeVar("T", bound=msgspec.Struct)

_SEAL = re.compile(rb'\{"sha256":"([0-9a-f]{64})","content":(.*)\}\n', re.DOTALL)


def write_sealed(path: Path, record: msgspec.Struct, form: str, version: int) -> None:
    """Write a record with its format, its version and the SHA-256 of all that, completely or not at all."""
    body = encoded(record, form, version)
    content = b'{"sha256":"%s","content":%s}\n' % (sha256(body).encode(), body)

    def write(handle: BinaryIO) -> None:
        handle.write(content)

    atomic_write(path, write)


def read_sealed(path: Path, kind: type[T], form: str, version: int, what: str) -> T:
    """Read what `write_sealed` has written.

    Args:
        path: the file.
        kind: the record's type.
        form: its format.
        version: the newest version that is known.
        what: what it is, for the sentence.

    Raises:
        BadFile: with one sentence that begins with the file's name, if a single bit is not as it was written.
    """
    match = _SEAL.fullmatch(read_bytes(path))
    if match is None or sha256(match.group(2)) != match.group(1).decode():
        raise BadFile(f"{path.name} is damaged or was changed by hand: its checksum does not fit.")
    return decoded(match.group(2), path.name, form, version, what, kind)


def sha256(content: bytes) -> str:
    """The hash of some bytes, as text."""
    return hashlib.sha256(content).hexdigest()
