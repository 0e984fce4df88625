"""Files damaged in the ways in which files are: by disks, by cables, by other programs, by people and on purpose."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

Keys = tuple[str | int, ...]
DEEP = 40
VALUES: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 2**31, 2**63, -(2**64), 10**400, 0.5, 1e308, 1e-320, float("inf"), float("nan"),
    "", "x" * 3000, "\ud800", "a\0b", "\u2028é漢🙂", "line\nline", [], {}, [[]] * 3, [1, [2, [3]]],
    {"type": "Conv2d"}, {"type": "os.system"}, {"__class__": "x"}, {"a": {"b": {}}},
)  # fmt: skip


def places(value: Any, at: Keys = ()) -> Iterator[Keys]:
    """Where the values of an object of JSON stand."""
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from places(each, (*at, key))


def _replaced(found: dict[str, Any], at: Keys, change: Callable[[Any], Any]) -> dict[str, Any]:
    found = copy.deepcopy(found)
    holder: Any = found
    for key in at[:-1]:
        holder = holder[key]
    holder[at[-1]] = change(holder[at[-1]])
    return found


def _some_place(chance: random.Random, found: dict[str, Any]) -> Keys:
    return chance.choice([at for at in places(found) if at])


def _flip(chance: random.Random, content: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def _zeros(chance: random.Random, content: bytes) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + bytes(len(content) - start)


def _moved(chance: random.Random, content: bytes) -> bytes:
    start, size = chance.randrange(len(content)), chance.randrange(1, 200)
    piece = content[start : start + size]
    rest = content[:start] + content[start + size :]
    place = chance.randrange(len(rest) + 1)
    return rest[:place] + piece + rest[place:]


def _swapped(chance: random.Random, content: bytes) -> bytes:
    found = json.loads(content)
    value = chance.choice(VALUES)
    return json.dumps(_replaced(found, _some_place(chance, found), lambda _: value)).encode()


def _exchanged(chance: random.Random, content: bytes) -> bytes:
    """One value from another place of the same file."""
    found = json.loads(content)
    value: Any = found
    for key in _some_place(chance, found):
        value = value[key]
    return json.dumps(_replaced(found, _some_place(chance, found), lambda _: value)).encode()


def _deep(chance: random.Random, content: bytes) -> bytes:
    def bury(value: Any) -> Any:
        for _ in range(chance.randint(1, DEEP)):
            value = chance.choice([[value], {"body": value}, {"type": "Residual", "body": [value]}])
        return value

    found = json.loads(content)
    return json.dumps(_replaced(found, _some_place(chance, found), bury)).encode()


def _long(chance: random.Random, content: bytes) -> bytes:
    """A list a thousand times as long as it was."""
    found = json.loads(content)
    at = _some_place(chance, found)
    return json.dumps(_replaced(found, at, lambda value: [value] * chance.choice([65, 1001, 5000]))).encode()


def _twice(chance: random.Random, content: bytes) -> bytes:
    key = json.dumps(chance.choice(list(json.loads(content)))).encode()
    return content.replace(b"{", b"{" + key + b": " + chance.choice([b"1", b"null", b"{}"]) + b", ", 1)


def _unknown(chance: random.Random, content: bytes) -> bytes:
    found = json.loads(content)
    at = chance.choice([at for at in places(found) if at and isinstance(at[-1], str)])
    holder: Any = found
    for key in at[:-1]:
        holder = holder[key]
    holder[chance.choice(["from_the_future", "", "é", "\0", "x" * 500])] = 1
    return json.dumps(found).encode()


def _encoded(chance: random.Random, content: bytes) -> bytes:
    return content.decode().encode(chance.choice(["utf-16", "utf-32", "utf-7", "utf-8-sig"]))


def _bytes(chance: random.Random, content: bytes) -> bytes:
    """Bytes that are no text, or text that no program means, in the middle of it."""
    place = chance.randrange(len(content))
    foreign = [
        b"\xff",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\\ud83d",
        b"\\u0000",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 5000,
    ]
    return content[:place] + chance.choice(foreign) + content[place:]


WAYS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip, _cut, _zeros, _moved, _swapped, _swapped, _swapped,
    _exchanged, _deep, _long, _twice, _unknown, _encoded, _bytes,
)  # fmt: skip


def damaged(chance: random.Random, content: bytes) -> bytes:
    """A file of JSON after one accident."""
    return chance.choice(WAYS)(chance, content)
