"""What a verb of the command line returns: one answer, or several one after another while it works."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.errors import EngineError


class Answer(NamedTuple):
    """Text for people, and the same as data for `--json`. One without text is not shown to people."""

    text: str
    data: dict[str, Any]


class WorkFailed(EngineError):
    """The input was good and the work began, and then it failed: exit status 1."""

    code = "failed"
