"""`presets`: the networks that are there from the start."""

from __future__ import annotations

import argparse
from typing import Any

from engine.cli.answer import Answer
from engine.presets import Preset, presets
from engine.spec.network import input_text
from engine.spec.summary import summary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none of its own."""


def run(arguments: argparse.Namespace) -> Answer:
    """List all presets with their inputs and sizes."""
    found = [(each, _data(each)) for each in presets()]
    width = max(len(each.name) for each, _ in found)
    lines = [line for each, data in found for line in _lines(each, data, width)]
    return Answer("\n".join(lines), {"presets": [data for _, data in found]})


def _lines(each: Preset, data: dict[str, Any], width: int) -> list[str]:
    counts = f"{input_text(tuple(data['input_shape']))}, {data['parameters']:,} parameters"
    return [f"{each.name:{width}}  {each.summary}", f"{'':{width}}  {counts}"]


def _data(each: Preset) -> dict[str, Any]:
    network = each.make()
    told = summary(network)
    return {
        "name": each.name,
        "summary": each.summary,
        "input_shape": list(network.input_shape),
        "output_shape": list(told.output_shape or ()),
        "layers": len(told.rows),
        "parameters": told.parameters,
        "macs": told.macs,
    }
