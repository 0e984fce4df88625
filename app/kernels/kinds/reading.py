"""Reads a signal's file beside the window: a sound may have hundreds of megabytes."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError
from engine.kinds.signals import TABLE_ENDINGS, read_signal
from engine.kinds.table import column_names


class Found(NamedTuple):
    """What a file holds: how many samples, and the titles of its columns. Or `problem`, one sentence."""

    path: str
    column: str
    length: int = 0
    columns: tuple[str, ...] = ()
    problem: str = ""


class Reading(QObject):
    """The newest wish counts; what was wished before is read to its end and forgotten."""

    done = Signal(object)
    """Found."""
    _read = Signal(int, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._newest = 0
        self._read.connect(self._take)

    def begin(self, path: str, column: str = "") -> None:
        """Read a file's signal, or that in one of its columns."""
        self._newest += 1
        work = threading.Thread(target=self._work, args=(self._newest, path, column), name="signal", daemon=True)
        work.start()

    def _work(self, number: int, path: str, column: str) -> None:
        found = look_into(path, column)
        try:
            self._read.emit(number, found)
        except RuntimeError:
            return  # the window is gone

    def _take(self, number: int, found: Found) -> None:
        if number == self._newest:
            self.done.emit(found)


def look_into(path: str, column: str = "") -> Found:
    """What a file holds."""
    try:
        length = len(read_signal(path, column or None).values)
        table = Path(path).suffix.lower() in TABLE_ENDINGS
        return Found(path, column, length, column_names(path) if table else ())
    except EngineError as error:
        return Found(path, column, problem=str(error))
    except MemoryError:
        return Found(path, column, problem=f"{Path(path).name} needs more memory than is free; cut it shorter.")
