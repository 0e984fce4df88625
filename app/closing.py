"""Before work that is not saved would be left, the person is asked: save it, do not, or stay."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox

from app.projects import ProjectFiles
from app.window import Window

Then = Callable[[], None]
_BUTTONS = QMessageBox.StandardButton


class Closing(QObject):
    """Asks by a dialog that blocks nothing: what was to be done is done once it is answered."""

    def __init__(self, window: Window, projects: ProjectFiles) -> None:
        super().__init__(window)
        self._window = window
        self._projects = projects
        self._decided = False
        self.question: QMessageBox | None = None
        """What the person is being asked; None if nothing."""
        window.may_close = self._may_close
        projects.before_leaving = self._before

    def _may_close(self) -> bool:
        if self._decided or not self._projects.is_unsaved:
            return True
        self._ask("closing", self._close)
        return False

    def _close(self) -> None:
        self._decided = True
        self._window.close()

    def _before(self, what: str, then: Then) -> None:
        if self._projects.is_unsaved:
            self._ask(what, then)
        else:
            then()

    def _ask(self, what: str, then: Then) -> None:
        """Ask once; a second wish to close only shows the question again."""
        if self.question is not None:
            self.question.raise_()
            return
        path = self._projects.path
        name = f"“{path.stem}”" if path is not None else "this project"
        made = QMessageBox(self._window)
        made.setWindowTitle("Convscope")
        made.setText(f"Save the changes to {name} before {what}?")
        made.setInformativeText("Changes that are not saved are lost.")
        made.setStandardButtons(_BUTTONS.Save | _BUTTONS.Discard | _BUTTONS.Cancel)
        made.button(_BUTTONS.Discard).setText("Do&n't save")
        made.setDefaultButton(_BUTTONS.Save)
        made.setEscapeButton(_BUTTONS.Cancel)
        made.setWindowModality(Qt.WindowModality.WindowModal)
        made.finished.connect(partial(self._answered, then))
        self.question = made
        made.open()

    def _answered(self, then: Then, answer: int) -> None:
        question, self.question = self.question, None
        if question is not None:
            question.deleteLater()
        if answer == _BUTTONS.Save:
            self._projects.save()
            if self._projects.is_unsaved:
                # The person thought better of it, or the disk would not take it, which is told.
                return
        elif answer != _BUTTONS.Discard:
            return
        then()
