"""The log of a run: every order that it was given, one JSON line each, only ever added to."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from engine.errors import BadFile
from engine.project.guarded import read_bytes
from engine.spec.steering import Entry

NAME = "orders.jsonl"
_MOST_BYTES = 2**28


class OrderLog:
    """Reads and adds to the log of one run. A line that a kill has cut is as if it had never been told."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def read(self) -> list[Entry]:
        """All that was told, oldest first.

        Raises:
            BadFile: if a line before the last is not whole.
        """
        if not self._path.exists():
            return []
        lines = read_bytes(self._path, _MOST_BYTES).split(b"\n")[:-1]
        try:
            return [msgspec.json.decode(line, type=Entry) for line in lines]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise BadFile(f"{NAME} is damaged, and the run cannot be repeated without it; use another copy.") from error

    def add(self, entry: Entry) -> None:
        """One line more, which is on the disk before the order is carried out.

        Raises:
            BadFile: if it cannot be written; nothing of it is there then.
        """
        line = msgspec.json.encode(entry) + b"\n"
        try:
            with self._path.open("ab") as handle:
                start = handle.tell()
                try:
                    handle.write(line)
                    handle.flush()
                    os.fsync(handle.fileno())
                except OSError:
                    with contextlib.suppress(OSError):
                        handle.truncate(start)
                    raise
        except OSError as error:
            raise BadFile(f"{NAME} cannot be written in {self._path.parent}: {error.strerror or error}.") from error

    def mend(self) -> None:
        """Take away what a kill has left of a last line.

        Raises:
            BadFile: if it cannot be written.
        """
        if not self._path.exists():
            return
        whole = read_bytes(self._path, _MOST_BYTES)
        try:
            if whole and not whole.endswith(b"\n"):
                os.truncate(self._path, whole.rfind(b"\n") + 1)
        except OSError as error:
            raise BadFile(f"{NAME} cannot be written in {self._path.parent}: {error.strerror or error}.") from error
