"""What a verb of the command line returns."""

from __future__ import annotations

from typing import Any, NamedTuple


class Answer(NamedTuple):
    """Text for people, and the same as data for `--json`."""

    text: str
    data: dict[str, Any]
