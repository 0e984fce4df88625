"""Loading torch beside the first pictures, so that the first look at a network does not wait for it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
import threading
import time
from pathlib import Path

LOADED = threading.Event()
"""Set once torch is there: nothing that is live waits for it."""
AFTER = 0.7
"""Seconds: the first picture comes first."""


def warm_up() -> None:
    """Import torch, in a thread of its own."""
    time.sleep(AFTER)
    _load_apart()
    import torch

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    LOADED.set()


def _load_apart() -> None:
    """Have the system load torch's largest library while the interpreter is free for others.

    `import` keeps the interpreter to itself while the system does that: a fifth of a second in which a clip stands
    still. What cannot be loaded like this is left to `import`.
    """
    library = _largest_library()
    if sys.platform != "linux" or library is None:
        return
    loaded = ctypes.CDLL(None)  # its functions are called without the interpreter's lock
    try:
        loaded.dlopen.argtypes = [ctypes.c_char_p, ctypes.c_int]
        loaded.dlopen.restype = ctypes.c_void_p
    except AttributeError:
        return
    loaded.dlopen(os.fsencode(library), os.RTLD_LAZY | os.RTLD_LOCAL)


def _largest_library() -> Path | None:
    spec = importlib.util.find_spec("torch")
    folders = spec.submodule_search_locations if spec is not None else None
    file = Path(folders[0], "lib", "libtorch_cpu.so") if folders else None
    return file if file is not None and file.exists() else None
