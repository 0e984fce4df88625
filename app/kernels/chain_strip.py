"""The steps of the chain above the pictures: which one is shown, and everything that can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from app.state.document import Document
from app.state.notices import Notices
from app.widgets.icons import icon
from app.widgets.menu_entry import unticked
from app.widgets.theme import set_role
from app.widgets.tips import describe, tip_text
from engine.errors import SpecError
from engine.spec import chain_edit
from engine.spec.fields import Pair
from engine.spec.project import Project

if TYPE_CHECKING:
    from app.widgets.chips import Chips

ABOUT = "chain"
ICON = QSize(14, 14)
TIP = (
    "Filters in a row: each sees the feature map of the one before. The chosen one is shown and edited; those behind "
    "it wait. Arrow keys choose, Alt with an arrow or a drag moves, + adds, Ctrl+D copies, Delete takes out."
)
ADD_TIP = "Add another filter behind this one: it sees this feature map."
Edit = Callable[[Project], Project]


class ChainStrip(QWidget):
    """A quiet button while there is one step; the steps as chips once there are more."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__()
        self._document = document
        self._notices = notices
        self._input_size: Pair = (0, 0)
        self._shown: object = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self.add_button = QToolButton()
        self.add_button.clicked.connect(self._add)
        set_role(self.add_button, "flat")
        self._row.addWidget(self.add_button)
        self.chips: Chips | None = None
        """Made with the second step."""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        document.changed.connect(self._refresh)
        self._refresh()

    def set_input_size(self, size: Pair) -> None:
        """How large the picture is: a step that does not fit on it is marked."""
        self._input_size = size
        self._refresh()

    def _refresh(self) -> None:
        project = self._document.project
        several = bool(project.before or project.after)
        now = (chain_edit.all_steps(project), chain_edit.chosen_step(project), self._input_size) if several else several
        if now == self._shown:
            return
        self._shown = now
        self.add_button.setText("" if several else "+ step")
        self.add_button.setIcon(icon("plus", "second") if several else QIcon())
        self.add_button.setIconSize(ICON)
        describe(self.add_button, "Add a step", ADD_TIP)
        if several:
            self._show_chips(project)
        if self.chips is not None:
            if not several and self.chips.hasFocus():
                self.add_button.setFocus()
            self.chips.setVisible(several)

    def _show_chips(self, project: Project) -> None:
        from app.kernels.step_words import kernel_words, step_lines  # one step needs none of this
        from app.widgets.chips import Chip, chip_tip
        from engine.spec.chain_check import StepState, chain_states

        steps, chosen = chain_edit.all_steps(project), chain_edit.chosen_step(project)
        states = chain_states(steps, self._input_size) if all(self._input_size) else (StepState(),) * len(steps)
        made = [
            Chip(
                kernel_words(step.kernel),
                chip_tip(step_lines(place + 1, step, state)),
                bool(state.problem),
                place > chosen,
            )
            for place, (step, state) in enumerate(zip(steps, states, strict=True))
        ]
        self._made_chips().set_chips(made, chosen)

    def _made_chips(self) -> Chips:
        if self.chips is None:
            from app.widgets.chips import Chips

            self.chips = made = Chips("Steps", TIP)
            made.chosen.connect(self._choose)
            made.moved.connect(self._move)
            made.removed.connect(self._remove)
            made.copied.connect(self._duplicate)
            made.added.connect(self._add)
            made.menu_wanted.connect(self._open_menu)
            self._row.insertWidget(0, made)
            QWidget.setTabOrder(made, self.add_button)
        return self.chips

    # What a person does.

    def _choose(self, place: int) -> None:
        # Walking along the steps by the arrow keys is taken back in one go.
        self._change(f"choose step {place + 1}", partial(chain_edit.choose, place=place), (ABOUT, "choose"))

    def _move(self, place: int, to: int) -> None:
        self._change(f"move step {place + 1}", partial(chain_edit.move, place=place, to=to))

    def _remove(self, place: int) -> None:
        self._change(f"take out step {place + 1}", partial(chain_edit.remove, place=place))

    def _duplicate(self, place: int) -> None:
        self._change(f"copy step {place + 1}", partial(chain_edit.duplicate, place=place))

    def _add(self, _checked: bool = False) -> None:
        from engine.kernels import kernel

        self._change("add a step", partial(chain_edit.add, kernel=kernel("identity").spec()))

    def _change(self, text: str, change: Edit, merge: Hashable | None = None) -> None:
        try:
            project = change(self._document.project)
        except SpecError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._notices.clear(ABOUT)
        self._document.edit(project, text, merge)

    def _open_menu(self, place: int, at: QPoint) -> None:
        menu = self.menu(place)
        menu.exec(at)
        menu.deleteLater()

    def menu(self, place: int) -> QMenu:
        """What can be done with a step."""
        menu, last = QMenu(self), len(chain_edit.all_steps(self._document.project)) - 1
        menu.setToolTipsVisible(True)
        verbs = (
            ("Add a step behind\t+", ADD_TIP, partial(self._add_behind, place), True),
            ("Copy\tCtrl+D", "Put a copy of the step behind it.", partial(self._duplicate, place), True),
            ("Take out\tDelete", "The steps behind it see what it saw.", partial(self._remove, place), last > 0),
            ("", "", None, True),
            ("Move to the left\tAlt+Left", "Before the step before.", partial(self._move, place, place - 1), place > 0),
            ("Move to the right\tAlt+Right", "Behind the next.", partial(self._move, place, place + 1), place < last),
        )
        for text, help, call, possible in verbs:
            if call is None:
                menu.addSeparator()
                continue
            action = menu.addAction(text)
            action.setToolTip(tip_text(help))
            action.setEnabled(possible)
            action.triggered.connect(unticked(call))
        return menu

    def _add_behind(self, place: int) -> None:
        from engine.kernels import kernel

        made = kernel("identity").spec()
        self._change("add a step", lambda project: chain_edit.add(chain_edit.choose(project, place), made))
