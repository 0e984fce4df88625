"""The one reader of JSON that somebody else may have written: small, shallow, strict, and only ever a `BadFile`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec
import numpy as np

from engine.errors import BadFile

MAX_BYTES = 5_000_000
MAX_DEPTH = 32

Wanted = TypeVar("Wanted")

_ESCAPED = re.compile(rb"(?:\\.)+", re.DOTALL)
_IDLE = bytes(byte for byte in range(256) if byte not in b'[]{}"')


def read_bytes(path: str | Path, most_bytes: int = MAX_BYTES) -> bytes:
    """All bytes of a file.

    Raises:
        BadFile: if there is no such file, it cannot be read, or it is larger than that.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise BadFile(f"There is no file {path}; check its name and folder.")
        with path.open("rb") as handle:
            content = handle.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        raise BadFile(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if len(content) > most_bytes:
        raise BadFile(f"{path.name} has more than the {most_bytes:,} bytes allowed; a smaller one would do.")
    return content


def parse_object(content: bytes, name: str, kind: str) -> dict[str, Any]:
    """The JSON object in some bytes.

    Refused are what JSON's grammar leaves open or Python adds: NaN and Infinity, keys that stand twice, nesting
    deeper than 32, numbers of thousands of digits.

    Args:
        content: UTF-8, with or without a byte order mark.
        name: the file's, for the sentence.
        kind: what it should be, such as "network", for the sentence.

    Raises:
        BadFile: with one sentence.
    """
    if len(content) > MAX_BYTES:
        raise BadFile(f"{name} has more than the {MAX_BYTES:,} bytes allowed; a smaller one would do.")
    if _depth(content) > MAX_DEPTH:
        raise BadFile(f"{name} is nested more than {MAX_DEPTH} deep, which no {kind} is; use another copy.")
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{name} is no {kind}: {_reason(error)}.") from None
    if not isinstance(found, dict):
        raise BadFile(f"{name} is no {kind}: it holds no JSON object.")
    return found


def check_format(found: dict[str, Any], name: str, form: str, version: int, kind: str) -> None:
    """Take `format` and `version` out of an object.

    Raises:
        BadFile: for another format, or a version this program does not know.
    """
    given, number = found.pop("format", None), found.pop("version", None)
    if given != form:
        raise BadFile(f"{name} is no {kind}: its format is {given!r}, not {form!r}.")
    if type(number) is not int or number < 1:
        raise BadFile(f"{name} is no {kind}: its version is {number!r}, not a number from 1.")
    if number > version:
        raise BadFile(f"{name} was made by a newer version of Convscope ({kind} format {number}); update the program.")


def decoded(content: bytes, name: str, form: str, version: int, kind: str, wanted: type[Wanted]) -> Wanted:
    """What the bytes of a file of ours describe.

    Raises:
        BadFile: with one sentence, for anything else.
    """
    found = parse_object(content, name, kind)
    check_format(found, name, form, version, kind)
    try:
        return msgspec.convert(found, wanted)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadFile(f"{name} holds no {kind}: {_place(error)}.") from None


def encoded(value: msgspec.Struct, form: str, version: int) -> bytes:
    """A value as the bytes of a file of ours."""
    stored = {"format": form, "version": version, **msgspec.to_builtins(value)}
    return json.dumps(stored, indent=1).encode() + b"\n"


def _place(error: Exception) -> str:
    """msgspec's words, with the place in the file in brackets."""
    told, _, place = str(error).partition(" - at `$")
    where = f" ({place.strip('.`')})" if place.strip(".`") else ""
    return told[:300].rstrip(".") + where


def _depth(content: bytes) -> int:
    """How deep brackets lie in each other, those within strings left out."""
    bare = _ESCAPED.sub(b"", content) if b"\\" in content else content
    outside = b"".join(bare.translate(None, _IDLE).split(b'"')[::2])
    brackets = np.frombuffer(outside, np.uint8)
    steps = np.where((brackets == ord("[")) | (brackets == ord("{")), 1, -1)
    return int(np.cumsum(steps).max(initial=0))


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"{next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} is no JSON ({error.msg})"
    if isinstance(error, UnicodeDecodeError):
        return "it is no text"
    return str(error)[:200].rstrip(".")
