"""The pixels of a cache file, mapped into memory: read when they are asked for, and let go again."""

from __future__ import annotations

import mmap
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import BadFile

LEAST_HELD = 512 * 2**20
_AROUND = 64 * 2**10  # Linux maps as much as this around a page that is touched
_RELEASE = getattr(mmap, "MADV_DONTNEED", None)


def held_bytes() -> int:
    """How much of a file may stay in this process's memory: an eighth of the machine's.

    The system itself keeps more of it where there is room.
    """
    try:
        return max(LEAST_HELD, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 8)
    except (AttributeError, OSError, ValueError):  # Windows does not tell
        return LEAST_HELD


class Mapping:
    """uint8 [N, H, W, C] in a .npy file, given out as [n, C, H, W] with the channels innermost.

    Args:
        path: the file; it must not be made shorter while this lives.
        held: after so many bytes were touched, the process lets go of them; None is `held_bytes()`.

    Raises:
        BadFile: if it is no such file.
    """

    def __init__(self, path: Path, held: int | None = None) -> None:
        self.path = path
        self._array = _mapped(path)
        self.all: Tensor = torch.from_numpy(self._array).permute(0, 3, 1, 2)
        count = len(self._array)
        self._flat = torch.from_numpy(self._array.reshape(count, -1))
        self._cells = tuple(self._array.shape[1:])
        self._held = held_bytes() if held is None else held
        self._fits = self.nbytes <= self._held
        self._around = max(_AROUND, self._flat.shape[1])
        self._touched = 0
        self._lock = threading.Lock()

    @property
    def shape(self) -> tuple[int, ...]:
        """(channels, height, width) of every picture."""
        return tuple(self.all.shape[1:])

    def __len__(self) -> int:
        return len(self._array)

    @property
    def nbytes(self) -> int:
        """How many bytes the pixels have."""
        return int(self._array.nbytes)

    def take(self, indices: Tensor) -> Tensor:
        """Copies of the pictures of these numbers, uint8 [n, C, H, W]."""
        taken = self._flat.index_select(0, indices).reshape(-1, *self._cells).permute(0, 3, 1, 2)
        self._count(len(indices) * self._around)
        return taken

    def slice(self, start: int, stop: int) -> Tensor:
        """Copies of pictures in a row, uint8 [n, C, H, W]."""
        taken = self.all[start:stop].clone()
        self._count(taken.numel())
        return taken

    def _count(self, touched: int) -> None:
        if self._fits:
            return
        with self._lock:
            self._touched += touched
            if self._touched < self._held:
                return
            self._touched = 0
        self.release()

    def release(self) -> None:
        """Let go of what was read; the file is unchanged, and what is asked for again is read again."""
        memory = getattr(self._array, "_mmap", None)
        if _RELEASE is not None and memory is not None:
            memory.madvise(_RELEASE)


def _mapped(path: Path) -> NDArray[np.uint8]:
    """The array of a file, mapped for reading; writing to it would change a private copy only."""
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise BadFile(f"{path} cannot be read as a cache of pictures; it is made again if it is removed.") from error
    if array.dtype != np.uint8 or array.ndim != 4 or not array.flags.c_contiguous or 0 in array.shape:
        raise BadFile(f"{path} holds {array.dtype} {list(array.shape)} and no cache of pictures; remove it.")
    return array
