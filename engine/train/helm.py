"""What happens between two steps: orders are carried out, pauses kept, and what was wanted is handed out."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import msgspec

from engine.errors import BadFile, SpecError
from engine.spec.events import Obeyed, Paused, Resumed, TrainEvent, Warned
from engine.spec.steering import Change, Entry, Steered
from engine.train.controls import Controls, Orders
from engine.train.keeper import Keeper
from engine.train.team import Heard, Team
from engine.train.trainer import Trainer
from engine.train.wheel import Wheel


class Stop(Exception):
    """It was told to end."""


class Helm:
    """Listens to the controls, and has the wheel carry out what they say."""

    def __init__(self, trainer: Trainer, wheel: Wheel, controls: Controls, keeper: Keeper) -> None:
        self._trainer = trainer
        self._wheel = wheel
        self._controls = controls
        self._keeper = keeper
        self._seconds = keeper.place.seconds

    @property
    def seconds(self) -> float:
        """How long the run has taken; for a team, when its leader last spoke."""
        return self._keeper.progress.seconds if self._trainer.team is None else self._seconds

    def obey(self) -> Iterator[TrainEvent]:
        """Do what was asked for since the last step, and wait as long as it is to wait.

        Raises:
            Stop: if it is to end.
        """
        for entry in self._wheel.catch_up():
            yield self.obeyed(entry)
        if not self._is_called:
            return
        orders = yield from self._do()
        if not orders.pause or orders.once:
            return
        yield from self._keeper.report()
        yield Paused(step=self._trainer.step)
        team = self._trainer.team
        while True:
            if team is None or team.leads:
                self._controls.wait()
            orders = yield from self._do()
            if orders.once:
                return
            if not orders.pause:
                break
        yield Resumed(step=self._trainer.step)

    @property
    def _is_called(self) -> bool:
        """Whether there may be something to do; the processes of a team have agreed on it in their last step."""
        team = self._trainer.team
        return self._controls.pending if team is None else team.called

    def before_step(self) -> None:
        """What this process was told since the last step is told to its team with the next one."""
        team = self._trainer.team
        if team is None:
            return
        if not team.leads:
            team.stops = team.stops or (self._controls.pending and self._controls.take().stop)
            return
        limit = self._trainer.settings.max_seconds
        team.calls = self._controls.pending or 0.0 < limit <= self._keeper.progress.seconds

    def _do(self) -> Generator[TrainEvent, None, Orders]:
        """Do what is asked for now."""
        team = self._trainer.team
        orders = self._controls.take() if team is None or team.leads else self._heard(team)
        if orders.given:
            yield from self._keeper.report()
        done = []
        for order in orders.given:
            event = self._steered(order)
            yield event
            if isinstance(event, Obeyed):
                done.append(order)
        if team is not None and team.leads:
            orders = orders._replace(stop=orders.stop or team.stopped)
            self._tell(team, orders, tuple(done))
        if orders.weights:
            self._controls.give(self._trainer.weights())
        if orders.stop:
            raise Stop
        return orders

    def _tell(self, team: Team, orders: Orders, done: tuple[Steered, ...]) -> None:
        """The others do what the leader could do."""
        self._seconds = self._keeper.progress.seconds
        stop, pause, once, *_ = orders
        team.tell(Heard(stop=stop, pause=pause, once=once, seconds=self._seconds, given=done))
        team.called = False

    def _heard(self, team: Team) -> Orders:
        heard = team.hear()
        self._seconds, team.called = heard.seconds, False
        return Orders(heard.stop, heard.pause, heard.once, heard.given, weights=False)

    def _steered(self, order: Steered) -> TrainEvent:
        try:
            return self.obeyed(self._wheel.obey(order))
        except (SpecError, BadFile) as error:
            return Warned(message=f"Training goes on as before: {error}")

    def obeyed(self, entry: Entry) -> TrainEvent:
        """More epochs are another chance for a run that had no progress or was good enough."""
        if isinstance(entry.order, Change) and entry.order.name == "epochs":
            course = msgspec.structs.replace(self._keeper.place.course, idle=0, reached=False)
            self._keeper.update(course=course)
        return Obeyed(step=self._trainer.step, entry=entry)
