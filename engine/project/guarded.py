"""The one reader of JSON that somebody else may have written: small, shallow, strict, and only ever a `BadFile`."""

from __future__ import annotations

import json
import re
import reprlib
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec
import numpy as np

from engine.errors import BadFile

MAX_BYTES = 5_000_000
MAX_DEPTH = 32
MAX_DIGITS = 18
"""Of a whole number: more would not fit into 64 bits, and nothing here needs them."""

Wanted = TypeVar("Wanted")
Migration = Callable[[dict[str, Any]], None]
"""Changes an object of one version, in place, into one of the next."""
_NONE: Mapping[int, Migration] = {}

_ESCAPED = re.compile(rb"(?:\\.)+", re.DOTALL)
_IDLE = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")
_UNKNOWN = ("unknown field", "Invalid value", "Invalid enum value")


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
    deeper than 32, whole numbers of more than 18 digits, halves of characters.

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
        found = json.loads(text, parse_constant=_refuse, parse_int=_whole, object_pairs_hook=_unique)
        _check_characters(text, found)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{name} is no {kind}: {_reason(error)}.") from None
    if not isinstance(found, dict):
        raise BadFile(f"{name} is no {kind}: it holds no JSON object.")
    return found


def check_format(found: dict[str, Any], name: str, form: str, version: int, kind: str) -> int:
    """Take `format` and `version` out of an object; returns the version.

    Raises:
        BadFile: for another format, or a version this program does not know.
    """
    given, number = found.pop("format", None), found.pop("version", None)
    if given != form:
        raise BadFile(f"{name} is no {kind}: its format is {reprlib.repr(given)}, not {form!r}.")
    if type(number) is not int or number < 1:
        raise BadFile(f"{name} is no {kind}: its version is {reprlib.repr(number)}, not a number from 1.")
    if number > version:
        raise BadFile(f"{name} was made by a newer version of Convscope ({kind} format {number}); update the program.")
    return number


def decoded(
    content: bytes,
    name: str,
    form: str,
    version: int,
    kind: str,
    wanted: type[Wanted],
    migrations: Mapping[int, Migration] = _NONE,
) -> Wanted:
    """What the bytes of a file of ours describe.

    Args:
        content: all bytes of the file.
        name: the file's, for the sentence.
        form: the format that it must have.
        version: the newest version of that format.
        kind: what it should be, for the sentence.
        wanted: the type of what it describes.
        migrations: for each older version that is read, what makes it one of the next.

    Raises:
        BadFile: with one sentence, for anything else.
    """
    return converted(parse_object(content, name, kind), name, form, version, kind, wanted, migrations)


def converted(
    found: dict[str, Any],
    name: str,
    form: str,
    version: int,
    kind: str,
    wanted: type[Wanted],
    migrations: Mapping[int, Migration] = _NONE,
) -> Wanted:
    """What an object of JSON describes, which is changed; arguments and errors as for `decoded`."""
    number = check_format(found, name, form, version, kind)
    try:
        for step in range(number, version):
            if step in migrations:
                migrations[step](found)
    except (AttributeError, LookupError, TypeError, ValueError):
        told = f"what it holds is not what a file of version {number} holds"
        raise BadFile(f"{name} holds no {kind}: {told}; use another copy.") from None
    try:
        return msgspec.convert(found, wanted)
    except (msgspec.MsgspecError, RecursionError, ArithmeticError) as error:
        raise BadFile(f"{name} holds no {kind}: {_place(error)}.") from None


def encoded(value: msgspec.Struct, form: str, version: int) -> bytes:
    """A value as the bytes of a file of ours, laid out for people; errors as for `packed`."""
    return msgspec.json.format(packed(value, form, version), indent=1) + b"\n"


def packed(value: msgspec.Struct, form: str, version: int) -> bytes:
    """A value as JSON in one line, made in a fraction of a millisecond where it is small.

    Raises:
        BadFile: if one of its texts is none, such as the name of a file from another time's code page.
    """
    try:
        return msgspec.json.encode({"format": form, "version": version, **msgspec.structs.asdict(value)})
    except UnicodeEncodeError as error:
        near = ascii(error.object[max(0, error.start - 20) : error.start + 20])
        raise BadFile(f"This cannot be kept in a file: {near} is no text; rename what is called so.") from None


def _place(error: Exception) -> str:
    """msgspec's words, with the place in the file in brackets, and what to do where a newer program may be meant."""
    told, _, place = str(error).partition(" - at `$")
    told = _SPACE.sub(" ", told)[:200].rstrip(".")
    where = f" ({_SPACE.sub(' ', place.strip('.`'))[:100]})" if place.strip(".`") else ""
    newer = "; it may be of a newer version of Convscope, so update the program"
    return told + where + (newer if any(word in told for word in _UNKNOWN) else "")


def _depth(content: bytes) -> int:
    """How deep brackets lie in each other, those within strings left out."""
    bare = _ESCAPED.sub(b"", content) if b"\\" in content else content
    outside = b"".join(bare.translate(None, _IDLE).split(b'"')[::2])
    brackets = np.frombuffer(outside, np.uint8)
    steps = np.where((brackets == ord("[")) | (brackets == ord("{")), 1, -1)
    return int(np.cumsum(steps).max(initial=0))


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a whole number of {len(digits):,} digits is too long")
    return int(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"{reprlib.repr(twice)} stands twice")
    return found


def _check_characters(text: str, found: object) -> None:
    """JSON may spell one half of a pair of surrogates, which is no character and can be neither sent nor written."""
    if _HALF.search(text):
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("it spells half a character") from None


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} is no JSON ({error.msg})"
    if isinstance(error, UnicodeDecodeError):
        return "it is no text"
    return _SPACE.sub(" ", str(error))[:200].rstrip(".")
