"""The command line, `python -m engine VERB`: one module a verb, each with `add_arguments(parser)` and `run(arguments)`.

The verbs print nothing and end nothing: they return an `Answer` or raise, and `entry` does the rest.
"""

from __future__ import annotations

from engine.cli.entry import main

__all__ = ["main"]
