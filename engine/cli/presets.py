"""`presets`: the networks that are there from the start."""

from __future__ import annotations

import argparse
from typing import Any

from engine.cli.answer import Answer
from engine.presets import Preset, presets
from engine.presets.learned import Learned, learned_networks
from engine.spec.network import input_text
from engine.spec.summary import summary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none of its own."""


def run(arguments: argparse.Namespace) -> Answer:
    """List all presets with their inputs and sizes."""
    found = [_data(each) for each in presets()]
    learned = [{**_data(each), "name": each.source, "about": each.about} for each in learned_networks()]
    width = max(len(data["name"]) for data in (*found, *learned))
    lines = [line for data in found for line in _lines(data, width)]
    lines += ["", "With learned weights:", *(line for data in learned for line in _lines(data, width))]
    return Answer("\n".join(lines), {"presets": found, "pretrained": learned})


def _lines(data: dict[str, Any], width: int) -> list[str]:
    counts = f"{input_text(tuple(data['input_shape']))}, {data['parameters']:,} parameters"
    return [f"{data['name']:{width}}  {data['summary']}", f"{'':{width}}  {counts}"]


def _data(each: Preset | Learned) -> dict[str, Any]:
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
