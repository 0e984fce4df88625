"""The one funnel for everything the person must be told in a line of text."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)

Kind = Literal["info", "problem", "offer"]


class Notice(NamedTuple):
    """One sentence, and what it is about: a newer notice about the same thing takes its place."""

    text: str
    kind: Kind
    about: str


class Notices(QObject):
    """Anyone posts; the window shows. Nothing here ever raises."""

    posted = Signal(object)
    cleared = Signal(str)

    def problem(self, text: str, about: str) -> None:
        """Say that something did not work and what would do."""
        self.posted.emit(Notice(text, "problem", about))

    def info(self, text: str, about: str) -> None:
        """Say that something happened."""
        self.posted.emit(Notice(text, "info", about))

    def offer(self, text: str, about: str) -> None:
        """Say what could be done; it stays until it is answered or closed."""
        self.posted.emit(Notice(text, "offer", about))

    def clear(self, about: str) -> None:
        """What was said about this no longer holds."""
        self.cleared.emit(about)

    def install_hooks(self) -> None:
        """Turn every exception nobody caught into one notice and a log entry; the program goes on."""
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread
        sys.unraisablehook = self._unraisable

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("".join(traceback.format_exception(kind, error, trace)))
        self.problem(f"The program met an error of its own ({kind.__name__}: {error}); it goes on.", "bug")

    def _caught_in_thread(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            self._caught(caught.exc_type, caught.exc_value, caught.exc_traceback)

    def _unraisable(self, caught: sys.UnraisableHookArgs) -> None:
        if caught.exc_value is not None:
            log.error("".join(traceback.format_exception(caught.exc_type, caught.exc_value, caught.exc_traceback)))
