"""Run the benchmarks and print one table: `python3 -m benchmarks [NAME…] [--quick] [--json FILE]`."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

NAMES = (
    "startup", "edit", "live", "stack", "filtering", "large", "display", "training", "watching", "kinds", "data",
    "pretrained", "inspecting", "scale",
)  # fmt: skip
COLUMNS = ("name", "goal", "peer", "ratio", "spread", "peer_ms", "ours_ms", "note")


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, (tuple, list)):
        return " – ".join(f"{item:.3g}" for item in value)
    return str(value)


def _table(rows: list[dict[str, Any]]) -> str:
    cells = [list(COLUMNS), *[[_cell(row.get(column, "")) for column in COLUMNS] for row in rows]]
    widths = [max(len(line[index]) for line in cells) for index in range(len(COLUMNS))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in cells)


def main() -> int:
    """Measure, print, and keep the figures if asked to."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(NAMES)}; all if none is given")
    parser.add_argument("--quick", action="store_true", help="fewer settings and repetitions")
    parser.add_argument("--json", type=Path, help="write the rows to this file too")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    rows: list[dict[str, Any]] = []
    for name in arguments.names or NAMES:
        sys.stderr.write(f"{name}…\n")
        rows += importlib.import_module(f"benchmarks.{name}").run(arguments.quick)
    sys.stdout.write(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; ratio = peer's time / ours\n")
    sys.stdout.write(_table(rows) + "\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2, default=list) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
