"""`summary`: a network layer by layer, and what does not fit."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

import msgspec

from engine.cli.answer import Answer
from engine.cli.networks import NETWORK_HELP, network_named
from engine.spec.layers import Shape, shape_text
from engine.spec.network import NetworkSpec, input_text
from engine.spec.summary import Finding, Row, Summary, summary

_HEADINGS = ("layer", "type", "output", "parameters", "multiply-adds", "sees")
_RIGHT = ("parameters", "multiply-adds")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network."""
    parser.add_argument("network", metavar="PRESET|FILE|RUN", help=NETWORK_HELP)


def run(arguments: argparse.Namespace) -> Answer:
    """Tell all of it; a network with problems is told like any other."""
    network = network_named(arguments.network)
    found = summary(network)
    return Answer(_text(network, found), _data(network, found))


def _text(network: NetworkSpec, found: Summary) -> str:
    table = [_HEADINGS, *(_cells(row) for row in found.rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(_HEADINGS))]
    lines = [f"input: {input_text(network.input_shape)}", *(_line(cells, widths) for cells in table)]
    frozen = f" ({found.frozen_parameters:,} frozen)" if found.frozen_parameters else ""
    lines.append(f"{found.parameters:,} parameters{frozen}, {found.macs:,} multiply-adds")
    lines += [_told("problem", each) for each in found.problems]
    lines += [_told("warning", each) for each in found.warnings]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    kind = f"{row.type}, off" if row.disabled else row.type
    counts = ("–" if count is None else f"{count:,}" for count in (row.parameters, row.macs))
    return (row.id, kind, _shape(row.output_shape), *counts, _shape(row.receptive_field))


def _shape(shape: Shape | None) -> str:
    return shape_text(shape) if shape else "–"


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    placed = (
        cell.rjust(width) if heading in _RIGHT else cell.ljust(width)
        for cell, width, heading in zip(cells, widths, _HEADINGS, strict=True)
    )
    return "  ".join(placed).rstrip()


def _told(word: str, finding: Finding) -> str:
    helps = "; ".join(repair.label for repair in finding.repairs)
    return f"{word}: {finding.id}: {finding.message}{f' What helps: {helps}.' if helps else ''}"


def _data(network: NetworkSpec, found: Summary) -> dict[str, Any]:
    return {
        "input_shape": list(network.input_shape),
        "rows": [msgspec.to_builtins(row) for row in found.rows],
        "parameters": found.parameters,
        "macs": found.macs,
        "problems": [_finding(each) for each in found.problems],
        "warnings": [_finding(each) for each in found.warnings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "message": finding.message,
        "repairs": [{"label": each.label, "network": msgspec.to_builtins(each.network)} for each in finding.repairs],
    }
