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
    page: str = "kernel"
    """The page that was in sight."""
    splitters: dict[str, str] = {}
    """Where dividers were, by their names, as Qt's saveState in base 64."""


class Settings:
    """Reads and writes `Values`; what cannot be written is only not remembered."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or user_config_path("convscope", appauthor=False) / "settings.json"
        self.values = self._read() or Values()
        self._in_step = True

    def _read(self) -> Values | None:
        """What is in the file; None if there is none that can be read."""
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise msgspec.DecodeError("too large")
            return msgspec.json.decode(self.path.read_bytes(), type=Values)
        except OSError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            with contextlib.suppress(OSError):
                os.replace(self.path, self.path.with_suffix(".bad"))
            return None

    def change(self, **changes: object) -> None:
        """Replace some values and write them all; what another window has changed meanwhile stays."""
        self._catch_up()
        self.values = msgspec.structs.replace(self.values, **changes)
        data = msgspec.json.format(msgspec.json.encode(self.values), indent=2)
        self._in_step = False
        with contextlib.suppress(OSError, EngineError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(self.path, partial(_write, data))
            self._in_step = True

    def _catch_up(self) -> None:
        """Hear of what another window has changed, unless this one knows things that it could not write."""
        if self._in_step:
            self.values = self._read() or self.values

    def add_recent(self, kind: str, path: str) -> None:
        """Put a source at the top of the recent ones."""
        newest = Recent(kind=kind, path=path)
        self._catch_up()
        others = [entry for entry in self.values.recent if entry != newest]
        self.change(recent=(newest, *others)[:MAX_RECENT])


def _write(data: bytes, file: BinaryIO) -> None:
    file.write(data)
