"""`python -m engine VERB`."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def start() -> int:
    """Run the command line; an interrupt during its imports is as quiet as one later."""
    try:
        from engine.cli import main

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(start())
