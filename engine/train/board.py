"""Memory that the processes of one machine share, to add their gradients up without a message.

Between two steps they wait for each other for some microseconds. A message that wakes a sleeping process takes a
millisecond on many machines, a tenth of a small network's step; who waits here looks again and again instead.
"""

from __future__ import annotations

import contextlib
import os
import platform
import select
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

MOST_BYTES = 64 * 2**20
"""Of larger networks the message's own time counts for little."""
AWAKE = 0.01
"""Seconds for which one looks without a rest."""
REST = 0.0005
_CELLS = 8
_BYTES = 8 * _CELLS  # a processor's line of memory for each process, so that none disturbs another


class Gone(Exception):
    """One of the others has ended."""


class Board:
    """Each process writes its numbers beside those of the others, says so, and adds all up when everybody has.

    There are two sides, used in turn: who writes to one again has seen that all have left it.

    Args:
        path: a file of `size_of` bytes, all zero.
        rank: which of the processes this is.
        pids: of all of them.
        values: how many numbers each adds.
    """

    def __init__(self, path: Path, rank: int, pids: Sequence[int], values: int) -> None:
        size = len(pids)
        whole = torch.from_file(str(path), shared=True, size=size_of(size, values), dtype=torch.uint8)
        self._sides = whole[size * _BYTES :].view(torch.float32).view(2, size, values)
        self._turns: NDArray[np.int64] = whole[: size * _BYTES].view(torch.int64).view(size, _CELLS).numpy()[:, 0]
        self._rank = rank
        self._turn = 0
        self._others = [os.pidfd_open(pid) for place, pid in enumerate(pids) if place != rank]

    def add_up(self, message: Tensor) -> None:
        """The sum over all processes, float32 [values], in place; the same on each, bit for bit.

        Raises:
            Gone: if one of them has ended.
        """
        side = self._sides[self._turn % 2]
        side[self._rank].copy_(message)
        self._turn += 1
        self._turns[self._rank] = self._turn
        self._wait()
        torch.sum(side, 0, out=message)

    def _wait(self) -> None:
        awake = time.monotonic() + AWAKE
        while not self._all_are_here():
            if time.monotonic() < awake:
                os.sched_yield()
            elif select.select(self._others, [], [], REST)[0] and not self._all_are_here():
                raise Gone

    def _all_are_here(self) -> bool:
        return bool((self._turns >= self._turn).all())

    def close(self) -> None:
        """Let go of the others."""
        for other in self._others:
            with contextlib.suppress(OSError):
                os.close(other)


def size_of(processes: int, values: int) -> int:
    """How many bytes a board has."""
    return processes * _BYTES + 2 * processes * values * 4


def is_able(processes: int, values: int) -> bool:
    """Whether all processes are on this machine, and it shows what one writes to the others in that order."""
    here = os.environ.get("LOCAL_WORLD_SIZE") == str(processes) and size_of(processes, values) <= MOST_BYTES
    return here and sys.platform == "linux" and platform.machine() == "x86_64"


def new_file(processes: int, values: int) -> Path | None:
    """A file for a board, in memory where there is such a place; None if it cannot be made."""
    memory = Path("/dev/shm")  # noqa: S108 - mkstemp makes a name of its own there
    try:
        handle, name = tempfile.mkstemp(prefix="convscope-", dir=memory if os.access(memory, os.W_OK) else None)
        with os.fdopen(handle, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size_of(processes, values))
    except OSError:
        return None
    return Path(name)
