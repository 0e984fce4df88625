"""What changed between the versions of a project's file: each step makes one version into the next.

A version that was ever released can be read for ever: a step is never changed, and `tests/golden` keeps a file of each.
Fields that are new and have a default need no step, but a new number, so that an older program says that it is too old.
"""

from __future__ import annotations

from typing import Any

from engine.project.guarded import Migration


def _one_kernel(found: dict[str, Any]) -> None:
    """Version 1 had one kernel alone: no steps around it, and none beside it, whatever a new project starts with."""
    for name in ("before", "after", "bank"):
        found.setdefault(name, [])


def _random_weights(found: dict[str, Any]) -> None:
    """Version 2 knew no weights that ship: its network begins with random ones, whatever a new project starts with."""
    found.setdefault("pretrained", "")


def _as_they_are(found: dict[str, Any]) -> None:
    """Version 3 varied no pictures, whatever a new project starts with."""
    found.setdefault("augment", {})


PROJECT: dict[int, Migration] = {1: _one_kernel, 2: _random_weights, 3: _as_they_are}
