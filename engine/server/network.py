"""The pages that need torch; imported when the first of them is looked at."""

from __future__ import annotations

from engine.forward import LiveNetwork
from engine.server.network_task import NetworkTask
from engine.server.paint import Painter
from engine.server.task import Task


def network_tasks(painter: Painter) -> dict[str, Task]:
    """One live network behind the pages that show it."""
    task = NetworkTask(painter, LiveNetwork())
    return {"network": task, "train": task}
