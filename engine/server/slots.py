"""Which of the picture slots the engine may write into."""

from __future__ import annotations

import threading

from engine.buffers import SLOTS, VIEWS, View


class SlotPool:
    """Free slots of every view; a taken one comes back when the window releases it."""

    def __init__(self, held: dict[View, int]) -> None:
        self._lock = threading.Lock()
        self._free: dict[View, list[int]] = {
            view: [slot for slot in range(SLOTS) if held.get(view) != slot] for view in VIEWS
        }

    def available(self, view: View) -> bool:
        """Whether `take` would give one."""
        with self._lock:
            return bool(self._free[view])

    def take(self, view: View) -> int:
        """A slot to write into. Ask `available` first."""
        with self._lock:
            return self._free[view].pop(0)

    def release(self, view: View, slot: int) -> None:
        """Back to the pool; twice is once."""
        with self._lock:
            if slot not in self._free[view]:
                self._free[view].append(slot)
