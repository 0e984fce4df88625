"""`kernels`: the named kernels, what each does, and the parameters it takes."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from engine.cli.answer import Answer
from engine.kernels import Family, Parameter, families


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none of its own."""


def run(arguments: argparse.Namespace) -> Answer:
    """List all kernels."""
    found = families()
    width = max(len(family.name) for family in found)
    lines = [line for family in found for line in _lines(family, width)]
    return Answer("\n".join(lines), {"kernels": [_data(family) for family in found]})


def _lines(family: Family, width: int) -> list[str]:
    parameters = [f"{'':{width}}    -P {_parameter(parameter)}" for parameter in family.parameters]
    return [f"{family.name:{width}}  {family.summary}", *parameters]


def _parameter(parameter: Parameter) -> str:
    unit = f" {parameter.unit}" if parameter.unit else ""
    automatic = ", 0 for automatic" if parameter.automatic else ""
    limits = f"{parameter.minimum:g} to {parameter.maximum:g}{unit}{automatic}"
    return f"{parameter.name}={parameter.default:g}  {limits}"


def _data(family: Family) -> dict[str, Any]:
    return {
        "name": family.name,
        "label": family.label,
        "group": family.group,
        "summary": family.summary,
        "source": family.source,
        "parameters": [msgspec.to_builtins(parameter) for parameter in family.parameters],
        "weights": family.kernel({}).weights.tolist(),
    }
