"""Shows what `Notices` are posted: one at a time for each thing they are about, with a button where one helps."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.state.notices import Notice, Notices
from app.widgets.notice import Action, NoticeBar

ACTIONS: dict[str, tuple[Action, ...]] = {
    "engine": (("restart", "Restart the engine"),),
    "leftovers": (("restore-work", "Restore"), ("discard-work", "Discard")),
}


class NoticeLine(NoticeBar):
    """A newer notice about the same thing takes the place of the older one."""

    action_wanted = Signal(str)
    """The id of an action of the table."""

    def __init__(self, notices: Notices) -> None:
        super().__init__()
        self._texts: dict[str, str] = {}
        notices.posted.connect(self._post)
        notices.cleared.connect(self._clear)
        self.acted.connect(self.action_wanted)

    def _post(self, notice: Notice) -> None:
        if self._texts.get(notice.about) not in (None, notice.text):
            self.withdraw(self._texts[notice.about])
        self._texts[notice.about] = notice.text
        actions = ACTIONS.get(notice.about, ()) if notice.kind != "info" else ()
        if notice.kind == "offer":
            self.show_notice(notice.text, "info", actions, seconds=0)
        else:
            self.show_notice(notice.text, notice.kind, actions)

    def _clear(self, about: str) -> None:
        text = self._texts.pop(about, None)
        if text is not None:
            self.withdraw(text)
