"""Several processes that train one network together, each on its share of every batch, as `torchrun` starts them.

All of them hold the same weights and the whole data set. A batch is that of one process alone: it is divided, and the
gradients of the shares are added up before each step, so that the run takes the steps that one process would take, to
rounding. The first process leads: it alone hears orders, keeps the run and tells of it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor
from torch import distributed as dist

from engine.errors import EngineError, SpecError
from engine.spec.steering import Steered
from engine.train.board import Board, Gone, is_able, new_file

PATIENCE = timedelta(days=365)
"""A pause may last as long; that a process has died is noticed at once."""
_GONE = (
    "A process of the run has ended or cannot be reached any more, and the others end with it; the run can be resumed "
    "from its newest checkpoint."
)


class Lost(EngineError):
    """One of the processes that train together is gone."""

    code = "lost"


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What the leader tells the others between two steps: what it was told itself, and how long the run has taken."""

    stop: bool
    pause: bool
    once: bool
    seconds: float
    given: tuple[Steered, ...] = ()


class Share(NamedTuple):
    """The pictures of a batch that one process takes, and how much their mean weighs in the mean of all."""

    start: int
    stop: int
    weight: float


class Team:
    """The processes of this run.

    Args:
        rank: which one this is, from 0; the first one leads.
        size: how many there are.
        place: which one it is on its machine, from 0.

    Attributes:
        calls: whether the leader has something to tell after the next step.
        stops: whether this process was told to end.
        called: whether there is something to hear; before the first step there may be.
        stopped: whether any process was told to end.
    """

    def __init__(self, rank: int, size: int, place: int = 0) -> None:
        self.rank = rank
        self.size = size
        self.place = place
        self.calls = self.stops = self.stopped = False
        self.called = True
        self._board: Board | None = None
        self._board_values = -1

    @property
    def leads(self) -> bool:
        """Whether this process is the one that keeps the run."""
        return self.rank == 0

    def device(self, chosen: torch.device) -> torch.device:
        """Of several GPUs each process of a machine takes its own.

        Raises:
            SpecError: if there are fewer.
        """
        if chosen.type != "cuda":
            return chosen
        if self.place >= torch.cuda.device_count():
            count = torch.cuda.device_count()
            raise SpecError(f"Process {self.place + 1} of this machine has no GPU of its own; start {count} at most.")
        own = torch.device("cuda", self.place)
        torch.cuda.set_device(own)
        return own

    def share(self, start: int, stop: int) -> Share:
        """This process's part of a batch; one too small to be divided is everybody's.

        Example:
            >>> Team(1, 2).share(10, 17), Team(1, 2).share(4, 7)
            (Share(start=13, stop=17, weight=0.5714285714285714), Share(start=4, stop=7, weight=0.5))
        """
        count = stop - start
        if count < 2 * self.size:
            return Share(start, stop, 1 / self.size)
        first, last = (start + count * place // self.size for place in (self.rank, self.rank + 1))
        return Share(first, last, (last - first) / count)

    def add_up(self, loss: Tensor, right: Tensor, gradients: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Add up the gradients of all shares, in place, and their losses and what they named rightly.

        All in one message: for a small network its length hardly matters, and each message takes its time.

        Returns:
            Loss and count, and what `hear_calls` reads; on the device.
        """
        told = torch.tensor([float(self.calls), float(self.stops)], device=loss.device)
        message = torch.cat([torch.stack([loss.detach(), right.to(loss.dtype)]), told, *map(_flat, gradients)])
        self._sum_here(message)
        at = 4
        for gradient in gradients:
            gradient.copy_(message[at : at + gradient.numel()].view(gradient.shape))
            at += gradient.numel()
        return message[:2], message[2:4]

    def hear_calls(self, told: Tensor) -> None:
        """What `add_up` has brought beside the sums: whether somebody has something to say."""
        calls, stops = told.tolist()
        self.stopped = stops > 0
        self.called = calls > 0 or self.stopped

    def sums(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """The sum over all processes of each tensor, exact for whole numbers."""
        found = [tensor.detach().to("cpu", torch.float64, copy=True).contiguous() for tensor in tensors]
        for tensor in found:
            self._sum(tensor)
        return found

    def follow(self, tensors: Iterable[Tensor]) -> None:
        """Give these tensors the leader's values."""
        for tensor in tensors:
            made = tensor.detach().contiguous()
            self._send(made)
            tensor.detach().copy_(made)

    def wait(self) -> None:
        """Until all processes are here."""
        self._sum(torch.zeros(1))

    def tell(self, heard: Heard) -> None:
        """What the leader says."""
        self._say(msgspec.json.encode(heard))

    def hear(self) -> Heard:
        """What the leader says; waits until it does."""
        return msgspec.json.decode(self._said(), type=Heard)

    def _say(self, content: bytes) -> None:
        self._send(torch.tensor([len(content)]))
        self._send(torch.frombuffer(bytearray(content or b" "), dtype=torch.uint8))

    def _said(self) -> bytes:
        size = torch.zeros(1, dtype=torch.int64)
        self._send(size)
        content = torch.empty(max(1, int(size)), dtype=torch.uint8)
        self._send(content)
        return content.numpy().tobytes()[: int(size)]

    def _sum_here(self, message: Tensor) -> None:
        """The sum of what every step adds up, by the quickest way there is."""
        if message.device.type == "cpu" and self._board_values != len(message):
            self._board, self._board_values = self._new_board(len(message)), len(message)
        if self._board is None:
            self._sum(message)
            return
        try:
            self._board.add_up(message)
        except Gone as error:
            raise Lost(_GONE) from error

    def _new_board(self, values: int) -> Board | None:
        """Memory that all processes share, if all of them can."""
        if self._board is not None:
            self._board.close()
        if not self._all(is_able(self.size, values)):
            return None
        pids = torch.zeros(self.size, dtype=torch.float64)
        pids[self.rank] = os.getpid()
        self._sum(pids)
        path = new_file(self.size, values) if self.leads else None
        if self.leads:
            self._say(str(path or "").encode())
        else:
            path = Path(said) if (said := self._said().decode()) else None
        try:
            board = None if path is None else Board(path, self.rank, [int(pid) for pid in pids], values)
        except (OSError, RuntimeError):
            board = None
        able = self._all(board is not None)  # all have opened the file by now, or none will
        if self.leads and path is not None:
            path.unlink(missing_ok=True)
        return board if able else None

    def _all(self, able: bool) -> bool:
        count = torch.tensor([float(able)])
        self._sum(count)
        return int(count) == self.size

    def _sum(self, tensor: Tensor) -> None:
        try:
            dist.all_reduce(tensor)
        except RuntimeError as error:
            raise Lost(_GONE) from error

    def _send(self, tensor: Tensor) -> None:
        try:
            dist.broadcast(tensor, 0)
        except RuntimeError as error:
            raise Lost(_GONE) from error


@functools.cache
def team_here() -> Team | None:
    """The processes that this one was started with by `torchrun`, which says so in the environment; None if alone.

    Raises:
        SpecError: if they do not find each other.
    """
    if "RANK" not in os.environ or os.environ.get("WORLD_SIZE", "1") == "1":
        return None
    both = torch.cuda.is_available() and dist.is_nccl_available()
    try:
        if not dist.is_initialized():
            dist.init_process_group("cpu:gloo,cuda:nccl" if both else "gloo", timeout=PATIENCE)
        place = int(os.environ.get("LOCAL_RANK", "0"))
    except (ValueError, RuntimeError) as error:
        said = str(error).splitlines()[0].rstrip(".")
        raise SpecError(f"The processes of the run do not find each other ({said}); start them by torchrun.") from error
    return Team(dist.get_rank(), dist.get_world_size(), place)


@contextmanager
def leader_first(team: Team | None) -> Iterator[None]:
    """The others wait until the leader has done what is done here: it may leave something that they find then."""
    if team is not None and not team.leads:
        team.wait()
    yield
    if team is not None and team.leads:
        team.wait()


def _flat(gradient: Tensor) -> Tensor:
    return gradient.reshape(-1)
