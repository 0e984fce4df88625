"""What the classes of data sets are called: found out beside everything else, because a disk may be slow."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.errors import EngineError
from engine.sources.names import class_names


class ClassNames:
    """Knows the classes of every data set that was asked for; `wake` is called when it has learned something."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._known: dict[str, tuple[str, ...]] = {}
        self._asked: set[str] = set()
        self._news = False

    def of(self, data: str) -> tuple[str, ...]:
        """The classes of a data set by its name or path; empty while they are not known, or if it cannot be read."""
        if data not in self._known and data not in self._asked:
            self._asked.add(data)
            threading.Thread(target=self._find, args=(data,), name="class-names", daemon=True).start()
        return self._known.get(data, ())

    def tell(self, data: str, names: tuple[str, ...]) -> None:
        """A data set was read."""
        self._news |= self._known.get(data) != names
        self._known[data] = names

    def tick(self) -> bool:
        """Whether something was learned since the last time."""
        news, self._news = self._news, False
        return news

    def _find(self, data: str) -> None:
        try:
            self.tell(data, class_names(data))
        except (EngineError, MemoryError, OSError):
            return  # whoever looks at the data or trains with it is told why
        self._wake()
