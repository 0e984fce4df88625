"""What the program remembers between starts. A damaged file never stops a start: it is put aside."""

from __future__ import annotations

import contextlib
import os
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from platformdirs import user_config_path

from engine.errors import EngineError
from engine.files import atomic_write

MAX_RECENT = 10
MAX_BYTES = 1_000_000


class Recent(msgspec.Struct, frozen=True, kw_only=True):
    """A source that was opened: its kind ("picture", "clip", "folder", "stream", "data") and its path or address."""

    kind: str
    path: str


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """Everything remembered."""

    dark: bool = True
    recent: tuple[Recent, ...] = ()
    geometry: str = ""
    """The window's place, as Qt's saveGeometry in base 64."""


class Settings:
    """Reads and writes `Values`; what cannot be written is only not remembered."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or user_config_path("convscope", appauthor=False) / "settings.json"
        self.values = self._read()

    def _read(self) -> Values:
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise msgspec.DecodeError("too large")
            return msgspec.json.decode(self.path.read_bytes(), type=Values)
        except OSError:
            return Values()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            with contextlib.suppress(OSError):
                os.replace(self.path, self.path.with_suffix(".bad"))
            return Values()

    def change(self, **changes: object) -> None:
        """Replace some values and write them all."""
        self.values = msgspec.structs.replace(self.values, **changes)
        data = msgspec.json.format(msgspec.json.encode(self.values), indent=2)
        with contextlib.suppress(OSError, EngineError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(self.path, partial(_write, data))

    def add_recent(self, kind: str, path: str) -> None:
        """Put a source at the top of the recent ones."""
        newest = Recent(kind=kind, path=path)
        others = [entry for entry in self.values.recent if entry != newest]
        self.change(recent=(newest, *others)[:MAX_RECENT])


def _write(data: bytes, file: BinaryIO) -> None:
    file.write(data)
