"""The tab "Timeline": the network as it was at an earlier step, beside the run that goes on; forks begin there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.training.confusion import ConfusionView
from app.training.line import Line
from app.training.track import NOW, TrackView
from app.training.words import grouped
from app.widgets.icons import icon
from app.widgets.menu_entry import unticked
from app.widgets.number_text import number_text
from app.widgets.side import GAP
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.protocol import EpochDone, LookBack, LookedBack, Training

if TYPE_CHECKING:
    from app.training.page import TrainPage

PLAY_MS = 450
NOTHING = "There is no run yet: once one has begun, its steps can be gone back to here."
_FORK_TIP = (
    "Begin a new run with the weights of this step and the settings that the run had then. The optimiser begins anew. "
    "A run that goes on is stopped first, and can be continued."
)


class TimelineLook(QWidget):
    """Follows the run of the page; the network is of the past only while the tab is in sight."""

    def __init__(self, page: TrainPage) -> None:
        super().__init__()
        self._page = page
        self._in_sight = False
        self._run = ""
        self._asked = self._answered = 0
        self._step = NOW
        self._fork: tuple[str, int] | None = None
        self.told: LookedBack | None = None
        self.track = TrackView()
        self.where, self.kept, self.hint = Line("text"), Line("second"), Line("faint")
        self.confusion, self.cell = ConfusionView(), Line("result")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PLAY_MS)
        self._make_buttons()
        self._build()
        self.track.chosen.connect(self.go_to)
        self.track.space.connect(self.play)
        self.confusion.pointed.connect(self.cell.set_line)
        self._timer.timeout.connect(self._play_on)
        page.link.past.connect(self._hear)
        page.link.training.connect(self._follow)
        page.run.changed.connect(self._run_changed)
        self._refresh()

    def _make_buttons(self) -> None:
        def small(image: str, name: str, tip: str, call: Callable[[], None]) -> QToolButton:
            button = QToolButton()
            button.setIcon(icon(image))
            describe(button, name, tip)
            button.clicked.connect(unticked(call))
            return button

        self.first = small("first", "First step", "To the first step that is kept (Home).", lambda: self.go_to(0))
        self.playing = small("play", "Play", "Step after step to the last (Space).", self.play)
        self.last = small("last", "Last step", "To the newest step that is kept (End).", self._go_to_last)
        self.now = QPushButton("Back to now")
        describe(self.now, "Back to now", "Show the network as it is now.")
        self.now.clicked.connect(unticked(lambda: self.go_to(NOW)))
        self.fork = QPushButton("Fork a new run from here")
        describe(self.fork, "Fork a new run from here", _FORK_TIP)
        self.fork.clicked.connect(unticked(self._fork_here))

    def _build(self) -> None:
        frame = QFrame()
        set_role(frame, "panel")
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.first, self.playing, self.last):
            buttons.addWidget(button)
        buttons.addSpacing(4)
        buttons.addWidget(self.hint, 1)
        buttons.addWidget(self.now)
        buttons.addWidget(self.fork)
        above = QVBoxLayout(frame)
        above.setContentsMargins(12, 8, 12, 8)
        above.setSpacing(4)
        above.addLayout(buttons)
        above.addWidget(self.where)
        above.addWidget(self.track, 1)
        above.addWidget(self.kept)
        below = QFrame()
        set_role(below, "panel")
        column = QVBoxLayout(below)
        column.setContentsMargins(8, 6, 8, 6)
        column.addWidget(self.cell)
        column.addWidget(self.confusion, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GAP)
        for part, share in ((frame, 5), (below, 4)):
            part.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            whole.addWidget(part, share)

    def shown(self) -> None:
        """The tab is in sight: have the run's moments told, and the network of the chosen one shown."""
        self._in_sight = True
        self._run_changed()
        self._ask()

    def hidden(self) -> None:
        """Elsewhere the network is the one of now."""
        self._timer.stop()
        if self._run and self._step != NOW:
            self._page.link.about_data(LookBack, run=self._run)
        self._in_sight = False

    @property
    def is_answered(self) -> bool:
        """Whether what was asked for is shown."""
        return self._answered == self._asked

    def go_to(self, place: int) -> None:
        """Look back to a moment, or at now."""
        moments = self.track.moments
        self._step = NOW if place == NOW or not moments else moments[min(place, len(moments) - 1)].step
        self._ask()

    def play(self) -> None:
        """Step after step, or stand still."""
        if self._timer.isActive():
            self._timer.stop()
            self._refresh()
        elif self.track.moments:
            at_end = self.track.at in (NOW, len(self.track.moments) - 1)
            self._timer.start()
            self.go_to(0 if at_end else self.track.at + 1)

    def _play_on(self) -> None:
        if not self.is_answered:
            self._timer.start()
        elif self.track.at < len(self.track.moments) - 1:
            self._timer.start()
            self.go_to(self.track.at + 1)
        self._refresh()

    def _go_to_last(self) -> None:
        self.go_to(len(self.track.moments) - 1)

    def _ask(self) -> None:
        if self._in_sight and self._run:
            self._asked = self._page.link.about_data(LookBack, run=self._run, step=self._step)

    def _hear(self, event: object) -> None:
        if not isinstance(event, LookedBack) or event.id != self._asked or event.run != self._run:
            return
        self._answered, self.told = event.id, event
        self._step = event.at
        steps = [moment.step for moment in event.moments]
        self.track.set_run(event.moments, event.steps, event.losses)
        self.track.set_at(steps.index(event.at) if event.at in steps else NOW)
        self.confusion.set_names(event.class_names)
        self.confusion.set_counts(event.confusion)
        self._refresh()

    def _follow(self, event: object) -> None:
        """New moments come with the end of an epoch, and at steps 1, 2, 4, 8 and so on."""
        if not self._in_sight or not self.is_answered:
            return
        kept = self.track.moments[-1].step if self.track.moments else -1
        if isinstance(event, EpochDone) or (isinstance(event, Training) and event.step > max(2 * kept, 0)):
            self._ask()

    def _run_changed(self) -> None:
        """Another run has moments of its own; a fork waits until the run before it has ended."""
        run = self._page.run
        if self._fork is not None and not run.is_busy:
            fork, self._fork = self._fork, None
            run.fork(*fork)
        begun = run.run if run.now.state not in ("idle", "preparing") or not run.is_busy else ""
        if begun and begun != self._run:
            self._run, self._step, self.told = begun, NOW, None
            self.track.set_run((), (), ())
            self._timer.stop()
            self._ask()
        self._refresh()

    def _fork_here(self) -> None:
        run, place = self._page.run, self.track.at
        if place == NOW:
            return
        self._fork = self._run, self.track.moments[place].step
        if run.is_busy:
            run.stop()
        self._run_changed()

    def _refresh(self) -> None:
        told, at = self.told, self.track.at
        back = at != NOW
        for button in (self.first, self.playing, self.last):
            button.setEnabled(bool(self.track.moments))
        self.now.setEnabled(back)
        self.fork.setEnabled(back and self._fork is None)
        plays = self._timer.isActive()
        self.playing.setIcon(icon("pause" if plays else "play"))
        self.playing.setAccessibleName("Pause" if plays else "Play")
        if told is None or told.problem:
            self.where.set_line("" if told is None else told.problem)
            self.kept.set_line(NOTHING if told is None else "")
            self.hint.set_line("")
            return
        self.where.set_line(_where(told, at), "result" if back else "text")
        self.kept.set_line(_kept(told))
        waits = "Stopping the run…"
        shows = "Shown at the right" if back else ""
        self.hint.set_line(waits if self._fork is not None else shows)


def _where(told: LookedBack, place: int) -> str:
    if place == NOW:
        return "Now"
    moment = told.moments[place]
    words = f"Step {grouped(moment.step)} · epoch {moment.epoch}"
    if moment.test_accuracy is None or moment.test_loss is None:
        return f"{words} · not tested there"
    return f"{words} · test {number_text(100 * moment.test_accuracy, 4)} %, loss {number_text(moment.test_loss, 3)}"


def _kept(told: LookedBack) -> str:
    count = f"{len(told.moments)} of at most {told.most} steps kept"
    words = f"{count}, {_size(told.nbytes)} of at most {_size(told.most_bytes)} on the disk"
    if told.parent:
        words += f" · forked from {PurePath(told.parent).name}, step {grouped(told.parent_step)}"
    return words


def _size(count: int) -> str:
    """A number of bytes.

    Example:
        >>> _size(2**30), _size(1_300_000), _size(900)
        ('1 GB', '1.24 MB', '0.879 KB')
    """
    for unit, power in (("GB", 30), ("MB", 20)):
        if count >= 2**power:
            return f"{number_text(count / 2**power, 3)} {unit}"
    return f"{number_text(count / 2**10, 3)} KB"
