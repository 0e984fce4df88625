"""`datasets`: the data sets that ship with the program."""

from __future__ import annotations

import argparse

from engine.cli.answer import Answer
from engine.data.shipped import SHIPPED, Shipped
from engine.spec.layers import shape_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none of its own."""


def run(arguments: argparse.Namespace) -> Answer:
    """List them."""
    width = max(len(entry.name) for entry in SHIPPED)
    data = [{**entry._asdict(), "input_shape": list(entry.input_shape)} for entry in SHIPPED]
    return Answer("\n".join(_line(entry, width) for entry in SHIPPED), {"datasets": data})


def _line(entry: Shipped, width: int) -> str:
    return (
        f"{entry.name:{width}}  {entry.summary}: {entry.classes} classes, {shape_text(entry.input_shape)}, "
        f"{entry.train:,} pictures to learn from and {entry.test:,} to be tested on; {entry.licence}"
    )
