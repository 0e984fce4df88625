"""Torch comes beside the first pictures and does not keep the interpreter to itself while it does."""

from __future__ import annotations

import subprocess
import sys

LOAD = """
import threading
from engine.server import warm_up
warm_up.AFTER = 0.0
turns = 0
thread = threading.Thread(target=warm_up._load_apart)
thread.start()
while thread.is_alive():
    thread.join(0.001)
    turns += 1
warm_up.warm_up()
import torch
torch.ones(3) @ torch.ones(3)
print(turns, "libtorch_cpu" in open("/proc/self/maps").read(), torch.get_num_threads())
"""


def test_the_largest_library_is_loaded_while_others_work_and_torch_works_after_it() -> None:
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True, timeout=100)
    turns, loaded, threads = done.stdout.split()
    assert (loaded, threads) == ("True", "1")
    assert int(turns) >= 10, "while it was loaded, nothing else could run"
