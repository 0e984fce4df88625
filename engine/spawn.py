"""Start a child process of ours the same way everywhere, and let it end with its parent."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

_hiding = threading.Lock()


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Keep spawn from running the caller's script again in the child: it sees an empty `__main__`."""
    with _hiding:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def one_thread_for_algebra() -> None:
    """Keep the OpenBLAS inside numpy and OpenCV from starting threads; call it before either is imported.

    Nothing here multiplies large matrices with them (torch does, and has threads of its own), but the threads that they
    start on import turn idly for a tenth of a second, on the cores that the first picture waits for.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def start_child(target: Callable[..., None], args: tuple[Any, ...], name: str) -> BaseProcess:
    """Start `target(*args)` in a fresh interpreter. It may have children of its own, so it is no daemon."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=args, name=name, daemon=False)
    with _hidden_main():
        process.start()
    return process


def end_with_parent() -> None:
    """End this process the moment its parent is gone, even if the parent was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), name="parent-watch", daemon=True).start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
