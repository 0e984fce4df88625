"""The processes of a running window: what memory they hold, and how long they worked."""

from __future__ import annotations

import os
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


def family(engine: int) -> dict[str, int]:
    """Ids of the window, its engine, and the child that reads the clip or camera, if there is one."""
    found = {"window": os.getpid(), "engine": engine}
    for tasks in Path(f"/proc/{engine}/task").glob("*/children"):
        for child in tasks.read_text().split():
            if "resource_tracker" not in Path(f"/proc/{child}/cmdline").read_text():
                found["capture"] = int(child)
    return found


def own_memory(pid: int) -> int:
    """Bytes that the process holds for itself; the pictures that it shares with others are as large as they are."""
    _, resident, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text().split())
    return (resident - shared) * PAGE


def worked(pid: int) -> float:
    """Seconds of a core that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK
