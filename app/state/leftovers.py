"""Work that earlier windows could not save: offered, one piece after another, and never restored unasked."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.state.document import Document
from app.state.keeper import Keeper
from app.state.notices import Notices
from engine.errors import BadFile
from engine.project.kept import Kept, Shelf, Slot

ABOUT = "leftovers"
DAMAGED = "damaged leftovers"


class Leftovers(QObject):
    """Holds what it offers, so that no other window offers it too; what is not answered waits for the next start."""

    changed = Signal()
    """Something is offered, or nothing any more."""

    def __init__(
        self,
        document: Document,
        belong: Callable[[Path | None], None],
        notices: Notices,
        shelf: Shelf,
        keeper: Keeper,
    ) -> None:
        super().__init__(keeper)
        self._document = document
        self._belong = belong
        self._notices = notices
        self._keeper = keeper
        shelf.sweep()
        self._slots = shelf.left()
        self._offer: tuple[Slot, Kept] | None = None

    @property
    def offered(self) -> Kept | None:
        """What could be restored now."""
        return self._offer[1] if self._offer is not None else None

    def offer(self) -> None:
        """Offer the newest that is left, if there is one that can be read."""
        while self._offer is None and self._slots:
            slot = self._slots.pop(0)
            try:
                self._offer = (slot, slot.read())
            except BadFile as error:
                bad = slot.put_aside()
                self._notices.problem(f"Work that was kept cannot be restored and lies in {bad}: {error}", DAMAGED)
        if self._offer is not None:
            self._notices.offer(words(self._offer[1]), ABOUT)
        self.changed.emit()

    def restore(self) -> None:
        """Go on with it; undo brings back what was there before."""
        if self._offer is None:
            return
        (slot, kept), self._offer = self._offer, None
        self._notices.clear(ABOUT)
        self._document.edit(kept.project, "restore the work that was kept")
        self._belong(Path(kept.file) if kept.file else None)
        self._keeper.take_over(slot)
        self.offer()

    def discard(self) -> None:
        """Forget it for ever."""
        if self._offer is None:
            return
        (slot, _), self._offer = self._offer, None
        self._notices.clear(ABOUT)
        slot.remove()
        self.offer()

    def close(self) -> None:
        """Leave what was not answered for the next window."""
        held = [*self._slots, *((self._offer[0],) if self._offer is not None else ())]
        for slot in held:
            slot.release()
        self._slots, self._offer = [], None


def words(kept: Kept) -> str:
    """What is offered, in one sentence."""
    what = f"changes to “{Path(kept.file).name}”" if kept.file else "a project without a file"
    return f"Convscope ended before your work was saved; it was kept: {what}, as of {_when(kept.at)}."


def _when(at: float) -> str:
    try:
        then = time.localtime(at)
    except (OverflowError, ValueError, OSError):
        return "an unknown hour"
    today = then[:3] == time.localtime()[:3]
    return time.strftime("%H:%M" if today else "%d %B %Y, %H:%M", then)
