"""What a person does with the bank as a whole: take a shipped one, open, save, add, take out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.kernels.bank.ask import Ask, Dialogs
from app.kernels.bank.contents import Kernels, bank_of_kernels, kernels_of, labels
from app.kernels.step_words import kernel_words
from app.state.document import Document
from app.state.notices import Notices
from engine.errors import EngineError
from engine.kernels.banks import Bank, bank, bank_families, load_bank, save_bank
from engine.spec import bank_edit
from engine.spec.project import Project

ABOUT = "bank"
FIRST = "lecture"
OWN = "own kernels"
_REMEMBERED = 20


class Shelf(QObject):
    """Changes the document's bank and remembers what the banks that were taken are called."""

    def __init__(self, document: Document, notices: Notices, parent: QWidget, ask: Ask | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._notices = notices
        self._window = parent
        self._names: list[tuple[Kernels, str]] = []
        self._summaries: dict[object, str] = {}
        self._labelled: tuple[Kernels, list[str]] = ((), [])
        self.ask = ask or Dialogs()

    @property
    def kernels(self) -> Kernels:
        """The bank as it is."""
        return self._document.project.bank

    @property
    def name(self) -> str:
        """What the bank is called; a name of its own only as long as it is as it was taken."""
        kernels = self.kernels
        found = next((name for known, name in reversed(self._names) if known == kernels), OWN)
        return found if kernels else "empty"

    @property
    def labels(self) -> list[str]:
        """What the kernels are called."""
        if self._labelled[0] is not self.kernels:
            self._labelled = (self.kernels, labels(self.kernels))
        return self._labelled[1]

    def summary(self, place: int) -> str:
        """What a kernel of the bank does, where that is known."""
        return self._summaries.get(self.kernels[place].weights, "")

    def recognise(self) -> None:
        """Find out which bank it is, where a project was opened that holds one of those that come with the program."""
        if not self.kernels or self.name != OWN:
            return
        for each in bank_families():
            if self._remember(bank(each.name), each.label) == self.kernels:
                return

    def take(self, name: str) -> None:
        """Put a bank that comes with the program in the place of what is there."""
        label = next(each.label for each in bank_families() if each.name == name)
        self._put(bank(name), label, f"take the bank {label}")

    def open(self) -> None:
        """Ask for a file with a bank and take it."""
        path = self.ask.open(self._window)
        if path:
            self._try(lambda: self._put(load_bank(path), Path(path).stem, f"open the bank {Path(path).name}"))

    def save(self) -> None:
        """Ask where to, and write the bank there."""
        name = self.name if self.kernels else "bank"
        path = self.ask.save(self._window, f"{name.replace(' ', '-').lower()}.json")
        if path:
            self._try(lambda: self._save(path, name))

    def _save(self, path: str, name: str) -> None:
        save_bank(bank_of_kernels(name, self.kernels), path)
        self._notices.info(f"Saved {Path(path).name}.", ABOUT)

    def add(self) -> None:
        """Put the kernel of the page into the bank."""
        words = kernel_words(self._document.project.filter.kernel)
        self._change(bank_edit.add_kernel, f"add {words} to the bank")

    def remove(self, place: int) -> None:
        """Take a kernel out."""
        words = self.labels[place]
        self._change(lambda project: bank_edit.remove_kernel(project, place), f"take {words} out of the bank")

    def clear(self) -> None:
        """Take all kernels out."""
        self._change(lambda project: bank_edit.put_bank(project, ()), "empty the bank")

    def use(self, place: int) -> None:
        """Make a kernel of the bank that of the page."""
        self._change(lambda project: bank_edit.use_kernel(project, place), f"use {self.labels[place]}")

    def _put(self, taken: Bank, label: str, text: str) -> None:
        kernels = self._remember(taken, label)
        self._change(lambda project: bank_edit.put_bank(project, kernels), text)

    def _remember(self, taken: Bank, label: str) -> Kernels:
        kernels = kernels_of(taken)
        self._names = [*self._names[-_REMEMBERED:], (kernels, label)]
        self._summaries.update({each.kernel.weights: each.summary for each in taken.kernels if each.summary})
        return kernels

    def _change(self, change: Callable[[Project], Project], text: str) -> None:
        def edit() -> None:
            self._document.edit(change(self._document.project), text)
            self._notices.clear(ABOUT)

        self._try(edit)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except EngineError as error:
            self._notices.problem(str(error), ABOUT)
